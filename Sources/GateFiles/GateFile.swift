import TraceAnalysis
public import TraceDiff
public import YAMLTrees

/// Thresholds as a file.
public enum GateFile {
    private static let limitsMax = 64

    /// Reads thresholds.
    ///
    /// - Throws: `YAMLFileError` with the place of what is wrong.
    /// - Complexity: O(bytes).
    public static func read(_ bytes: [UInt8]) throws(YAMLFileError) -> GateThresholds {
        let top = try YAMLGroup(
            try YAMLTree.parse(bytes), "", allowed: ["name", "false_alarms", "limits"])
        var limits: [GateLimit] = []
        for item in try top.list("limits", limit: limitsMax) {
            let group = try YAMLGroup(
                item, "limits",
                allowed: ["metric", "domain", "relative", "absolute", "better", "why"])
            let limit = try limit(group)
            guard !limits.contains(where: { $0.name == limit.name }) else {
                throw group.error("metric", "a second limit for \(limit.name)")
            }
            limits.append(limit)
        }
        let level =
            top.optional("false_alarms") == nil
            ? GateThresholds.defaultLevelPpm : try share(top, "false_alarms", to: 500_000)
        guard level > 0 else {
            throw top.error("false_alarms", "a gate that never alarms is none", allowed: "above 0")
        }
        return GateThresholds(
            name: try top.text("name", default: ""), levelPpm: level, limits: limits)
    }

    private static func limit(_ group: YAMLGroup) throws(YAMLFileError) -> GateLimit {
        let metric = try group.text("metric")
        var domain: Int32?
        if group.optional("domain") != nil {
            domain = Int32(try group.number("domain", in: 0...Int64(Int32.max)))
        }
        return GateLimit(
            metric: metric, domain: domain, relativePpm: try share(group, "relative"),
            absolute: try quantity(group, "absolute"),
            better: try group.choice(
                "better", [("lower", MetricDirection.lowerIsBetter), ("higher", .higherIsBetter)]),
            why: try group.text("why"))
    }

    /// A share like `5%` or `0.25%`, in millionths.
    private static func share(
        _ group: YAMLGroup, _ key: String, to limit: Int64 = 1_000_000_000
    ) throws(YAMLFileError) -> Int64 {
        let text = try group.text(key)
        guard text.hasSuffix("%"), let ppm = decimal(text.dropLast(), scale: 10_000), ppm <= limit
        else {
            throw group.error(
                key, "'\(text)' is not a share", allowed: "0% to \(limit / 10_000)%, like 2.5%")
        }
        return ppm
    }

    /// A number in the metric's unit: a time like `10ms`, a share like `0.5%`, or a whole number.
    private static func quantity(
        _ group: YAMLGroup, _ key: String
    ) throws(YAMLFileError) -> Int64 {
        let text = try group.text(key)
        let units: [(name: String, scale: Int64)] = [
            ("ns", 1), ("us", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000), ("%", 10_000),
        ]
        if let number = wholeNumber(text), number >= 0 { return number }
        for unit in units where text.hasSuffix(unit.name) {
            if let value = decimal(text.dropLast(unit.name.count), scale: unit.scale) {
                return value
            }
        }
        throw group.error(
            key, "'\(text)' is not a quantity",
            allowed: "a time like 10ms, a share like 0.5%, "
                + "or a whole number in the metric's unit")
    }

    /// A decimal number from 0 up, times a scale.
    private static func decimal(_ text: Substring, scale: Int64) -> Int64? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count),
            parts.allSatisfy({ part in
                !part.isEmpty && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
            }), let whole = Int64(parts[0])
        else { return nil }
        let (product, overflow) = whole.multipliedReportingOverflow(by: scale)
        guard !overflow else { return nil }
        guard parts.count == 2 else { return product }
        guard parts[1].count <= 9, let digits = Int64(parts[1]) else { return nil }
        let divisor = parts[1].reduce(Int64(1)) { product, _ in product * 10 }
        let (sum, full) = product.addingReportingOverflow(scale * digits / divisor)
        return full ? nil : sum
    }

    /// Thresholds as the text of a file.
    ///
    /// - Complexity: O(limits).
    public static func text(_ thresholds: GateThresholds) -> String {
        var lines = [
            "# Limits of `ktls-trace diff --gate`. A change counts where it exceeds both, the share of the",
            "# base's mean and the absolute number in the metric's unit (ns, ppm, pages, counts).",
            "name: \(quoted(thresholds.name))",
            "false_alarms: \(percent(thresholds.levelPpm))", "limits:",
        ]
        for limit in thresholds.limits {
            lines.append("  - metric: \(limit.metric)")
            if let domain = limit.domain { lines.append("    domain: \(domain)") }
            lines.append("    relative: \(percent(limit.relativePpm))")
            lines.append("    absolute: \(limit.absolute)")
            lines.append("    better: \(limit.better == .higherIsBetter ? "higher" : "lower")")
            lines.append("    why: \(quoted(limit.why))")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func percent(_ ppm: Int64) -> String {
        let digits = String(ppm % 10_000 + 10_000).dropFirst()
        let fraction = String(digits.reversed().drop { $0 == "0" }.reversed())
        return "\(ppm / 10_000)\(fraction.isEmpty ? "" : "." + fraction)%"
    }

    private static func quoted(_ text: String) -> String {
        "'" + text.replacing("'", with: "''") + "'"
    }
}

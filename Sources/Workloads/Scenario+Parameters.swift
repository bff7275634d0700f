import PhysicalMemory
public import ReclaimEngine
public import TraceCore

/// A scenario as a trace keeps it, in the `scenario` group.
extension Scenario {
    /// Writes the scenario into the `scenario` group.
    public func write(to parameters: inout ParameterList) {
        parameters["scenario.name"] = name
        for field in Self.fields {
            parameters.set("scenario." + field.name, self[keyPath: field.path])
        }
        for (domain, blocks) in freeBlocks.enumerated() {
            parameters["scenario.domain\(domain).free_blocks"] =
                blocks.map(String.init).joined(separator: " ")
        }
        for (number, setting) in settings.enumerated() {
            parameters["scenario.setting\(number)"] =
                "\(setting.timeNs) \(setting.name)=\(setting.value)"
        }
        host.write(to: &parameters)
    }

    /// Reads a scenario back, so that its run can be made again or others of its kind.
    ///
    /// - Throws: `ParameterError` for what is missing or no possible value.
    public init(_ parameters: ParameterList) throws(ParameterError) {
        guard let name = parameters["scenario.name"] else {
            throw .missing(name: "scenario.name")
        }
        self.init(name: name, host: try Host(parameters), peakBitsPerSecond: 0)
        for field in Self.fields {
            let key = "scenario." + field.name
            guard let text = parameters[key] else { throw .missing(name: key) }
            guard let value = Int64(text) else {
                throw .outOfRange(name: key, value: text, allowed: field.range)
            }
            try set(field.name, to: value)
        }
        freeBlocks = try Self.freeBlocks(parameters, domains: host.domains.count)
        settings = try Self.settings(parameters)
        if let contradiction { throw .contradiction(problem: contradiction.problem) }
    }

    private static func freeBlocks(
        _ parameters: ParameterList, domains: Int
    ) throws(ParameterError) -> [[Int]] {
        let keys = (0..<domains).map { "scenario.domain\($0).free_blocks" }
        guard keys.contains(where: { parameters[$0] != nil }) else { return [] }
        var result: [[Int]] = []
        for key in keys {
            guard let text = parameters[key] else { throw .missing(name: key) }
            let words = text.split(separator: " ")
            let blocks = words.compactMap { Int($0) }.filter { (0...1 << 40).contains($0) }
            guard blocks.count == words.count, blocks.count == MemoryGeometry.orderCount else {
                throw .outOfRange(name: key, value: text, allowed: 0...1 << 40)
            }
            result.append(blocks)
        }
        return result
    }

    private static func settings(
        _ parameters: ParameterList
    ) throws(ParameterError) -> [TimedSetting] {
        var result: [TimedSetting] = []
        while true {
            let key = "scenario.setting\(result.count)"
            guard let text = parameters[key] else { return result }
            let parts = text.split(separator: " ", maxSplits: 1)
            let change = parts.last.map { $0.split(separator: "=", maxSplits: 1) } ?? []
            guard parts.count == 2, change.count == 2, let timeNs = Int64(parts[0]),
                let value = Int64(change[1])
            else { throw .outOfRange(name: key, value: text, allowed: 0...Int64.max) }
            result.append(TimedSetting(timeNs: timeNs, name: String(change[0]), value: value))
        }
    }
}

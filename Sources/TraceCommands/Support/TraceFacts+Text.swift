import TraceCore
import TraceFormat
import TraceIdentity
import TraceReport
import TraceStore
import TraceSummaries

extension TraceFacts {
    /// Losses shown one by one.
    private static let shownLosses = 20

    /// The facts as text: first whether everything is there.
    func text(showsLayout: Bool) -> String {
        var text = headText + sizeText + changedSettingsText
        text += "\nevents by kind\n"
        for (kind, events) in tally.kinds { text += "  \(kind.name): \(events)\n" }
        if showsLayout { text += layoutText }
        text += "\nsettings\n"
        for entry in parameters.entries { text += "  \(entry.key) = \(entry.value)\n" }
        text += "\nnotes\n"
        for note in notes { text += "  \(note.key) = \(note.value)\n" }
        return text
    }

    /// What somebody has set on a host that runs Linux: its policy.
    private var changedSettingsText: String {
        let changes = LinuxDefaults.changes(parameters)
        guard !changes.isEmpty else { return "" }
        return "\nsettings that are not Linux's defaults\n"
            + changes.map { "  \($0.name) = \($0.value) (default \($0.usual))\n" }.joined()
    }

    private var headText: String {
        var text = ""
        switch completeness {
        case .complete: text += "complete: true\n"
        case .incomplete(reason: let reason): text += "complete: false (\(reason))\n"
        }
        text += "lost events: \(lostEvents)\n"
        for (loss, kind) in zip(losses, lossKinds).prefix(Self.shownLosses) {
            text += "  \(loss.count) of \(kind ?? "unknown kinds"), "
            text += "\(loss.beginNs) ns to \(loss.endNs) ns\n"
        }
        if losses.count > Self.shownLosses {
            text += "  and \(losses.count - Self.shownLosses) more losses\n"
        }
        if let ids {
            text += "input id:   \(ids.input)\noutcome id: \(ids.outcome)\n"
            text += "content id: \(ids.content)\n"
        }
        return text
    }

    private var sizeText: String {
        var text = "source: \(parameters["source"] ?? "unknown")"
        if let policy = parameters["policy.name"] { text += ", policy \(policy)" }
        if let detail = parameters["recording.detail"] { text += ", detail \(detail)" }
        text += "\nevents: \(tally.events) in \(tally.blocks) blocks, "
        text += "\(tally.blockBytes) bytes"
        if tally.events > 0 {
            text += ", \(Self.hundredths(tally.blockBytes, Int64(tally.events))) bytes/event"
            let rows = Int64(clamping: tally.rowBytes)
            text += ", 1/\(Self.hundredths(rows, tally.blockBytes)) of its rows"
        }
        text += "\n"
        if let fileBytes { text += "file: \(fileBytes) bytes\n" }
        text += "last event: \(tally.timesNs?.last ?? 0) ns\n"
        if let wallStartNs { text += "wall clock at 0: \(WallClock.text(wallStartNs))\n" }
        let domains = tally.domains.map { String($0) }.joined(separator: ", ")
        if !domains.isEmpty { text += "domains: \(domains)\n" }
        for snapshot in snapshots {
            text += "snapshot: \(snapshot.name), \(snapshot.bytes) bytes\n"
        }
        return text
    }

    /// A table of the columns that take bytes.
    private var layoutText: String {
        var text = "\nbytes by column\n  "
        text += Self.cells(["bytes", "per event", "per value"]) + "  column, transforms\n"
        for row in tally.layout.sortedRows where row.storedBytes > 0 {
            let perEvent = Self.thousandths(row.storedBytes, tally.events)
            let perValue = row.values > 0 ? Self.thousandths(row.storedBytes, row.values) : "-"
            text += "  " + Self.cells([String(row.storedBytes), perEvent, perValue])
            text += "  \(row.name)"
            for transform in row.transforms {
                text += ", \(transform.name) \(transform.values * 100 / row.values)%"
            }
            text += "\n"
        }
        return text
    }

    private static func cells(_ texts: [String]) -> String {
        texts.map { String(repeating: " ", count: max(0, 12 - $0.count)) + $0 }.joined()
    }

    private static func hundredths(_ value: Int64, _ divisor: Int64) -> String {
        let scaled = value.multipliedReportingOverflow(by: 100)
        guard divisor > 0, !scaled.overflow else { return "?" }
        let digits = String(scaled.partialValue / divisor % 100)
        return "\(value / divisor).\(digits.count < 2 ? "0" : "")\(digits)"
    }

    private static func thousandths(_ value: UInt64, _ divisor: UInt64) -> String {
        guard divisor > 0, value < 1 << 53 else { return "?" }
        let digits = String(value * 1_000 / divisor % 1_000)
        return "\(value / divisor)." + String(repeating: "0", count: 3 - digits.count) + digits
    }
}

import TraceFormat
import TraceReport
import TraceStore

/// What a recovery says of itself.
enum RecoveryText {
    /// One line for each of the first stretches that were lost, and a last one for the whole;
    /// nothing where nothing was lost.
    static func lines(_ report: RecoveryReport) -> [String] {
        guard !report.isWhole else { return [] }
        var lines = report.stretches.prefix(10).map { stretch in
            var line = "\(stretch.byteCount) bytes at offset \(stretch.offset) lost"
            line += stretch.error.map { ": \($0.sentence)" } ?? ": the recording was cut off"
            if let block = stretch.block { line += " (a block of \(block.eventCount) events)" }
            return line
        }
        let more = report.stretchCount - lines.count
        if more > 0 { lines.append("and \(more) more places") }
        if report.lostSnapshots > 0 { lines.append("\(report.lostSnapshots) snapshots lost") }
        if report.lostStrings > 0 { lines.append("\(report.lostStrings) strings lost") }
        if report.lostTexts > 0 {
            lines.append("\(report.lostTexts) texts lost; they are ? and a number now")
        }
        let orMore = report.isLostCountKnown ? "" : " or more"
        let footer = report.hadFooter ? "" : ", no footer"
        lines.append(
            "\(report.events) events in \(report.blocks) blocks recovered, "
                + "\(report.lostEvents)\(orMore) lost, \(report.lostBytes) bytes lost\(footer)")
        return lines
    }

    /// The whole report; `ktls-trace-recovery/0` in JSON.md.
    static func json(_ report: RecoveryReport, trace: String) -> String {
        var json = JSONWriter()
        json.object { json in
            json.member("schema", "ktls-trace-recovery/0")
            json.member("trace", trace)
            json.member("complete", report.isWhole)
            json.member("had_footer", report.hadFooter)
            json.member("events", report.events)
            json.member("blocks", report.blocks)
            json.member("lost_events", report.lostEvents)
            json.member("lost_events_known", report.isLostCountKnown)
            json.member("lost_bytes", report.lostBytes)
            json.member("lost_snapshots", report.lostSnapshots)
            json.member("lost_strings", report.lostStrings)
            json.member("lost_texts", report.lostTexts)
            json.member("stretch_count", report.stretchCount)
            json.member("stretches", each: report.stretches) { json, stretch in
                json.object { json in
                    json.member("offset", stretch.offset)
                    json.member("bytes", stretch.byteCount)
                    json.member("error", stretch.error?.sentence)
                    json.member("block_events", stretch.block.map { Int64($0.eventCount) })
                }
            }
        }
        return json.text + "\n"
    }
}

import ArgumentParser
import TraceCore
import TraceDiff
import TraceFormat
import TraceReport
import TraceStore

struct DumpCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dump", abstract: "Write the events of a trace as text, NDJSON or CSV.")

    @Argument(help: "The trace; - is standard input.")
    var trace: String

    @OptionGroup var window: WindowOptions

    @Option(name: .long, help: "Only events of this kind; may be repeated.")
    var kind: [String] = []

    @Option(name: .long, help: "text, ndjson or csv.")
    var format = DumpFormat.text

    @Flag(name: .long, help: "List the records of the file instead of its events.")
    var records = false

    @OptionGroup var following: FollowOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var partial: PartialOptions

    mutating func run() throws {
        if records {
            try dumpRecords()
            return
        }
        let trace = try LoadedTrace(path: trace, checksAll: true, follows: following.follow)
        let schema = trace.reader.description.schema
        let kinds = try kind.isEmpty ? schema.kinds : schema.kinds(named: kind)
        let text = EventText(
            schema: schema, kinds: kinds, form: format.form)
        let out = try TextOutput(path: output.output, force: output.force)
        if let header = text.header { try out.write(header) }
        try writeEvents(trace, kinds, text, out)
        try out.end()
        if case .incomplete(reason: let reason) = trace.completeness {
            Terminal.writeError("ktls-trace: \(trace.label): complete: false (\(reason))\n")
        }
        if following.follow { try Interrupt.check() }
        try trace.requireUndamaged(partial)
    }

    private func writeEvents(
        _ trace: LoadedTrace, _ kinds: [EventKind], _ text: EventText, _ out: TextOutput
    ) throws {
        let shown = Set(kinds.map(\.id))
        let needsData = kinds.contains { $0.lane == .data }
        let needsControl = kinds.contains { $0.lane == .control }
        let lanes: LaneSelection = !needsData ? .control : needsControl ? .both : .data
        let first = window.begin?.ns ?? Int64.min
        let end = window.end?.ns ?? Int64.max
        let domains = Set(window.domain)
        var failure: (any Error)?
        while failure == nil, try trace.nextBlock(overlapping: first...end) {
            let strings = trace.reader.strings
            _ = try reporting {
                try trace.reader.forEachEvent(lanes) { header, values in
                    guard failure == nil, shown.contains(header.kind), header.timeNs >= first,
                        header.timeNs < end, domains.isEmpty || domains.contains(header.domain)
                    else { return }
                    do {
                        try out.write(text.line(header, values, strings: strings))
                    } catch {
                        failure = error
                    }
                }
            }
            if following.follow { try out.show() }
        }
        if let failure { throw failure }
    }

    private func dumpRecords() throws {
        let out = try TextOutput(path: output.output, force: output.force)
        try out.write("offset type body_bytes data_bytes checksum\n")
        var lines = ""
        let end = try reporting {
            try RecordWalk.forEachRecord(in: try SourceFile.open(trace)) { record in
                let name = record.type.map { "\($0)" } ?? "unknown-\(record.typeNumber)"
                lines += "\(record.offset) \(name) \(record.bodyBytes) \(record.dataBytes) "
                lines += record.isChecksumRight ? "right\n" : "wrong\n"
            }
        }
        try out.write(lines)
        try out.end()
        if case .damaged(let error, let offset) = end {
            throw CommandFailure(
                .badData,
                "\(LoadedTrace.label(trace)): damaged at offset \(offset): \(error.sentence)")
        }
    }
}

/// The form of dumped events.
enum DumpFormat: String, ExpressibleByArgument, CaseIterable {
    case text, ndjson, csv

    var form: EventText.Form {
        switch self {
        case .text: .text
        case .ndjson: .ndjson
        case .csv: .csv
        }
    }
}

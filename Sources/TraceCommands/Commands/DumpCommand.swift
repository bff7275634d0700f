import ArgumentParser
import EventTables
import TraceCore
import TraceFormat
import TraceReport
import TraceStore
import TraceSummaries

struct DumpCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dump", abstract: "Write the events of a trace as text, NDJSON or CSV.",
        discussion: """
            NDJSON and CSV begin with a line that says what the events do not: schema, settings, \
            notes. import reads them back: ktls-trace import --from csv table.csv -o copy.ktrace
            """)

    @Argument(help: "The trace; - is standard input.")
    var trace: String

    @OptionGroup var window: WindowOptions

    @Option(name: .long, help: "Only events of this kind; may be repeated.")
    var kind: [String] = []

    @Option(name: .long, help: "text, ndjson or csv.")
    var format = DumpFormat.text

    @Option(
        name: .long,
        help: """
            What NDJSON and CSV say besides events: full, without the snapshots (short), or none \
            (default: full; short where only some events are asked for).
            """)
    var preamble: DumpPreamble?

    @Flag(name: .long, help: "List the records of the file instead of its events.")
    var records = false

    @OptionGroup var following: FollowOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var partial: PartialOptions

    func validate() throws {
        if preamble != nil, format == .text {
            throw ValidationError("--preamble needs --format ndjson or csv")
        }
    }

    mutating func run() throws {
        if records {
            try dumpRecords()
            return
        }
        var selection = EventSelection(window)
        // Who asks for some events wants no others read.
        let isWhole = kind.isEmpty && selection.isEverything
        let preamble = preamble ?? (isWhole ? .full : .short)
        let trace = try LoadedTrace(
            path: trace, keepsSnapshots: format != .text && preamble == .full,
            checksAll: isWhole, follows: following.follow)
        let schema = trace.reader.description.schema
        let kinds = try kind.isEmpty ? schema.kinds : schema.kinds(named: kind)
        selection.choose(kinds)
        let out = try TextOutput(path: output.output, force: output.force)
        if let form = format.form {
            var table = DumpTable(
                trace, form: form, kinds: kinds, preamble: preamble, isPart: !isWhole,
                shows: following.follow, out: out)
            try table.write(selection)
        } else {
            try writeText(trace, selection, out)
        }
        try out.end()
        if case .incomplete(reason: let reason) = trace.completeness {
            Terminal.writeError("ktls-trace: \(trace.label): complete: false (\(reason))\n")
        }
        if following.follow { try Interrupt.check() }
        try trace.requireUndamaged(partial)
    }

    private func writeText(
        _ trace: LoadedTrace, _ selection: EventSelection, _ out: TextOutput
    ) throws {
        let reader = trace.reader
        let text = EventText(schema: reader.description.schema)
        var failure: (any Error)?
        while failure == nil, try selection.nextBlock(trace) {
            let strings = reader.strings
            _ = try reporting {
                try reader.forEachEvent(selection.lanes) { header, values in
                    guard failure == nil, selection.contains(header) else { return }
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

    /// The form of the table; text is none.
    var form: TableForm? {
        switch self {
        case .text: nil
        case .ndjson: .ndjson
        case .csv: .csv
        }
    }
}

/// What a table says besides events.
enum DumpPreamble: String, ExpressibleByArgument, CaseIterable {
    case full, short, none
}

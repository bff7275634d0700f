import ArgumentParser
import EventTables
import TraceCore
import TraceFormat
import TraceImport
import TraceStore

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Read another tool's recording into a trace.",
        discussion: """
            What the input is shows in its first bytes: ftrace-text is Linux's text, perf-script \
            and trace-cmd-report are the texts of perf and trace-cmd, trace.dat is a file of \
            trace-cmd, raw is a folder with dumps of ring buffers and their formats, \
            freebsd-dtrace is what the script of record --source freebsd prints; csv and ndjson \
            are what dump writes, or tables with the columns time_ns and kind and those of the \
            kinds; rows are rows of one size that a schema file describes. Docs/IMPORT.md has the \
            details.

            Examples:
              ktls-trace import trace.dat -o host.ktrace
              perf script --ns | ktls-trace import - -o host.ktrace
              ktls-trace import --from freebsd-dtrace host.txt -o host.ktrace
              ktls-trace import --from csv table.csv -o copy.ktrace
              ktls-trace import --from rows --schema log.yaml log.bin -o log.ktrace

            Recordings of a kernel are read twice, and standard input kept in memory for that. \
            With --live, or \
            an option of live recording, it is read once, as it comes: ktls-trace import --from \
            ftrace-text --live /sys/kernel/tracing/trace_pipe -o host.ktrace
            """)

    @Option(
        name: .long,
        help: """
            The form of the input: auto, ftrace-text, perf-script, trace-cmd-report, trace.dat, \
            raw, freebsd-dtrace, csv, ndjson or rows.
            """)
    var from = ImportForm.auto

    @Argument(help: "The recording; - is standard input.")
    var input: String

    @Option(
        name: .long,
        help: "rows: the file that describes them, or the name of a schema of the tool.")
    var schema: String?

    @Flag(
        name: .long,
        help: "csv, ndjson, rows: leave out and count events of unknown kinds.")
    var skipUnknown = false

    @Flag(
        name: .long,
        help: """
            csv, ndjson, rows: keep what stands before the first error, and exit with 0. \
            trace.dat, raw: keep what is good, and exit with 0.
            """)
    var allowPartial = false

    @Option(
        name: .long,
        help: """
            Recordings of Linux: all switches of tasks whose names begin like this were \
            recorded, so their CPU time inside stalls is known; may be repeated.
            """)
    var switchesOf: [String] = []

    @OptionGroup var compression: CompressionOptions

    @Flag(
        name: .long,
        help: """
            ftrace-text, freebsd-dtrace: read the input once, as it comes; what it says of its \
            host becomes notes.
            """)
    var live = false

    @OptionGroup var recording: LiveOptions

    @Option(name: [.customShort("o"), .long], help: "The trace to write; - is standard output.")
    var output: String

    @Flag(name: .long, help: "Overwrite the file if it exists.")
    var force = false

    /// The input, where it was opened to see what it is.
    var opened: Opened?

    func validate() throws {
        try recording.check(output: output)
        if from == .rows ? schema == nil : schema != nil && from != .auto {
            throw ValidationError(
                from == .rows
                    ? "--from rows needs --schema" : "--schema is only for --from rows")
        }
        // What auto stands for is known later, and then looked at again.
        guard from != .auto else { return }
        if !from.isTable, skipUnknown {
            throw ValidationError("--skip-unknown is only for --from csv, ndjson and rows")
        }
        if from.isText, allowPartial {
            throw ValidationError("--allow-partial is not for --from \(from.rawValue)")
        }
        if !from.isLinux, !switchesOf.isEmpty {
            throw ValidationError("--switches-of is only for recordings of Linux")
        }
        if ![.ftraceText, .freebsdDtrace].contains(from), live || recording.isLive {
            throw ValidationError(
                "--live and live recording are only for --from ftrace-text and freebsd-dtrace")
        }
    }

    mutating func run() throws {
        if from == .auto {
            from = try guessedForm()
            try validate()
        }
        switch from {
        case .auto: preconditionFailure("the form was found out")
        case .ftraceText: try importText(.ftrace)
        case .perfScript: try importText(.perfScript)
        case .traceCmdReport: try importText(.traceCmdReport)
        case .traceDat, .raw: try importRings()
        case .freebsdDtrace: try importDtraceText()
        case .csv: try importTable(.csv)
        case .ndjson: try importTable(.ndjson)
        case .rows: try importRows()
        }
    }

    /// What the input is, by what it begins with.
    private mutating func guessedForm() throws -> ImportForm {
        if schema != nil { return .rows }
        // A pipe that is still being written cannot be looked at beforehand.
        if live || recording.isLive { return .ftraceText }
        if input != "-", FileNames.inFolder(input) != nil { return .raw }
        let source = try reporting { try HeadSource(try SourceFile.open(input)) }
        opened = Opened(source: source)
        if let form = FormGuess.form(source.head) { return form }
        let hint = ContentGuess.hint(source.head, readAs: .auto)
        throw CommandFailure(
            .badData,
            "\(name): not a form that shows in its first bytes; \(hint ?? "say it with --from")")
    }

    /// The input from its start.
    func openInput() throws -> any ByteSource {
        try opened?.source ?? reporting { try SourceFile.open(input) }
    }

    /// The name to show for the recording.
    var name: String { LoadedTrace.label(input) }

    /// What is noted of every import.
    var commonNotes: [TextPair] {
        [TextPair("tool.version", ToolVersion.text), TextPair("import.file", input)]
    }

    func openOutput() throws -> FileSink {
        try reporting(isOutput: true) { try FileSink(path: output, overwrites: force) }
    }

    /// Says on standard error how many events of unknown kinds were left out.
    func warnOfSkipped(_ count: UInt64) {
        guard count > 0 else { return }
        Terminal.writeError("ktls-trace: \(name): \(count) events of unknown kinds left out\n")
    }

    /// Deals with what is wrong in the input: ends the command, or says what is kept.
    func reportFault(_ sentence: String, _ beginning: [UInt8]) throws {
        let hint = ContentGuess.hint(beginning, readAs: from).map { "; " + $0 } ?? ""
        guard allowPartial else { throw CommandFailure(.badData, sentence + hint) }
        Terminal.writeError(
            "ktls-trace: \(sentence)\(hint)\n"
                + "ktls-trace: \(name): complete: false (what stands before that is kept)\n")
    }
}

/// What can be imported.
enum ImportForm: String, ExpressibleByArgument, CaseIterable {
    case auto
    case ftraceText = "ftrace-text"
    case perfScript = "perf-script"
    case traceCmdReport = "trace-cmd-report"
    case traceDat = "trace.dat"
    case raw
    case freebsdDtrace = "freebsd-dtrace"
    case csv, ndjson, rows

    /// Whether it is a table of any events.
    var isTable: Bool { [.csv, .ndjson, .rows].contains(self) }
    /// Whether it is a recording of Linux.
    var isLinux: Bool { !isTable && self != .freebsdDtrace }
    /// Whether it is a text about a kernel's events.
    var isText: Bool {
        [.ftraceText, .perfScript, .traceCmdReport, .freebsdDtrace].contains(self)
    }
}

/// An open input, which is no argument of a command.
struct Opened: Decodable {
    let source: HeadSource

    init(source: HeadSource) { self.source = source }

    init(from decoder: any Decoder) throws {
        throw CommandFailure(.internalFailure, "an open input is no argument")
    }
}

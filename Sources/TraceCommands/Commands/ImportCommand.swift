import ArgumentParser
import EventTables
import TraceCore
import TraceFormat
import TraceStore

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Read another tool's recording into a trace.",
        discussion: """
            ftrace-text is Linux's text, freebsd-dtrace what the script of record --source freebsd \
            prints; csv and ndjson are what dump writes, or tables with \
            the columns time_ns and kind and those of the kinds; rows are rows of one size that a \
            schema file describes. Docs/IMPORT.md has the details.

            Examples:
              ktls-trace import --from ftrace-text trace.txt -o host.ktrace
              ktls-trace import --from freebsd-dtrace host.txt -o host.ktrace
              ktls-trace import --from csv table.csv -o copy.ktrace
              ktls-trace import --from rows --schema log.yaml log.bin -o log.ktrace

            These texts are read twice, and standard input kept in memory for that. With --live, or \
            an option of live recording, it is read once, as it comes: ktls-trace import --from \
            ftrace-text --live /sys/kernel/tracing/trace_pipe -o host.ktrace
            """)

    @Option(
        name: .long,
        help: "The form of the input: ftrace-text, freebsd-dtrace, csv, ndjson or rows.")
    var from: ImportForm

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
        help: "csv, ndjson, rows: keep what stands before the first error, and exit with 0.")
    var allowPartial = false

    @Option(
        name: .long,
        help: """
            ftrace-text: the recording holds all switches of tasks whose names begin like this, so \
            their CPU time inside stalls is known; may be repeated.
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

    func validate() throws {
        try recording.check(output: output)
        if (from == .rows) != (schema != nil) {
            throw ValidationError(
                from == .rows
                    ? "--from rows needs --schema" : "--schema is only for --from rows")
        }
        let isText = from == .ftraceText || from == .freebsdDtrace
        if isText, skipUnknown || allowPartial {
            throw ValidationError(
                "--skip-unknown and --allow-partial are not for --from \(from.rawValue)")
        }
        if from != .ftraceText, !switchesOf.isEmpty {
            throw ValidationError("--switches-of is only for --from ftrace-text")
        }
        if !isText, live || recording.isLive {
            throw ValidationError(
                "--live and live recording are only for --from ftrace-text and freebsd-dtrace")
        }
    }

    mutating func run() throws {
        switch from {
        case .ftraceText: try importFtraceText()
        case .freebsdDtrace: try importDtraceText()
        case .csv: try importTable(.csv)
        case .ndjson: try importTable(.ndjson)
        case .rows: try importRows()
        }
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
    case ftraceText = "ftrace-text"
    case freebsdDtrace = "freebsd-dtrace"
    case csv, ndjson, rows
}

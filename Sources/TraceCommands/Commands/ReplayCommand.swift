import ArgumentParser
import TraceReplay
import TraceStore

struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract:
            "Run the engine on a trace's inputs: to check the recording, or under another policy.",
        discussion: """
            Without --policy, --set and --output every event of the engine is compared with the \
            recording. Exit code 3, the first event that differs and what became of the state when \
            they diverge.

            Otherwise it is a what-if: only the recorded inputs are used, at their recorded times. \
            The report says how much of it the recording does not support.

            Exit code 5 when the trace cannot be replayed.
            """)

    @Argument(help: "The trace; - is standard input.")
    var trace: String

    @Option(
        name: .long,
        help: "What if the policy were this one; tunables that both have stay as recorded.")
    var policy: String?

    @Option(
        name: .long,
        help: """
            What if a setting were another: name=value as in record, but for scenario.NAME: what \
            arrives is recorded; may be repeated.
            """)
    var set: [String] = []

    @Option(
        name: [.customShort("o"), .long],
        help:
            "Write the what-if as a trace; - is standard output, and the report goes to standard error."
    )
    var output: String?

    @Flag(name: .long, help: "Overwrite the file if it exists.")
    var force = false

    @OptionGroup var compression: CompressionOptions

    @Option(name: .long, help: "text or json.")
    var format = ReplayFormat.text

    @OptionGroup var partial: PartialOptions

    private var isWhatIf: Bool { policy != nil || !set.isEmpty || output != nil }

    mutating func run() throws {
        if isWhatIf {
            try runWhatIf()
        } else {
            try check()
        }
    }

    private func check() throws {
        var input = try ReplayableTrace(LoadedTrace(path: trace, keepsSnapshots: trace == "-"))
        let schema = input.trace.reader.description.schema
        var replayer = try input.making { () throws(ReplayError) in
            try Replayer(input.setup, schema: schema)
        }
        input.forgetInitialState()
        var isSettled = false
        try input.forEachEvent("replaying", until: { isSettled }) {
            header, values, strings throws(ReplayError) in
            try replayer.consume(header, values, strings: strings)
            isSettled = replayer.isSettled
        }
        try input.requireNoLoss()
        replayer.finish(isComplete: input.hasItsEnd)
        let result = ReplayResult(input, replayer)
        let out = try TextOutput(path: "-")
        try out.write(format == .json ? result.json : result.text)
        try out.end()
        if result.divergence != nil { throw CommandFailure(.divergedOrDamaged) }
        try input.trace.requireUndamaged(partial)
    }
}

/// The form of the report of a replay.
enum ReplayFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json
}

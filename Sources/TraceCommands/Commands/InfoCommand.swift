import ArgumentParser
import TraceCore
import TraceFormat
import TraceStore
import TraceSummaries

struct InfoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info",
        abstract: "Show what a trace is: completeness, losses, identities, size, settings.",
        discussion: """
            Checksums are checked on the way; verify --deep checks everything.
            """)

    @Argument(help: "The trace; - is standard input.")
    var trace: String

    @Flag(name: .long, help: "Show how many bytes each column takes.")
    var layout = false

    @Option(name: .long, help: "text or json.")
    var format = ReportFormat.text

    @OptionGroup var following: FollowOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var partial: PartialOptions

    mutating func run() throws {
        let trace = try LoadedTrace(path: trace, checksAll: true, follows: following.follow)
        var tally = TraceTally(schema: trace.reader.description.schema, keepsLayout: layout)
        try reporting {
            while try trace.nextBlock() {
                guard try trace.reader.checkSums() else { break }
                tally.add(trace.reader)
            }
        }
        let facts = TraceFacts(trace, tally)
        let out = try TextOutput(path: output.output, force: output.force)
        switch format {
        case .text: try out.write(facts.text(showsLayout: layout))
        case .json: try out.write(facts.json(showsLayout: layout))
        }
        try out.end()
        if following.follow { try Interrupt.check() }
        try trace.requireUndamaged(partial)
    }
}

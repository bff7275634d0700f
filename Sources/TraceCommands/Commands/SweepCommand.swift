import ArgumentParser
import ReclaimEngine
import Synchronization
import TraceCore
import TraceReport
import TraceStore
import TraceSummaries
import TraceSweep

struct SweepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract: "Run policies and settings on the same seeds, and tell which of them pay.",
        discussion: """
            Example: ktls-trace sweep --policies reclaim-one,reclaim-batch --set \
            max_reclaim=64,256,1024 --seeds 1-12 --preset small --duration 60s -o sweep/

            Every run leaves a summary in the folder of its cell. The same command goes on where it \
            was interrupted; runs that are there are not made again. diff compares two cells: \
            ktls-trace diff sweep/reclaim-one sweep/reclaim-batch,max_reclaim=64
            """)

    @Option(name: .long, help: "Policies, separated by commas; all stands for all of them.")
    var policies = "reclaim-batch"

    @Option(
        name: .long,
        help: """
            Values of a setting, separated by commas: name=value,value with names as of record; a \
            policy without the setting is run once. May be repeated: all combinations are run.
            """)
    var set: [String] = []

    @Option(name: .long, help: "Seeds: numbers and ranges, separated by commas, like 1-12.")
    var seeds = "1-12"

    @Option(
        name: .long, help: "The host and its load; see record --list-presets. (default: unit)")
    var preset: String?

    @Option(name: .long, help: "The host and its load from a YAML file instead.")
    var scenario: String?

    @Option(
        name: .long, parsing: .unconditional, help: "Keys the engine's own draws, as of record.")
    var salt: Int64?

    @Option(
        name: .long, parsing: .unconditional, help: "Virtual time of each run, like 60s.")
    var duration = TimeSpan(argument: "10s")!

    @Option(
        name: .long, parsing: .unconditional,
        help: "How much is recorded: 1, or 2 for exact times of relief.")
    var detail = 1

    @Option(
        name: .long, parsing: .unconditional,
        help: "How many runs at a time (default: one for each CPU).")
    var jobs: Int?

    @Flag(name: .long, help: "Keep the trace of each run, in a folder in that of its cell.")
    var keepTraces = false

    @Option(name: .long, help: "What is printed: text, json or html.")
    var format = SweepFormat.text

    @OptionGroup var report: ReportOptions

    @Option(
        name: [.customShort("o"), .long],
        help: "The folder for the runs; the table goes into it too, as sweep.json and sweep.html.")
    var output: String

    @Flag(name: .long, help: "Make runs again that are there.")
    var force = false

    func validate() throws {
        if preset != nil, scenario != nil {
            throw ValidationError("--preset and --scenario exclude each other")
        }
        if output == "-" { throw ValidationError("--output must be a folder") }
        if !(1...2).contains(detail) { throw ValidationError("--detail must be 1 or 2") }
        if let jobs, jobs < 1 { throw ValidationError("--jobs must be at least 1") }
        if salt ?? 0 < 0 { throw ValidationError("--salt must not be negative") }
        if duration.ns <= 0 || duration.ns > 86_400_000_000_000 {
            throw ValidationError("--duration must be more than nothing and at most 24h")
        }
    }

    mutating func run() throws {
        let grid = try SweepGrid(self)
        let runs = try SweepRuns(self, grid)
        let facts = try runs.make()
        let result = SweepReport(SweepTable(grid, facts), runs.description)
        try writeFiles(result)
        let out = try TextOutput(path: "-")
        switch format {
        case .text: try out.write(result.text(report.style(output: "-")))
        case .json: try out.write(result.json)
        case .html: try out.write(result.html)
        }
        try out.end()
    }

    /// The table follows from the runs, so an older one goes.
    private func writeFiles(_ result: SweepReport) throws {
        for (name, text) in [("sweep.json", result.json), ("sweep.html", result.html)] {
            let out = try TextOutput(path: FileNames.join(output, name), force: true)
            try out.write(text)
            try out.end()
        }
    }
}

/// What a sweep prints.
enum SweepFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json, html
}

extension SweepGrid {
    /// Most runs of a sweep.
    static let runLimit = 100_000

    /// The grid that a command line asks for.
    init(_ command: SweepCommand) throws(CommandFailure) {
        let policies =
            command.policies == "all"
            ? PolicyCatalog.all.map(\.name) : Self.items(command.policies)
        let definitions = try policies.map { name throws(CommandFailure) in
            try RecordPlan.policy(named: name)
        }
        let settings = try command.set.map(Self.values)
        func has(_ policy: String, _ setting: String) -> Bool {
            if setting.hasPrefix("scenario.") || setting.hasPrefix("model.") { return true }
            return definitions.contains { $0.name == policy && $0.tunable(named: setting) != nil }
        }
        for setting in settings where !policies.contains(where: { has($0, setting.name) }) {
            throw CommandFailure(
                .usage, "--set \(setting.name): none of the policies has such a setting")
        }
        self.init(
            policies: policies, settings: settings, seeds: try Self.seeds(command.seeds), has: has)
        guard runCount <= Self.runLimit else {
            throw CommandFailure(
                .usage, "\(runCount) runs are more than the \(Self.runLimit) of a sweep")
        }
    }

    private static func items(_ text: String) -> [String] {
        text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }

    private static func values(_ text: String) throws(CommandFailure) -> Values {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty else {
            throw CommandFailure(.usage, "--set \(text): must be name=value,value")
        }
        let values = items(String(parts[1]))
        guard !values.contains("") else {
            throw CommandFailure(.usage, "--set \(text): a value is missing")
        }
        return Values(name: String(parts[0]), values: values)
    }

    private static func seeds(_ text: String) throws(CommandFailure) -> [Int64] {
        var result: [Int64] = []
        for item in items(text) {
            let ends = item.split(separator: "-", omittingEmptySubsequences: false)
                .map { Int64($0) }
            guard ends.count <= 2, let first = ends[0], let last = ends[ends.count - 1],
                first >= 0, first <= last, last - first < Int64(runLimit),
                result.count < runLimit
            else {
                throw CommandFailure(
                    .usage,
                    "--seeds \(text): must be numbers and ranges like 1-12, below "
                        + "\(runLimit) of them")
            }
            result += first...last
        }
        return result
    }
}

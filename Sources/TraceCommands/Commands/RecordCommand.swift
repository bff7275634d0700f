import ArgumentParser
import ReclaimEngine
import TraceCore
import TraceFormat
import TraceStore
import Workloads

struct RecordCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record", abstract: "Record a run of the engine.",
        discussion: """
            Example: ktls-trace record --policy reclaim-batch --preset small --seed 1 \
            --duration 60s -o run.ktrace
            """)

    @Option(name: .long, help: "What to record: engine.")
    var source = RecordSource.engine

    @Option(name: .long, help: "The policy of the helper thread; see --list-policies.")
    var policy = "reclaim-batch"

    @Option(name: .long, help: "The host and its load; see --list-presets.")
    var preset = "unit"

    @Option(name: .long, parsing: .unconditional, help: "Keys everything the scenario draws.")
    var seed: Int64 = 1

    @Option(
        name: .long, parsing: .unconditional, help: "Keys the engine's own draws, such as dispatch."
    )
    var salt: Int64 = 1

    @Option(
        name: .long, parsing: .unconditional, help: "Virtual time to record, like 60s or 500ms.")
    var duration = TimeSpan(argument: "10s")!

    @Option(
        name: .long,
        help: """
            Change a setting: name=value with a policy's sysctl, scenario.NAME or model.NAME; \
            may be repeated.
            """)
    var set: [String] = []

    @Option(
        name: .long, parsing: .unconditional, help: "How much is recorded: 0, 1 (replayable) or 2.")
    var detail = 1

    @Option(name: .long, parsing: .unconditional, help: "zstd level, 1 (fastest) to 19 (smallest).")
    var compression = TraceWriter.standardCompressionLevel

    @Flag(name: .long, help: "List the policies and end.")
    var listPolicies = false

    @Flag(name: .long, help: "List the presets and end.")
    var listPresets = false

    @Option(name: [.customShort("o"), .long], help: "The trace to write; - is standard output.")
    var output: String?

    @Flag(name: .long, help: "Overwrite the file if it exists.")
    var force = false

    func validate() throws {
        if listPolicies || listPresets { return }
        if output == nil { throw ValidationError("--output is needed: where to write the trace") }
        if duration.ns <= 0 { throw ValidationError("--duration must be more than nothing") }
        if duration.ns > 86_400_000_000_000 {
            throw ValidationError("--duration must be at most 24h of virtual time")
        }
        if !(0...2).contains(detail) { throw ValidationError("--detail must be 0, 1 or 2") }
        if seed < 0 || salt < 0 { throw ValidationError("--seed and --salt must not be negative") }
        if !(1...19).contains(compression) {
            throw ValidationError("--compression must be 1 to 19")
        }
    }

    mutating func run() throws {
        if listPolicies || listPresets {
            try list()
            return
        }
        let plan = try makePlan()
        let path = output ?? "-"
        if path == "-", Terminal.isTerminal(1) {
            throw CommandFailure(.usage, "a trace is not written to a terminal; use -o FILE")
        }
        let sink = try reporting(isOutput: true) { try FileSink(path: path, overwrites: force) }
        try reporting(isOutput: true) { try record(plan, to: sink) }
    }

    private func list() throws {
        let output = try TextOutput(path: "-")
        if listPolicies {
            for policy in PolicyCatalog.all {
                try output.write("\(policy.name): \(policy.summary)\n")
                for tunable in policy.tunables {
                    try output.write("    \(tunable.name) = \(tunable.standard)\n")
                }
            }
        }
        if listPresets {
            for preset in Presets.all { try output.write("\(preset.name): \(preset.summary)\n") }
        }
        try output.end()
    }
}

/// What is recorded.
enum RecordSource: String, ExpressibleByArgument, CaseIterable {
    case engine
}

extension RecordCommand {
    /// Everything that decides a recording.
    private struct Plan {
        var scenario: Scenario
        var model: ModelParameters
        var policy: Policy
    }

    private func makePlan() throws(CommandFailure) -> Plan {
        guard let definition = PolicyCatalog.named(policy) else {
            let names = PolicyCatalog.all.map(\.name).joined(separator: ", ")
            throw CommandFailure(.usage, "there is no policy \(policy); there are: \(names)")
        }
        guard let preset = Presets.named(preset) else {
            let names = Presets.all.map(\.name).joined(separator: ", ")
            throw CommandFailure(.usage, "there is no preset \(self.preset); there are: \(names)")
        }
        var plan = Plan(
            scenario: preset.scenario, model: ModelParameters(), policy: Policy(definition))
        plan.model.bucketSize = preset.bucketSize
        plan.model.salt = salt
        for setting in set { try change(setting, &plan) }
        do {
            try plan.scenario.set("seed", to: seed)
        } catch {
            throw CommandFailure(.usage, "\(error)")
        }
        return plan
    }

    private func change(_ setting: String, _ plan: inout Plan) throws(CommandFailure) {
        let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let value = Int64(parts[1]) else {
            throw CommandFailure(.usage, "--set \(setting): must be name=whole number")
        }
        let name = String(parts[0])
        do {
            if name.hasPrefix("scenario.") {
                try plan.scenario.set(String(name.dropFirst("scenario.".count)), to: value)
            } else if name.hasPrefix("model.") {
                try plan.model.set(String(name.dropFirst("model.".count)), to: value)
            } else {
                try plan.policy.set(name, to: value)
            }
        } catch {
            throw CommandFailure(.usage, "--set \(setting): \(error)")
        }
    }

    private func record(_ plan: Plan, to sink: FileSink) throws {
        let initial = plan.scenario.initialMemory()
        let setup = EngineSetup(
            host: plan.scenario.host, model: plan.model, policy: plan.policy, detail: detail,
            durationNs: duration.ns, memory: initial.snapshot)
        var parameters = ParameterList()
        plan.scenario.write(to: &parameters)
        setup.write(to: &parameters)
        var writer = try TraceWriter(
            sink: sink,
            description: TraceDescription(
                schema: StandardSchema.schema,
                parameters: parameters.entries,
                notes: notes), compressionLevel: compression)
        writer.addSnapshot(name: EngineSetup.snapshotName, initial.snapshot.encoded())
        var engine = try makeEngine(setup)
        var generator = InputGenerator(plan.scenario, memory: initial)
        var progress = Progress("recording")
        var interned = 1
        while let input = generator.next(before: duration.ns) {
            engine.apply(input)
            guard engine.outbox.count >= 4096 else { continue }
            try deliver(&engine, to: &writer, interned: &interned)
            progress.show(engine.nowNs, of: duration.ns, "")
        }
        engine.finish(at: duration.ns)
        try deliver(&engine, to: &writer, interned: &interned)
        progress.end()
        _ = try writer.finish()
    }

    private func makeEngine(_ setup: EngineSetup) throws(CommandFailure) -> Engine {
        do {
            return try setup.makeEngine()
        } catch {
            throw CommandFailure(.internalFailure, "\(error)")
        }
    }

    private func deliver(
        _ engine: inout Engine, to writer: inout TraceWriter, interned: inout Int
    ) throws {
        // The engine numbers strings as the writer does, in the order of their first use.
        for text in engine.strings.strings.dropFirst(interned) { _ = writer.intern(text) }
        interned = engine.strings.strings.count
        engine.outbox.drain { writer.record($0, $1) }
        if let failure = writer.failure { throw failure }
        try Interrupt.check()
    }

    private var notes: [TextPair] {
        [
            TextPair("tool.version", ToolVersion.text),
            TextPair("recorded.unix_seconds", String(Terminal.wallSeconds)),
            TextPair("arguments", CommandLine.arguments.dropFirst().joined(separator: " ")),
        ]
    }
}

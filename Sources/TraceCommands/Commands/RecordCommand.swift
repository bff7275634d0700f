import ArgumentParser
import LiveRecording
import ReclaimEngine
import ScenarioFiles
import TraceCore
import TraceFormat
import TraceStore
import Workloads

struct RecordCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record", abstract: "Record a run of the engine, or this host.",
        discussion: """
            Example: ktls-trace record --policy reclaim-batch --preset small --seed 1 \
            --duration 60s -o run.ktrace

            The reclaim of this host's own kernel, as root: ktls-trace record --source linux \
            --duration 60s -o host.ktrace; Docs/RECORDING.md tells what that costs.

            A scenario of your own starts from a preset: ktls-trace record --preset small \
            --print-scenario > host.yaml; Docs/SCENARIOS.md describes the file.

            --source freebsd records a FreeBSD host with dtrace, on that host, as root; with \
            --print-script it prints the script anywhere. Docs/RECORDING.md has the details.
            """)

    @Option(name: .long, help: "What to record: engine, linux (this host) or freebsd.")
    var source = RecordSource.engine

    @Option(
        name: .long,
        help: "The policy of the helper thread; see --list-policies. (default: reclaim-batch)")
    var policy: String?

    @Option(
        name: .long, help: "The host and its load; see --list-presets. (default: unit)")
    var preset: String?

    @Option(
        name: .long, help: "The host and its load from a YAML file instead; - is standard input.")
    var scenario: String?

    @Option(
        name: .long, parsing: .unconditional,
        help: "Keys everything the scenario draws. (default: the scenario's, or 1)")
    var seed: Int64?

    @Option(
        name: .long, parsing: .unconditional,
        help: "Keys the engine's own draws, such as dispatch. (default: the scenario's, or 1)")
    var salt: Int64?

    @Option(
        name: .long, parsing: .unconditional,
        help: "Time to record, like 60s or 500ms; the engine's is virtual.")
    var duration = TimeSpan(argument: "10s")!

    @Option(
        name: .long,
        help: """
            Change a setting: name=value with a policy's sysctl or its last part (max_reclaim), \
            scenario.NAME or model.NAME; the value may have a unit, as in \
            scenario.requests.peak=8Gb/s; may be repeated.
            """)
    var set: [String] = []

    @Option(
        name: .long, parsing: .unconditionalSingleValue,
        help: """
            Change a policy's sysctl during the run: time:name=value, as in \
            20s:max_reclaim=256; may be repeated.
            """)
    var setAt: [String] = []

    @Option(
        name: .long,
        help: """
            Take the free lists of a real host from a file: FreeBSD's sysctl vm.phys_free (with \
            vm.domain behind it), or Linux's /proc/buddyinfo (with /proc/zoneinfo behind it).
            """)
    var fragmentationFrom: String?

    @Option(
        name: .long, parsing: .unconditional,
        help: "How much is recorded: 0, 1 (replayable) or 2; of a host 0 to 3.")
    var detail = 1

    @OptionGroup var compression: CompressionOptions

    @Flag(name: .long, help: "List the policies and end.")
    var listPolicies = false

    @Flag(name: .long, help: "List the presets and end.")
    var listPresets = false

    @Flag(
        name: .long,
        help: "Print the scenario with all changes as a file that --scenario reads, and end.")
    var printScenario = false

    @OptionGroup var freeBSD: FreeBSDOptions
    @OptionGroup var host: HostOptions

    @OptionGroup var live: LiveOptions

    @Option(name: [.customShort("o"), .long], help: "The trace to write; - is standard output.")
    var output: String?

    @Flag(name: .long, help: "Overwrite the file if it exists.")
    var force = false

    func validate() throws {
        if listPolicies || listPresets { return }
        if preset != nil, scenario != nil {
            throw ValidationError("--preset and --scenario exclude each other")
        }
        try freeBSD.check(source)
        if !printScenario, !freeBSD.printScript, output == nil {
            throw ValidationError("--output is needed: where to write the trace")
        }
        if duration.ns <= 0 { throw ValidationError("--duration must be more than nothing") }
        switch source {
        case .engine: try validateEngine()
        case .linux: try validateHost()
        case .freebsd: break
        }
        if seed ?? 0 < 0 || salt ?? 0 < 0 {
            throw ValidationError("--seed and --salt must not be negative")
        }
        if !printScenario, !freeBSD.printScript { try live.check(output: output ?? "-") }
    }

    private func validateEngine() throws {
        if duration.ns > 86_400_000_000_000 {
            throw ValidationError("--duration must be at most 24h of virtual time")
        }
        if !(0...2).contains(detail) { throw ValidationError("--detail must be 0, 1 or 2") }
        if host.isUsed {
            throw ValidationError(
                "--cpu-buffer, --sample-every and --tracefs need --source linux")
        }
    }

    private func validateHost() throws {
        if !HostOptions.details.contains(detail) {
            throw ValidationError("--detail must be 0 to 3")
        }
        let isOfEngine =
            policy != nil || preset != nil || scenario != nil || seed != nil || salt != nil
            || !set.isEmpty || !setAt.isEmpty || fragmentationFrom != nil || printScenario
        if isOfEngine {
            throw ValidationError(
                "policies, scenarios and their settings are the engine's; a host has its own")
        }
    }

    mutating func run() throws {
        if listPolicies || listPresets {
            try list()
            return
        }
        switch source {
        case .freebsd: return try recordFreeBSD()
        case .linux: return try recordHost()
        case .engine: break
        }
        let plan = try RecordPlan(request)
        if printScenario {
            let text = try TextOutput(path: output ?? "-", force: force)
            try text.write(plan.file.yaml)
            try text.end()
            return
        }
        let path = try targetPath
        try record(
            plan,
            to: LiveSession(
                live, path: path, force: force, compression: compression.level, isLive: live.isLive)
        )
    }

    /// Where the trace goes.
    var targetPath: String {
        get throws {
            let path = output ?? "-"
            if path == "-", Terminal.isTerminal(1) {
                throw CommandFailure(.usage, "a trace is not written to a terminal; use -o FILE")
            }
            return path
        }
    }

    private var request: RecordRequest {
        RecordRequest(
            policy: policy ?? "reclaim-batch", preset: preset, scenario: scenario,
            fragmentationFrom: fragmentationFrom, set: set, setAt: setAt, seed: seed, salt: salt,
            duration: duration)
    }

    private func list() throws {
        let output = try TextOutput(path: "-")
        if listPolicies {
            for policy in PolicyCatalog.all {
                let label = policy.isLab ? " [\(PolicyDefinition.labLabel)]" : ""
                try output.write("\(policy.name): \(policy.summary)\(label)\n")
                for tunable in policy.tunables {
                    let label = tunable.isLab ? " [\(PolicyDefinition.labLabel)]" : ""
                    try output.write(
                        "    \(tunable.name) = \(tunable.standard): \(tunable.summary)\(label)\n")
                }
            }
        }
        if listPresets {
            for preset in Presets.all {
                try output.write("\(preset.scenario.name): \(preset.summary)\n")
            }
        }
        try output.end()
    }
}

/// What is recorded.
enum RecordSource: String, ExpressibleByArgument, CaseIterable {
    case engine, linux, freebsd
}

extension RecordCommand {
    private func record(_ plan: RecordPlan, to session: LiveSession) throws {
        let settings = RunSettings(plan, detail: detail, durationNs: duration.ns)
        var run = try EngineRun(settings)
        var writer = try session.makeRecorder(
            TraceDescription(
                schema: StandardSchema.schema, parameters: settings.parameters.entries,
                notes: RecordingNotes.now))
        writer.addSnapshot(name: EngineSetup.snapshotName, run.takeSnapshot())
        var progress = Progress("recording")
        var isInterrupted = false
        var goesOn = true
        while goesOn {
            goesOn = run.advance()
            run.deliver(to: &writer)
            if Interrupt.takeDumpRequest() { writer.dumpNow(reason: "SIGUSR1") }
            writer.tick()
            if let failure = writer.failure { throw session.failure(failure) }
            guard goesOn else { break }
            progress.show(run.nowNs, of: settings.durationNs, "")
            isInterrupted = Interrupt.pendingSignal != nil
            // What is recorded live is finished; the rest can be recorded again.
            if isInterrupted, live.isLive { break }
            try Interrupt.check()
        }
        progress.end()
        try finish(&writer, isInterrupted ? nil : settings.durationNs, session)
        if isInterrupted { try Interrupt.check() }
    }

    /// Completes the trace; without an end, because a signal came.
    private func finish(
        _ writer: inout LiveRecorder, _ endNs: Int64?, _ session: LiveSession
    ) throws {
        do throws(StoreError) {
            try writer.finish(
                endNs: endNs, endedBy: endNs == nil ? Interrupt.pendingSignal?.name : nil)
        } catch {
            throw session.failure(error)
        }
        session.sayEnd(writer)
    }
}

/// What a recording notes about how it came to be; no part of any identity.
enum RecordingNotes {
    static var now: [TextPair] {
        [
            TextPair("tool.version", ToolVersion.text),
            TextPair("recorded.unix_seconds", String(Terminal.wallSeconds)),
            TextPair("arguments", CommandLine.arguments.dropFirst().joined(separator: " ")),
        ]
    }
}

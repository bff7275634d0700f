import ReclaimEngine
import TraceAnalysis
import TraceCore
import TraceDiff
import TraceStore
import TraceSummaries
import Workloads

/// Makes the runs of a comparison's head again, so that they differ by chance alone.
struct CalibrationRuns {
    /// How two sides come to differ by chance.
    private enum Design: UInt64, CaseIterable {
        /// The head's inputs on both sides, the engine's own draws anew for every run.
        case paired = 1
        /// Other inputs for every run.
        case unpaired = 2
    }

    /// The settings of the head's runs.
    private let settings: [RunSettings]
    private let baseCount: Int
    private let thresholds: GateThresholds
    private var request: AnalysisRequest

    /// Most comparisons of a kind.
    static let limit = 1_000_000

    /// Works out how the head's runs are made, and whether that really makes them.
    ///
    /// - Throws: `CommandFailure` where they cannot be made again.
    init(
        _ base: RunSummaries, _ head: RunSummaries, _ thresholds: GateThresholds,
        _ request: AnalysisRequest
    ) throws {
        self.thresholds = thresholds
        self.request = request
        self.request.options.collectsTimeline = false
        settings = try head.runs.map(Self.settings)
        baseCount = base.runs.count
        let needed = RunComparison(base.runs, head.runs, thresholds).pairsNeeded
        guard head.runs.count >= needed else {
            throw CommandFailure(
                .refused,
                "\(thresholds.limits.count) limits need \(needed) pairs; with the "
                    + "\(head.runs.count) runs of the head there would never be an alarm")
        }
        guard let content = head.runs[0].identities.content else { return }
        let again = try summary(of: settings[0], label: head.runs[0].label)
        guard again.runs[0].identities.content == content else {
            throw Self.refused(
                head.runs[0],
                "made again by its settings it is another one: its inputs are not "
                    + "those of its scenario")
        }
    }

    private static func settings(_ run: RunFacts) throws(CommandFailure) -> RunSettings {
        guard run.parameters["source"] == "engine" else {
            throw refused(run, "it was not recorded from the engine")
        }
        let version = run.parameters["engine.version"] ?? "1"
        guard version == String(EngineSetup.engineVersion) else {
            throw refused(
                run,
                "it was recorded by engine version \(version), this is version "
                    + "\(EngineSetup.engineVersion)")
        }
        do {
            return try RunSettings(run.parameters)
        } catch {
            throw refused(run, "\(error)")
        }
    }

    private static func refused(_ run: RunFacts, _ why: String) -> CommandFailure {
        CommandFailure(.refused, "\(run.label): cannot be made again to calibrate: \(why)")
    }

    /// Counts the false alarms of so many comparisons of each kind.
    func measure(_ comparisons: Int) throws -> CalibrationResult {
        CalibrationResult(
            paired: try measure(.paired, comparisons),
            unpaired: try measure(.unpaired, comparisons), baseRuns: baseCount,
            headRuns: settings.count)
    }

    private func measure(_ design: Design, _ comparisons: Int) throws -> Calibration {
        let sides = sideCounts(design)
        let progress = RunProgress(
            "calibration, \(design)", runs: comparisons * (sides.base + sides.head),
            runNs: settings[0].durationNs)
        defer { progress.end() }
        let each = try ParallelWork.map(Array(0..<comparisons), threads: request.jobs) { number in
            var count = Calibration(thresholds)
            count.add(
                try side(design, number, 0, sides.base, progress),
                try side(design, number, 1, sides.head, progress))
            return count
        }
        return each.dropFirst().reduce(into: each[0]) { $0.merge($1) }
    }

    private func sideCounts(_ design: Design) -> (base: Int, head: Int) {
        switch design {
        case .paired: (settings.count, settings.count)
        case .unpaired: (baseCount, settings.count)
        }
    }

    /// The runs of one side of a comparison, each with draws that no other run has.
    private func side(
        _ design: Design, _ comparison: Int, _ side: UInt64, _ count: Int, _ progress: RunProgress
    ) throws -> RunSummaries {
        let random = KeyedRandom(seed: design.rawValue, purpose: 0x63_616C_6962)
        let runs = try (0..<count).map { number in
            var settings = settings[number % settings.count]
            let draw = random.bits(
                entity: UInt64(comparison), index: UInt64(number) << 1 | side)
            switch design {
            case .paired: settings.model.salt = Int64(draw >> 1)
            case .unpaired: settings.scenario.seed = Int64(draw >> 1)
            }
            return try summary(of: settings, label: String(number), progress)
        }
        do {
            return try RunSummaries.merged(runs)
        } catch {
            throw CommandFailure(error, label: "null runs")
        }
    }

    private func summary(
        of settings: RunSettings, label: String, _ progress: RunProgress? = nil
    ) throws -> RunSummaries {
        let bytes = try EngineRun.trace(of: settings, notes: [])
        var request = request
        request.jobs = 1
        let input = try SummarizedInput(
            LoadedTrace(source: MemorySource(bytes, path: label)), request)
        progress?.advance(by: settings.durationNs, endsRun: true)
        return input.summaries
    }
}

import TraceAnalysis
import TraceCore
import TraceReport
import TraceStore
import TraceSummaries
import TraceSweep
import Workloads

/// The runs of a sweep, in its folder: what is there is kept, what is missing is made.
struct SweepRuns {
    /// One run.
    private struct Run: Sendable {
        var cell: Int
        var seed: Int
        var settings: RunSettings
        /// The cell's folder in that of the sweep.
        var folder: String
        /// What to call the run in its cell.
        var name: String

        var label: String { FileNames.join(folder, name) }
    }

    private let grid: SweepGrid
    private let folder: String
    private let redoes: Bool
    private let keepsTraces: Bool
    private let jobs: Int
    private let runs: [Run]

    /// Works out every run before the first is made, so that a wrong value is told at once.
    init(_ command: SweepCommand, _ grid: SweepGrid) throws {
        self.grid = grid
        folder = command.output
        redoes = command.force
        keepsTraces = command.keepTraces
        jobs = command.jobs ?? Terminal.processorCount
        var runs: [Run] = []
        for (number, cell) in grid.cells.enumerated() {
            let request = RecordRequest(
                policy: cell.policy, preset: command.preset, scenario: command.scenario,
                set: cell.settings.map(\.text), salt: command.salt, duration: command.duration)
            let plan = try RecordPlan(request)
            var settings = RunSettings(
                plan, detail: command.detail, durationNs: command.duration.ns)
            for (position, seed) in grid.seeds.enumerated() {
                settings.scenario.seed = seed
                runs.append(
                    Run(
                        cell: number, seed: position, settings: settings,
                        folder: cell.folder, name: "seed-\(seed)"))
            }
        }
        self.runs = runs
    }

    /// What all runs have in common, for the report.
    var description: SweepDescription {
        let settings = runs[0].settings
        return SweepDescription(
            scenario: settings.scenario.name, durationNs: settings.durationNs,
            detail: settings.detail)
    }

    /// Makes the runs that are missing, some at a time.
    ///
    /// - Returns: What is known of the runs, by cell and seed.
    func make() throws -> [[RunFacts]] {
        var found = try runs.map { redoes ? nil : try kept($0) }
        // Seed by seed, so that of an interrupted sweep all cells have as many runs.
        let missing = runs.indices.filter { found[$0] == nil }
            .sorted { (runs[$0].seed, runs[$0].cell) < (runs[$1].seed, runs[$1].cell) }
        for cell in grid.cells {
            let path = FileNames.join(folder, cell.folder)
            try reporting(isOutput: true) {
                try FileNames.makeFolder(keepsTraces ? FileNames.join(path, Self.traces) : path)
            }
        }
        let made = try makeMissing(missing)
        for (position, facts) in zip(missing, made) { found[position] = facts }
        let facts = found.compactMap { $0 }
        return grid.cells.indices.map { cell in
            Array(facts[cell * grid.seeds.count..<(cell + 1) * grid.seeds.count])
        }
    }

    private func makeMissing(_ missing: [Int]) throws -> [RunFacts] {
        guard !missing.isEmpty else { return [] }
        let progress = RunProgress(
            "sweep", runs: missing.count, runNs: runs[missing[0]].settings.durationNs)
        defer { progress.end() }
        do {
            return try ParallelWork.map(missing, threads: jobs) { position in
                try make(runs[position], progress)
            }
        } catch let failure as CommandFailure
            where failure.status == .interrupted || failure.status == .terminated
        {
            progress.end()
            throw CommandFailure(
                failure.status,
                "\(failure.message ?? "interrupted"); the runs that are whole are in \(folder), and "
                    + "the same command goes on from there")
        }
    }

    private func make(_ run: Run, _ progress: RunProgress) throws -> RunFacts {
        var shownNs: Int64 = 0
        let bytes = try EngineRun.trace(of: run.settings, notes: RecordingNotes.now) { nowNs in
            progress.advance(by: nowNs - shownNs)
            shownNs = nowNs
        }
        let summaries = try SummarizedInput(
            LoadedTrace(source: MemorySource(bytes, path: run.label)),
            AnalysisRequest(jobs: 1)
        ).summaries
        if keepsTraces {
            try reporting(isOutput: true) {
                let sink = try FileSink(path: tracePath(run), overwrites: true)
                try sink.write(bytes)
                try sink.commit()
            }
        }
        let out = try TextOutput(path: summaryPath(run), force: true)
        try out.endKept(summaries, label: run.label)
        progress.advance(by: 0, endsRun: true)
        return summaries.runs[0]
    }

    private func summaryPath(_ run: Run) -> String {
        FileNames.join(folder, run.label + ".ksum")
    }

    /// Apart from the summaries: a folder of runs has each run once.
    private static let traces = "traces"

    private func tracePath(_ run: Run) -> String {
        let place = FileNames.join(FileNames.join(folder, run.folder), Self.traces)
        return FileNames.join(place, run.name + ".ktrace")
    }

    /// The run that is there already, `nil` where there is none.
    ///
    /// - Throws: `CommandFailure` where it is one of other settings.
    private func kept(_ run: Run) throws -> RunFacts? {
        let path = summaryPath(run)
        guard FileNames.exists(path), !keepsTraces || FileNames.exists(tracePath(run)) else {
            return nil
        }
        guard case .summaries(let summaries) = try AnalyzedInput(path: path, checksAll: true),
            summaries.runs.count == 1
        else {
            throw CommandFailure(.badData, "\(path): is not the summary of one run")
        }
        let facts = summaries.runs[0]
        let expected = run.settings.parameters
        guard facts.parameters != expected else { return facts }
        let names = Set((facts.parameters.entries + expected.entries).map(\.key)).sorted()
        let other = names.first { facts.parameters[$0] != expected[$0] } ?? ""
        throw CommandFailure(
            .refused,
            "\(path): a run of another sweep, with \(other) \(facts.parameters[other] ?? "not set") "
                + "instead of \(expected[other] ?? "not set"); use another folder, or --force")
    }
}

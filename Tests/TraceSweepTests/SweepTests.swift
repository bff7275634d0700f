import Testing
import TraceAnalysis
import TraceCore
import TraceSummaries
import TraceSweep

@Suite struct SweepTests {
    @Test func aGridHasEveryCombinationThatAPolicyKnows() {
        let grid = SweepGrid(
            policies: ["a", "b"],
            settings: [
                .init(name: "x", values: ["1", "2"]), .init(name: "model.y", values: ["3", "4"]),
            ], seeds: [3, 1, 3]
        ) { policy, setting in policy == "a" || setting == "model.y" }
        #expect(
            grid.cells.map(\.name) == [
                "a,x=1,model.y=3", "a,x=1,model.y=4", "a,x=2,model.y=3", "a,x=2,model.y=4",
                "b,model.y=3", "b,model.y=4",
            ])
        #expect(grid.seeds == [1, 3] && grid.runCount == 12)
        let none = SweepGrid(
            policies: ["b", "b"], settings: [.init(name: "x", values: ["1", "2"])], seeds: [1]
        ) { _, _ in false }
        #expect(none.cells.map(\.name) == ["b"])
    }

    @Test func aFolderNameIsOneOfAFile() {
        let cell = SweepCell(
            policy: "p", settings: [SweepSetting(name: "scenario.requests.peak", value: "8Gb/s")])
        #expect(cell.folder == "p,scenario.requests.peak=8Gb%2Fs")
        #expect(SweepCell(policy: "..", settings: []).folder == "..")
        #expect(SweepCell(policy: "\n%", settings: []).folder == "%0A%25")
    }

    // MARK: Tables

    private static func run(_ reclaim: Int64?, _ success: Int64?, _ relief: Int64?) -> RunFacts {
        RunFacts(
            label: "", parameters: ParameterList(), window: SummaryWindow(beginNs: 0, endNs: 1),
            metrics: [
                Metric("cpu.reclaim", .nanoseconds, .lowerIsBetter, reclaim),
                Metric("service.success", .millionths, .higherIsBetter, success),
                Metric("relief.imported_mean", .nanoseconds, .lowerIsBetter, nil),
                Metric("relief.imported_bound_mean", .nanoseconds, .lowerIsBetter, relief),
            ])
    }

    private static func table(_ runs: [[RunFacts]]) -> SweepTable {
        let grid = SweepGrid(
            policies: runs.indices.map { "p\($0)" }, settings: [],
            seeds: (0..<runs[0].count).map(Int64.init)
        ) { _, _ in false }
        return SweepTable(grid, runs)
    }

    @Test func meansIntervalsAndFrontAreThoseOfTheRuns() {
        let table = Self.table([
            [Self.run(10, 500, 7), Self.run(20, 700, 9)],
            [Self.run(30, 900, 8), Self.run(31, 901, 8)],
            [Self.run(40, 900, 9), Self.run(50, 800, 9)],
        ])
        #expect(table.columns.map(\.metric).last == "relief.imported_bound_mean")
        #expect(table.columns.map(\.unit) == [.nanoseconds, .millionths, .nanoseconds])
        #expect(table.rows.map { $0.axes[0].mean } == [15, 30, 45])
        #expect(table.rows.map { $0.axes[1].mean } == [600, 900, 850])
        #expect(table.rows.map(\.isOnFront) == [true, true, false])
        // Of two runs the means are those of both, or of one of them twice.
        #expect(table.rows[0].axes[0].interval == 10...20)
        #expect(table.rows[0].frontPpm == 1_000_000 && table.rows[2].frontPpm == 0)
        #expect(table.rows[0].mean("service.success") == 600)
        #expect(table.rows[0].mean("nothing") == nil)
    }

    /// Draws are the same for all cells: a difference that every seed shows is never in doubt.
    @Test func seedsAreDrawnAlikeForAllCells() {
        let noise: [Int64] = [0, 1000, 5000, 20_000, 90_000]
        let table = Self.table([
            noise.map { Self.run(100 + $0, 10, 1) }, noise.map { Self.run(101 + $0, 10, 1) },
        ])
        #expect(table.rows.map(\.frontPpm) == [1_000_000, 0])
    }

    @Test func whatIsNotKnownIsNotCountedAndNeverBetter() {
        let table = Self.table([
            [Self.run(10, 500, nil), Self.run(10, 500, 4)],
            [Self.run(10, 500, nil), Self.run(10, 500, nil)],
        ])
        #expect(table.rows[0].axes[2].mean == 4 && table.rows[0].axes[2].runs == 1)
        #expect(table.rows[1].axes[2].mean == nil && table.rows[1].axes[2].interval == nil)
        #expect(table.rows.map(\.isOnFront) == [true, false])
    }
}

import AnalysisTestSupport
import Testing
import TraceAnalysis
import TraceCore

@Suite struct LossTests {
    private func window(
        _ beginNs: Int64, _ endNs: Int64, kinds: [String]? = nil
    ) throws -> SummaryWindow {
        var script = Script()
        script.at(1_000, "hit")
        var window = try script.summary(
            AnalysisOptions(beginNs: beginNs, endNs: endNs)
        ).window
        window.kinds = kinds
        return window
    }

    private func loss(
        _ kind: String?, _ beginNs: Int64, _ endNs: Int64, _ count: UInt64
    ) -> LossInterval {
        LossInterval(kind: kind, beginNs: beginNs, endNs: endNs, count: count)
    }

    @Test func lossesAddUpByKindAndTimeOnlyOnce() throws {
        let losses = LossSummary(
            [
                loss("alloc_fail", 50, 150, 4), loss(nil, 100, 300, 9),
                loss("wait_end", 500, 500, 1),
                loss("alloc_fail", 700, 2_000, 3), loss("hit", 10, 20, 77),
                loss("hit", 400, 450, 0),
            ], in: try window(40, 900))
        #expect(losses.count == 17 && losses.intervals == 4)
        #expect(losses.timeNs == 100 + 150 + 200)
        #expect(losses.byKind.map(\.kind) == ["", "alloc_fail", "wait_end"])
        #expect(losses.byKind.map(\.count) == [9, 7, 1])
        #expect(losses.rows.map(\.beginNs) == [50, 100, 500, 700])
    }

    @Test func aFilterByKindKeepsUnknownKinds() throws {
        let losses = LossSummary(
            [loss("alloc_fail", 1, 2, 4), loss(nil, 1, 2, 9), loss("hit", 1, 2, 5)],
            in: try window(0, 900, kinds: ["hit"]))
        #expect(losses.count == 14)
    }

    @Test func sumsAndRowsAreBounded() throws {
        let many = (0..<1_000 as Range<Int64>).map { loss("hit", $0, $0, .max / 2) }
        let losses = LossSummary(many, in: try window(0, 900))
        #expect(losses.count == .max && losses.byKind[0].count == .max)
        #expect(losses.intervals == 901 && losses.rows.count == LossSummary.rowLimit)
    }
}

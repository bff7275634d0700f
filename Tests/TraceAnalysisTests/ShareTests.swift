import AnalysisTestSupport
import Testing
import TraceAnalysis
import TraceCore

@Suite struct ShareTests {
    @Test(
        arguments: [
            ("GFP_KERNEL|__GFP_NOWARN|__GFP_COMP", "GFP_KERNEL"), ("GFP_ATOMIC", "GFP_ATOMIC"),
            ("__GFP_HIGH|GFP_NOWAIT", "GFP_NOWAIT"), ("__GFP_IO|__GFP_FS", "(unnamed)"),
            ("__GFP_IO", "(unnamed)"), ("M_NOVM|M_NOWAIT", "M_NOWAIT"), ("", ""), ("none", "none"),
        ])
    func theTextNamesItsClass(flags: String, name: String) throws {
        var script = Script()
        script.at(1, "alloc_fail", ["gfp": .text(flags)])
        #expect(
            try script.summary().failures.byGfpClass == [NamedCount(name: name, count: 1)])
    }

    @Test func classesAddUpOverOrdersAndFlags() throws {
        var script = Script()
        script.at(1, "alloc_fail", ["order": 2, "gfp": "GFP_KERNEL|__GFP_COMP"])
        script.at(2, "alloc_fail", ["order": 3, "gfp": "GFP_KERNEL|__GFP_COMP"])
        script.at(3, "alloc_fail", ["order": 2, "gfp": "GFP_KERNEL"])
        script.at(4, "alloc_fail", ["order": 2, "gfp": "GFP_NOFS"])
        let classes = try script.summary().failures.byGfpClass
        #expect(classes.map(\.name) == ["GFP_KERNEL", "GFP_NOFS"])
        #expect(classes.map(\.count) == [3, 1])
    }

    @Test func sharesAreOfRequestsThatWantABuffer() throws {
        var script = Script()
        script.at(
            1, "service",
            [
                "requests": 1_000, "small": 150, "anonymous": 50, "failed": 8, "limited": 80,
                "hits_cpu": 700, "hits_list": 10, "imports": 2,
            ])
        let counts = try script.summary().service.total
        #expect(counts.failedPpm == 10_000 && counts.limitedPpm == 100_000)
        #expect(ServiceCounts().failedPpm == nil)
    }

    @Test func gainIsAShareOfTheNominalBlocksOfTheSameBatches() throws {
        func value(_ script: Script, _ name: String) throws -> Int64? {
            try script.summary().metrics.first { $0.name == name && $0.domain == nil }?.value
        }
        var script = Script()
        script.at(1, "batch_end", ["nominal": 1_000, "gained_blocks": 250, "phantom": 30])
        #expect(try value(script, "batch.gained_share") == 250_000)
        #expect(try value(script, "batch.phantom_share") == 30_000)
        script.at(2, "batch_end", ["nominal": 1_000, "phantom": 10])
        #expect(try value(script, "batch.gained_share") == nil, "one batch does not know its gain")
        #expect(try value(script, "batch.phantom_share") == 20_000)
    }
}

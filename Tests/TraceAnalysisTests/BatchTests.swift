import AnalysisTestSupport
import Histograms
import Testing
import TraceAnalysis
import TraceCore

@Suite struct BatchTests {
    @Test func batchesPairByThreadAndRoutine() throws {
        var script = Script()
        script.at(100, "batch_begin", ["thread": 1, "mode": "direct", "routine": "reclaim"])
        script.at(150, "batch_begin", ["thread": 1, "mode": "direct", "routine": "compaction"])
        script.at(160, "batch_begin", ["thread": 2, "mode": "daemon", "routine": "compaction"])
        script.at(
            180, "batch_end",
            [
                "thread": 1, "mode": "direct", "routine": "compaction", "result": "sync/success",
                "moved": 7, "failed_moves": 1,
            ])
        script.at(
            220, "batch_end",
            [
                "thread": 2, "mode": "daemon", "routine": "compaction", "result": "async/contended",
                "moved": 3,
            ])
        script.at(
            400, "batch_end",
            [
                "thread": 1, "mode": "direct", "routine": "reclaim", "result": "",
                "freed_pages": 32,
            ])
        let batches = try script.summary().batches
        #expect(batches.groups.map(\.routine) == ["compaction", "compaction", "reclaim"])
        #expect(batches.groups.map(\.mode) == [.daemon, .direct, .direct])
        #expect(batches.groups.map(\.duration.sortedSamples) == [[60], [30], [300]])
        #expect(batches.groups.map(\.timeNs) == [60, 30, 300])
        #expect(batches.groups[0].results == [NamedCount(name: "async/contended", count: 1)])
        #expect(batches.total(.moved).value == 10)
        #expect(batches.total(.moved).known == 2 && batches.total(.moved).unknown == 1)
        #expect(batches.total(.freedPages, mode: .direct).value == 32)
        #expect(batches.total(.gainedBlocks).value == nil)
    }

    @Test func domainsAreJoinedInGroupsAndKeptApartInTheirTable() throws {
        var script = Script()
        for (domain, gain) in [(Int32(1), Int64(4)), (0, 2), (1, 1)] {
            script.at(10, "batch_begin", domain: domain, ["thread": 3, "routine": "ext"])
            script.at(
                20, "batch_end", domain: domain,
                [
                    "thread": 3, "routine": "ext", "result": "ok", "gained_blocks": .number(gain),
                    "nominal": 10, "phantom": 1,
                ])
        }
        let batches = try script.summary().batches
        #expect(batches.groups.count == 1 && batches.groups[0].ended == 3)
        #expect(batches.groups[0].results == [NamedCount(name: "ok", count: 3)])
        #expect(batches.domains.map(\.domain) == [0, 1])
        #expect(batches.domains.map(\.gainedBlocks.value) == [2, 5])
        #expect(batches.domains.map(\.nominal.value) == [10, 20])
        #expect(batches.domains.map(\.phantom.value) == [1, 2])
    }

    @Test func aBeginBeforeTheWindowThatIsReplacedInItIsCounted() throws {
        var script = Script()
        script.at(10, "batch_begin", ["thread": 1, "routine": "a", "mode": "direct"])
        script.at(20, "batch_begin", ["thread": 1, "routine": "a", "mode": "daemon"])
        script.at(50, "batch_end", ["thread": 1, "routine": "a", "mode": "daemon"])
        let groups = try script.summary(AnalysisOptions(beginNs: 15)).batches.groups
        #expect(groups.map(\.beginsWithoutEnd) == [0, 1] && groups.map(\.begun) == [1, 0])
    }

    @Test func brokenPairsAreCounted() throws {
        var script = Script()
        script.at(10, "batch_begin", ["thread": 1, "routine": "a"])
        script.at(20, "batch_begin", ["thread": 1, "routine": "a"])
        script.at(50, "batch_end", ["thread": 1, "routine": "a"])
        script.at(60, "batch_end", ["thread": 1, "routine": "a"])
        script.at(70, "batch_begin", ["thread": 1, "routine": "a"])
        script.at(100, "counter")
        let group = try #require(try script.summary().batches.groups.first)
        #expect(group.begun == 3 && group.ended == 2)
        #expect(group.beginsWithoutEnd == 1 && group.endsWithoutBegin == 1)
        #expect(group.openAtEnd == 1 && group.openAtBegin == 0)
        #expect(group.duration.sortedSamples == [30], "from the later of the two begins")
        #expect(group.timeNs == 60, "30 and 30 up to the end")
    }

    @Test func onlyTheFirstEndOfAThreadCanBelongToABatchFromBefore() throws {
        var script = Script()
        script.at(10, "batch_begin", ["thread": 1, "routine": "a"])
        script.at(120, "batch_end", ["thread": 1, "routine": "a", "cpu_ns": 15])
        script.at(150, "batch_end", ["thread": 1, "routine": "a"])
        let group = try #require(
            try script.summary(AnalysisOptions(beginNs: 100)).batches.groups.first)
        #expect(group.ended == 2 && group.openAtBegin == 1 && group.endsWithoutBegin == 1)
        #expect(group.timeNs == 20 && group.duration.count == 0)
        #expect(group.cpuNs.value == 15)
    }

    /// A daemon batch, a direct one within it, one from before the window, one that stays open.
    @Test func timeOfADomainIsThatOfItsBatchesInsideTheWindow() throws {
        var script = Script()
        script.at(90, "batch_begin", domain: 1, ["thread": 3, "mode": "daemon"])
        script.at(110, "batch_begin", domain: 0, ["thread": 1, "mode": "daemon"])
        script.at(120, "batch_begin", domain: 0, ["thread": 2, "mode": "direct"])
        script.at(130, "batch_end", domain: 0, ["thread": 2, "mode": "direct"])
        script.at(150, "batch_end", domain: 0, ["thread": 1, "mode": "daemon"])
        script.at(160, "batch_end", domain: 1, ["thread": 3, "mode": "daemon"])
        script.at(170, "batch_begin", domain: 1, ["thread": 3, "mode": 7])
        script.at(300, "counter")
        let options = AnalysisOptions(beginNs: 100, endNs: 200)
        let domains = try script.summary(options).batches.domains
        #expect(domains.map(\.timeNs) == [50, 90])
        #expect(domains.map(\.daemonNs) == [40, 60] && domains.map(\.directNs) == [10, 0])
        #expect(domains.map(\.duration.sortedSamples) == [[10, 40], []])
    }

    @Test func deferredBatchesCountByReasonAndOrder() throws {
        var script = Script()
        script.at(1, "batch_deferred", ["order": 9, "reason": "deferred"])
        script.at(2, "batch_deferred", ["order": 2, "reason": "defer_reset"])
        script.at(3, "batch_deferred", ["order": 9, "reason": "deferred"])
        let batches = try script.summary().batches
        #expect(
            batches.deferredByReason == [
                NamedCount(name: "deferred", count: 2), NamedCount(name: "defer_reset", count: 1),
            ])
        #expect(batches.deferredByOrder.map(\.number) == [2, 9])
    }
}

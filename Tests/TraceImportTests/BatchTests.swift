import Testing
import TraceCore
import TraceImport

/// Sums, orders, pairing and CPU time of batches.
@Suite struct BatchTests {
    private func column(_ name: String, _ event: Event) throws -> Int64 {
        let kind = try #require(StandardSchema.schema.kind(event.header.kind))
        return event.values[try #require(kind.columnIndex(name))]
    }

    private func events(_ kind: KindID, _ run: ImportedText) -> [Event] {
        run.list.events.filter { $0.header.kind == kind }
    }

    @Test func compactionSumsUpWhatHappensInside() throws {
        let who = ("kcompactd0", 35)
        let text =
            line(who.0, who.1, "1.000000", "mm_compaction_kcompactd_wake: nid=0 order=9")
            + line(who.0, who.1, "1.000001", "mm_compaction_begin: zone_end=0x1, mode=sync")
            + line(
                who.0, who.1, "1.000002",
                "mm_compaction_isolate_migratepages: range=(0x1 ~ 0x2) nr_scanned=60 nr_taken=32")
            + line("other", 8, "1.000002", "mm_compaction_isolate_freepages: nr_scanned=1000")
            + line(
                who.0, who.1, "1.000003",
                "mm_compaction_isolate_freepages: range=(0x1 ~ 0x2) nr_scanned=7 nr_taken=7")
            + line(
                who.0, who.1, "1.000004", "mm_compaction_migratepages: nr_migrated=30 nr_failed=2")
            + line(
                who.0, who.1, "1.000005", "mm_compaction_migratepages: nr_migrated=1 nr_failed=0")
            + line(who.0, who.1, "1.000006", "mm_compaction_end: mode=sync status=complete")
            + line(who.0, who.1, "1.000007", "mm_compaction_kcompactd_sleep: nid=0")
            + line(who.0, who.1, "1.000008", "mm_compaction_begin: mode=sync")
        let run = try ImportedText(text)
        let begins = events(.batchBegin, run)
        let end = try #require(events(.batchEnd, run).first)
        #expect(try begins.map { try column("order", $0) } == [9, -1])
        #expect(end.header.cause == begins[0].header.sequence)
        #expect(try column("moved", end) == 31)
        #expect(try column("failed_moves", end) == 2)
        #expect(try column("scanned_pages", end) == 67)
        #expect(try column("mode", end) == 0)
        #expect(events(.counter, run).count == 1)
    }

    @Test func directCompactionTakesItsOrderFromTheCall() throws {
        let text =
            line("fs", 7, "1.0", "mm_compaction_try_to_compact_pages: order=4 gfp_mask=G")
            + line("fs", 7, "1.0", "mm_compaction_begin: mode=async")
            + line("fs", 8, "1.0", "mm_compaction_begin: mode=async")
        let run = try ImportedText(text)
        #expect(try events(.batchBegin, run).map { try column("order", $0) } == [4, -1])
    }

    /// Pages moved outside a batch, in a replaced one and in an unfinished one are all counted.
    @Test func movedPagesReachAnExactTotal() throws {
        func moved(_ name: String, _ pid: Int, _ pages: Int) -> String {
            line(name, pid, "1.0", "mm_compaction_migratepages: nr_migrated=\(pages) nr_failed=1")
        }
        let begin = "mm_compaction_begin: mode=sync"
        let text =
            moved("kcompactd0", 35, 1)
            + line("kcompactd0", 35, "1.0", begin) + moved("kcompactd0", 35, 10)
            + line("kcompactd0", 35, "1.0", begin) + moved("kcompactd0", 35, 100)
            + line("kcompactd0", 35, "1.0", "mm_compaction_end: mode=sync status=success")
            + line("fs", 8, "1.0", begin) + moved("fs", 8, 10_000)
            + line("kcompactd0", 35, "1.0", begin) + moved("kcompactd0", 35, 1000)
        let run = try ImportedText(text)
        #expect(try events(.batchEnd, run).map { try column("moved", $0) } == [100])
        var last: [String: Int64] = [:]
        for event in events(.counter, run) {
            last[run.list.strings[event.values[0]]] = event.values[1]
        }
        #expect(
            last == [
                "mm_compaction_migratepages/unbatched/daemon/migrated": 1011,
                "mm_compaction_migratepages/unbatched/daemon/failed": 3,
                "mm_compaction_migratepages/unbatched/direct/migrated": 10_000,
                "mm_compaction_migratepages/unbatched/direct/failed": 1,
            ])
    }

    @Test func kswapdRoundEndsWithTheNextOrWithSleep() throws {
        func shrink(_ scanned: Int, _ freed: Int) -> String {
            line(
                "kswapd0", 45, "1.0",
                "mm_vmscan_lru_shrink_inactive: nid=0 nr_scanned=\(scanned) nr_reclaimed=\(freed)")
        }
        let text =
            line("kswapd0", 45, "1.0", "mm_vmscan_kswapd_wake: nid=0 order=2") + shrink(10, 5)
            + shrink(1, 1) + line("kswapd0", 45, "1.0", "mm_vmscan_kswapd_wake: nid=0 order=0")
            + shrink(3, 2) + line("kswapd0", 45, "1.0", "mm_vmscan_kswapd_sleep: nid=0")
            + shrink(100, 100)
        let run = try ImportedText(text)
        let ends = events(.batchEnd, run)
        let begins = events(.batchBegin, run)
        #expect(
            try ends.map { run.list.strings[try column("result", $0)] } == [
                "next_round", "sleep",
            ])
        #expect(ends.map(\.header.cause) == begins.map(\.header.sequence))
        #expect(try begins.map { try column("order", $0) } == [2, 0])
        #expect(try ends.map { try column("freed_pages", $0) } == [6, 2])
        #expect(try ends.map { try column("scanned_pages", $0) } == [11, 3])
        let pageouts = events(.pageout, run)
        #expect(pageouts.map(\.header.cause) == [2, 2, 6, 0])
        #expect(try pageouts.map { try column("mode", $0) } == [0, 0, 0, 0])
    }

    @Test func directReclaimKeepsItsOwnSums() throws {
        let text =
            line("fs", 7, "1.000000", "mm_vmscan_direct_reclaim_begin: order=2 gfp_flags=G")
            + line(
                "fs", 7, "1.000001", "mm_vmscan_lru_shrink_inactive: nr_scanned=9 nr_reclaimed=4")
            + line("fs", 7, "1.000002", "mm_vmscan_throttled: nid=0 usec_delayed=1 reason=R")
            + line("fs", 7, "1.000009", "mm_vmscan_direct_reclaim_end: nr_reclaimed=6")
        let run = try ImportedText(text)
        let end = try #require(events(.batchEnd, run).first)
        #expect(try column("freed_pages", end) == 6)
        #expect(try column("scanned_pages", end) == 9)
        #expect(end.header.cause == 2)
        #expect(events(.pageout, run).map(\.header.cause) == [2])
        #expect(events(.waitEnd, run).map(\.header.cause) == [2])
    }

    @Test(arguments: [
        // The task whose switches are complete, and the CPU time of its batch.
        ("fs-a", ["fs-"], Int64(7000)), ("fs-a", [], -1), ("fs-a", [""], 7000),
        ("fs-a", ["gs-"], -1),
    ])
    func cpuTimeInABatchNeedsAllSwitches(task: String, followed: [String], cpuNs: Int64) throws {
        let text =
            line(task, 7, "1.000000", "mm_vmscan_direct_reclaim_begin: order=2 gfp_flags=G")
            + switching(task, 7, "D", to: "x", 9, "1.000003")
            + switching("x", 9, "R", to: task, 7, "1.000013")
            + line(task, 7, "1.000017", "mm_vmscan_direct_reclaim_end: nr_reclaimed=6")
        let run = try ImportedText(
            text, options: FtraceImportOptions(followedTaskPrefixes: followed))
        #expect(try events(.batchEnd, run).map { try column("cpu_ns", $0) } == [cpuNs])
    }

    @Test func cpuTimeIsUnknownAcrossAMissedSwitch() throws {
        let text =
            switching("x", 9, "S", to: "kcompactd0", 35, "1.000000")
            + line("kcompactd0", 35, "1.000001", "mm_compaction_begin: mode=sync")
            + switching("kcompactd0", 35, "D", to: "x", 9, "1.000002")
            + line("kcompactd0", 35, "1.000008", "mm_compaction_end: mode=sync status=success")
            + line("kcompactd0", 35, "1.000010", "mm_compaction_begin: mode=sync")
            + line("kcompactd0", 35, "1.000014", "mm_compaction_end: mode=sync status=success")
        let run = try ImportedText(text)
        #expect(try events(.batchEnd, run).map { try column("cpu_ns", $0) } == [-1, 4000])
    }

    @Test func daemonBatchIsCausedByTheRunOfItsThread() throws {
        let text =
            waking("kcompactd0", 35, "1.000000")
            + switching("x", 9, "S", to: "kcompactd0", 35, "1.000001")
            + line("kcompactd0", 35, "1.000002", "mm_compaction_begin: mode=sync")
        let run = try ImportedText(text)
        #expect(events(.batchBegin, run).map(\.header.cause) == [3])
        #expect(events(.threadRun, run).map(\.header.sequence) == [3])
    }

    @Test func aResultIsCut() throws {
        let long = String(repeating: "x", count: 5000)
        let imported = try ImportedText(
            line("kcompactd0", 35, "1.0", "mm_compaction_end: mode=sync status=\(long)"))
        #expect(imported.list.strings.strings.map(\.utf8.count).max() == 512)
    }
}

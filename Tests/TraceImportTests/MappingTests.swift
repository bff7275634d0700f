import Testing
import TraceCore
import TraceImport

/// One crafted line per tracepoint, and the event it must become.
@Suite struct MappingTests {
    @Test(arguments: [
        (
            "mm_page_alloc: page=0000000000000000 pfn=0x0 order=2 migratetype=0"
                + " gfp_flags=GFP_NOWAIT|__GFP_COMP",
            "alloc_fail t=0 domain=0 cpu=1 cause=0 order=2 bytes=16384 requester=fs-tlsd"
                + " gfp=GFP_NOWAIT|__GFP_COMP free_pages=-1 largest_order=-1 thread=7"
        ),
        (
            "mm_page_alloc_extfrag: page=000000008a558841 pfn=0x14dbbf alloc_order=1"
                + " fallback_order=3 pageblock_order=9 alloc_migratetype=2"
                + " fallback_migratetype=1 fragmenting=1 change_ownership=0",
            "alloc_fallback t=0 domain=0 cpu=1 cause=0 order=1 fallback_order=3 type=2"
                + " fallback_type=1 thread=7"
        ),
        (
            "mm_vmscan_wakeup_kswapd: nid=0 order=3 gfp_flags=none",
            "wake_request t=0 domain=0 cpu=1 cause=0 target=kswapd0 order=3 gfp=none thread=7"
        ),
        (
            "mm_compaction_wakeup_kcompactd: nid=1 order=9 classzone_idx=Normal  ",
            "wake_request t=0 domain=1 cpu=1 cause=0 target=kcompactd1 order=9 gfp= thread=7"
        ),
        (
            "mm_compaction_deferred: node=0 zone=Normal   order=9 order_failed=8 consider=31",
            "batch_deferred t=0 domain=0 cpu=1 cause=0 thread=7 order=9 reason=deferred"
        ),
        (
            "mm_compaction_defer_compaction: node=2 zone=Normal   order=4 order_failed=9",
            "batch_deferred t=0 domain=2 cpu=1 cause=0 thread=7 order=4 reason=defer_compaction"
        ),
        (
            "mm_compaction_defer_reset: node=0 zone=DMA32    order=2 order_failed=9 consider=1",
            "batch_deferred t=0 domain=0 cpu=1 cause=0 thread=7 order=2 reason=defer_reset"
        ),
        (
            "mm_vmscan_lru_shrink_inactive: nid=1 nr_scanned=32 nr_reclaimed=30 nr_dirty=0"
                + " priority=12 flags=RECLAIM_WB_FILE",
            "pageout t=0 domain=1 cpu=1 cause=0 thread=7 mode=direct shortage=-1 deficit=-1"
                + " scanned=32 freed=30"
        ),
        (
            "mm_vmscan_throttled: nid=0 usec_timeout=20000 usect_delayed=12000"
                + " reason=VMSCAN_THROTTLE_ISOLATED",
            "wait_end t=0 domain=0 cpu=1 cause=0 thread=7 free_pages=-1 woken_by=-1"
                + " reason=VMSCAN_THROTTLE_ISOLATED ns=12000000"
        ),
        (
            "mm_vmscan_throttled: nid=0 usec_timeout=20000 usec_delayed=3 reason=0x2",
            "wait_end t=0 domain=0 cpu=1 cause=0 thread=7 free_pages=-1 woken_by=-1 reason=0x2"
                + " ns=3000"
        ),
        (
            "mm_compaction_try_to_compact_pages: order=8 gfp_mask=GFP_KERNEL priority=2",
            "counter t=0 domain=0 cpu=1 cause=0 name=mm_compaction_try_to_compact_pages value=1"
        ),
        (
            "mm_compaction_kcompactd_wake: nid=0 order=9 classzone_idx=Normal  ",
            "counter t=0 domain=0 cpu=1 cause=0 name=mm_compaction_kcompactd_wake/order=9 value=1"
        ),
        (
            "mm_compaction_kcompactd_sleep: nid=3",
            "thread_sleep t=0 domain=3 cpu=1 cause=0 thread=7 counter=-1"
        ),
        (
            "mm_vmscan_kswapd_sleep: nid=1",
            "thread_sleep t=0 domain=1 cpu=1 cause=0 thread=7 counter=-1"
        ),
        (
            "mm_vmscan_kswapd_wake: nid=1 order=2",
            "batch_begin t=0 domain=1 cpu=1 cause=0 thread=7 mode=daemon routine=kswapd order=2"
                + " desired=-1 ring=-1 target_pages=-1 free_pages=-1"
        ),
        (
            "mm_vmscan_direct_reclaim_begin: order=1 gfp_flags=GFP_KERNEL",
            "batch_begin t=0 domain=0 cpu=1 cause=0 thread=7 mode=direct routine=direct_reclaim"
                + " order=1 desired=-1 ring=-1 target_pages=-1 free_pages=-1"
        ),
        (
            "mm_vmscan_direct_reclaim_end: nr_reclaimed=5",
            "batch_end t=0 domain=0 cpu=1 cause=0 thread=7 mode=direct routine=direct_reclaim"
                + " result=reclaimed passes=-1 tried=-1 ok=-1 failed_busy=-1 failed_invalid=-1"
                + " failed_no_memory=-1 moved=0 gained_blocks=-1 phantom=-1 freed_pages=5"
                + " scanned_pages=-1 nominal=-1 cpu_ns=-1 failed_moves=0 eaten=-1"
        ),
        (
            "mm_compaction_begin: zone_start=0x1 migrate_pfn=0x1 free_pfn=0xe00 zone_end=0x1000,"
                + " mode=sync",
            "batch_begin t=0 domain=0 cpu=1 cause=0 thread=7 mode=direct routine=compaction"
                + " order=-1 desired=-1 ring=-1 target_pages=-1 free_pages=-1"
        ),
        (
            "mm_compaction_end: zone_start=0x1 migrate_pfn=0x1 free_pfn=0xe00 zone_end=0x1000,"
                + " mode=async status=contended",
            "batch_end t=0 domain=0 cpu=1 cause=0 thread=7 mode=direct routine=compaction"
                + " result=async/contended passes=-1 tried=-1 ok=-1 failed_busy=-1"
                + " failed_invalid=-1 failed_no_memory=-1 moved=-1 gained_blocks=-1 phantom=-1"
                + " freed_pages=0 scanned_pages=-1 nominal=-1 cpu_ns=-1 failed_moves=-1 eaten=-1"
        ),
    ])
    func lineBecomesEvent(body: String, expected: String) throws {
        let run = try ImportedText(line("fs-tlsd", 7, "10.000001", body))
        #expect(run.events == ["#2 " + expected])
        #expect(
            run.names == [
                "#1 thread_name t=0 domain=0 cpu=1 cause=0 thread=7 name=fs-tlsd role=requester"
            ])
        #expect(run.result.unreadLines.count == 0)
        #expect(run.result.tracepoints.map(\.use) == [.mapped])
        #expect(run.result.startNs == 10_000_001_000)
    }

    @Test func wakingOfAReclaimThreadIsSent() throws {
        let run = try ImportedText(waking("kswapd1", 45, "1.000000", by: "a waker"))
        #expect(
            run.all == [
                "#1 thread_name t=0 domain=1 cpu=1 cause=0 thread=45 name=kswapd1 role=reclaim",
                "#2 wake_send t=0 domain=1 cpu=1 cause=0 target=45 effect=woke origin=a waker",
            ])
    }

    @Test func wakingOfOthersIsNoEvent() throws {
        let run = try ImportedText(waking("fs-tlsd", 45, "1.000000"))
        #expect(run.all.isEmpty)
        #expect(run.result.tracepoints.map(\.lines) == [1])
    }

    @Test func successfulAllocationIsNoEvent() throws {
        let run = try ImportedText(
            line("a", 1, "1.0", "mm_page_alloc: page=000000008a558841 pfn=0x14 order=2"))
        #expect(run.all.isEmpty)
        #expect(run.result.unreadLines.count == 0)
    }

    @Test(arguments: [
        "page=(null) pfn=0", "page=(nil) pfn=0x0", "pfn=0xffffffffffffffff",
        "page=          (null) pfn=0", "page=0x0 pfn=0",
    ])
    func missingPageIsRecognized(fields: String) throws {
        let run = try ImportedText(line("a", 1, "1.0", "mm_page_alloc: \(fields) order=1"))
        #expect(run.events.count == 1)
        #expect(run.events.first?.contains("alloc_fail") == true)
    }

    @Test func fieldsAreFoundByNameInAnyOrderAmongNewOnes() throws {
        let run = try ImportedText(
            line(
                "a", 1, "1.000000",
                "mm_vmscan_lru_shrink_inactive: new=1 nr_reclaimed=3 xnr_scanned=99 nr_scanned=4"
                    + " nid=2"))
        #expect(
            run.events == [
                "#2 pageout t=0 domain=2 cpu=1 cause=0 thread=1 mode=direct shortage=-1"
                    + " deficit=-1 scanned=4 freed=3"
            ])
    }

    @Test func nodeIsUnknownWithoutAFieldOnAHostWithSeveralNodes() throws {
        let text =
            line("a", 1, "1.0", "mm_page_alloc: page=(null) pfn=0 order=1")
            + line("kcompactd3", 9, "1.0", "mm_compaction_begin: mode=sync")
        let run = try ImportedText(text, options: FtraceImportOptions(nodeCount: 4))
        #expect(run.list.events.map(\.header.domain) == [-1, -1, 3, 3])
    }

    @Test func usedAndUnusedAndUnknownTracepointsAreCounted() throws {
        let text =
            line("a", 1, "1.0", "sched_wakeup: comm=kswapd0 pid=45 prio=120 target_cpu=0")
            + line("a", 1, "1.1", "zz_new_thing: x=1") + line("a", 1, "1.1", "zz_new_thing: x=1")
            + line("a", 1, "1.1", "mm_vmscan_kswapd_sleep: nid=0")
        let run = try ImportedText(text)
        #expect(
            run.result.tracepoints.map(\.name) == [
                "mm_vmscan_kswapd_sleep", "sched_wakeup", "zz_new_thing",
            ])
        #expect(run.result.tracepoints.map(\.use) == [.mapped, .unused, .unknown])
        #expect(run.result.tracepoints.map(\.lines) == [1, 1, 2])
        #expect(run.result.lines == 4)
        #expect(run.result.events == 2)
        #expect(run.result.lastTimeNs == 100_000_000)
    }
}

import Testing
import TraceCore
import TraceImport

/// The state machine of wakeups and CPU stretches, and the batches around it.
@Suite struct SchedulingTests {
    private func kinds(_ text: String) throws -> [String] {
        try ImportedText(text).events.map {
            // Without number, domain and CPU, which other tests look at.
            let words = $0.split(separator: " ")
            return (words[1...2] + words[5...]).joined(separator: " ")
        }
    }

    @Test func wakeupIsAnsweredByTheNextSwitchIn() throws {
        let text =
            switching("kswapd0", 45, "S", to: "x", 9, "1.000000")
            + waking("kswapd0", 45, "1.000010") + waking("kswapd0", 45, "1.000012")
            + switching("x", 9, "R", to: "kswapd0", 45, "1.000020")
            + waking("kswapd0", 45, "1.000021")
            + switching("kswapd0", 45, "R+", to: "x", 9, "1.000030")
            + waking("kswapd0", 45, "1.000031")
            + switching("x", 9, "R", to: "kswapd0", 45, "1.000040")
            + switching("kswapd0", 45, "D", to: "x", 9, "1.000045")
        let run = try ImportedText(text)
        #expect(
            run.events == [
                "#2 wake_send t=10000 domain=0 cpu=1 cause=0 target=45 effect=woke origin=waker",
                "#3 wake_send t=12000 domain=0 cpu=1 cause=0 target=45 effect=suppressed"
                    + " origin=waker",
                "#4 thread_run t=20000 domain=0 cpu=1 cause=2 thread=45 counter=-1",
                "#5 wake_send t=21000 domain=0 cpu=1 cause=0 target=45 effect=no_sleeper"
                    + " origin=waker",
                "#6 on_cpu t=30000 domain=0 cpu=1 cause=4 thread=45 ns=10000 state=R+",
                "#7 wake_send t=31000 domain=0 cpu=1 cause=0 target=45 effect=no_sleeper"
                    + " origin=waker",
                "#8 on_cpu t=45000 domain=0 cpu=1 cause=4 thread=45 ns=5000 state=D",
            ])
    }

    @Test func firstSwitchOutOfAnUnknownThreadSaysNothing() throws {
        #expect(try kinds(switching("kswapd0", 45, "S", to: "x", 9, "1.0")).isEmpty)
    }

    @Test func switchInOfAnUnknownThreadIsNoRunButStartsAStretch() throws {
        let text =
            switching("x", 9, "S", to: "kswapd0", 45, "1.000000")
            + switching("kswapd0", 45, "S", to: "x", 9, "1.000007")
        #expect(try kinds(text) == ["on_cpu t=7000 cause=0 thread=45 ns=7000 state=S"])
    }

    @Test func wakeupOfAnUnknownThreadCounts() throws {
        let text =
            waking("kcompactd0", 35, "1.000000")
            + switching("x", 9, "S", to: "kcompactd0", 35, "1.000009")
        #expect(
            try kinds(text) == [
                "wake_send t=0 cause=0 target=35 effect=woke origin=waker",
                "thread_run t=9000 cause=2 thread=35 counter=-1",
            ])
    }

    @Test func sleeperThatRunsWithoutAWakeupHasNoCause() throws {
        let text =
            switching("kswapd0", 45, "S", to: "x", 9, "1.000000")
            + switching("x", 9, "R", to: "kswapd0", 45, "1.000005")
        #expect(try kinds(text) == ["thread_run t=5000 cause=0 thread=45 counter=-1"])
    }

    @Test func missedSwitchInDropsThePendingWakeup() throws {
        let text =
            switching("kswapd0", 45, "S", to: "x", 9, "1.000000")
            + waking("kswapd0", 45, "1.000001")
            + switching("kswapd0", 45, "S", to: "x", 9, "1.000009")
            + switching("x", 9, "R", to: "kswapd0", 45, "1.000020")
        #expect(
            try kinds(text) == [
                "wake_send t=1000 cause=0 target=45 effect=woke origin=waker",
                "on_cpu t=9000 cause=0 thread=45 ns=-1 state=S",
                "thread_run t=20000 cause=0 thread=45 counter=-1",
            ])
    }

    @Test func wakeupCarriesItsRequest() throws {
        let text =
            line("waker", 900, "1.000000", "mm_vmscan_wakeup_kswapd: nid=0 order=2 gfp_flags=G")
            + waking("kcompactd0", 35, "1.000001") + waking("kswapd0", 45, "1.000002")
            + waking("kswapd0", 45, "1.000003")
        let causes = try ImportedText(text).list.events.filter { $0.header.kind == .wakeSend }
            .map(\.header.cause)
        #expect(causes == [0, 2, 0])
    }

    @Test func layoutWithoutFieldNamesIsRead() throws {
        let text =
            line("a", 1, "1.000000", "sched_waking: kswapd0:45 [120] success=1 CPU:000")
            + line("x", 9, "1.000004", "sched_switch: my x:9 [120] R+ ==> kswapd0:45 [120]")
            + line("x", 9, "1.000009", "sched_switch: kswapd0:45 [120] S ==> swapper/0:0 [120]")
        #expect(
            try kinds(text) == [
                "wake_send t=0 cause=0 target=45 effect=woke origin=a",
                "thread_run t=4000 cause=2 thread=45 counter=-1",
                "on_cpu t=9000 cause=3 thread=45 ns=5000 state=S",
            ])
    }

    @Test func namesMayLookLikeFields() throws {
        let text =
            switching("a prev_pid=3", 9, "S", to: "b ==> c", 8, "1.000000")
            + switching("x] [001] y=z", 9, "S", to: "kswapd0", 45, "1.000001")
            + switching("kswapd0", 45, "S", to: "a prev_pid=3", 9, "1.000002")
        let run = try ImportedText(text)
        #expect(run.result.unreadLines.count == 0)
        // The process number in a name is not the task's.
        let misleading =
            switching("x", 9, "S", to: "kswapd0", 45, "1.000000")
            + switching("a prev_pid=45", 9, "S", to: "b", 8, "1.000001")
        #expect(try ImportedText(misleading).events.isEmpty)
        #expect(
            run.events == [
                "#2 on_cpu t=2000 domain=0 cpu=1 cause=0 thread=45 ns=1000 state=S"
            ])
    }

    @Test func processNumberKeepsItsThreadWhenTheNameIsLost() throws {
        // A line of the thread whose name the kernel forgot still belongs to the daemon.
        let text =
            switching("x", 9, "S", to: "kcompactd0", 35, "1.000000")
            + line("<...>", 35, "1.000001", "mm_compaction_begin: mode=sync")
        let run = try ImportedText(text)
        #expect(run.events.count == 1)
        #expect(run.events.first?.contains("mode=daemon") == true)
        #expect(run.names.count == 1)
    }

    @Test func nameChangesAreNoted() throws {
        let fail = "mm_page_alloc: page=(null) pfn=0 order=0"
        let text =
            line("bash", 7, "1.0", fail) + line("bash", 7, "1.0", fail)
            + line("<...>", 7, "1.0", fail) + line("zstd", 7, "1.0", fail)
        let names = try ImportedText(text).names
        #expect(
            names.map { $0.split(separator: " ")[7...].joined(separator: " ") } == [
                "name=bash role=requester", "name=zstd role=requester",
            ])
    }
}

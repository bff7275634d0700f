import Testing

@testable import LinuxHost

@Suite struct TracepointPlanTests {
    /// A kernel that has everything.
    private static func all(_ path: String) -> TracepointFields? {
        let names = [
            "order", "gfp_flags", "nid", "nr_reclaimed", "usec_delayed", "reason", "status",
            "nr_migrated", "nr_failed", "nr_scanned", "comm", "pid", "prev_comm", "prev_pid",
            "next_comm", "next_pid", "alloc_order", "fallback_order", "pfn",
        ]
        return TracepointFields(uniqueKeysWithValues: names.map { ($0, 8) })
    }

    private func filter(_ name: String, _ plan: TracepointPlan) -> String? {
        plan.tracepoints.first { $0.name == name }?.filter
    }

    @Test func eachDetailRecordsMoreThanTheOneBefore() {
        let plans = TracepointPlan.details.map { TracepointPlan(detail: $0, fields: Self.all) }
        #expect(plans.map(\.tracepoints.count) == [11, 20, 23, 23])
        for (less, more) in zip(plans, plans.dropFirst()) {
            #expect(Set(less.tracepoints).isSubset(of: more.tracepoints))
        }
        #expect(plans.allSatisfy { $0.missing.isEmpty })
        #expect(plans.map(\.followsStalledThreads) == [false, false, false, true])
    }

    @Test func successesAreFilteredInTheKernel() {
        let plan = TracepointPlan(detail: 0, fields: Self.all)
        #expect(filter("mm_page_alloc", plan) == "pfn == 0xffffffffffffffff")
        let of32Bits = TracepointPlan(detail: 0) { path in
            Self.all(path).map { $0.merging(["pfn": 4]) { _, new in new } }
        }
        #expect(filter("mm_page_alloc", of32Bits) == "pfn == 0xffffffff")
        let old = TracepointPlan(detail: 0) { path in
            var fields = Self.all(path)
            fields?["pfn"] = nil
            fields?["page"] = 8
            return fields
        }
        #expect(filter("mm_page_alloc", old) == "page == 0")
    }

    /// Without a filter every allocation of the machine would be recorded.
    @Test func allocationsThatCannotBeToldApartAreNotRecorded() {
        let plan = TracepointPlan(detail: 0) { path in
            var fields = Self.all(path)
            fields?["pfn"] = nil
            return fields
        }
        #expect(!plan.tracepoints.contains { $0.name == "mm_page_alloc" })
        #expect(
            plan.missing == [
                MissingTracepoint(
                    path: "kmem/mm_page_alloc", field: "pfn", loses: "allocation failures")
            ])
    }

    @Test func whatTheKernelLacksIsSaid() {
        let plan = TracepointPlan(detail: 1) { path in
            if path.hasPrefix("compaction/") { return nil }
            var fields = Self.all(path)
            if path == "sched/sched_switch" { fields?["next_pid"] = nil }
            return fields
        }
        #expect(plan.tracepoints.allSatisfy { $0.system != "compaction" })
        #expect(!plan.tracepoints.contains { $0.name == "sched_switch" })
        #expect(plan.missing.count == 11)
        #expect(
            plan.missing.contains(
                MissingTracepoint(
                    path: "sched/sched_switch", field: "next_pid",
                    loses: "wakeup latency and CPU time of reclaim threads")))
        let stalls = TracepointPlan(detail: 3) { $0.hasPrefix("vmscan/") ? Self.all($0) : nil }
        #expect(!stalls.followsStalledThreads)
        #expect(TracepointPlan(detail: 3) { _ in nil }.tracepoints.isEmpty)
    }

    @Test func onlySwitchesOfReclaimThreadsAreRecorded() {
        let plan = TracepointPlan(detail: 2, fields: Self.all)
        #expect(filter("sched_waking", plan) == #"comm ~ "kswapd*" || comm ~ "kcompactd*""#)
        let names =
            #"prev_comm ~ "kswapd*" || prev_comm ~ "kcompactd*" || "#
            + #"next_comm ~ "kswapd*" || next_comm ~ "kcompactd*""#
        #expect(filter("sched_switch", plan) == names)
        #expect(
            SchedulerFilter.switches(of: [7, 9])
                == names
                + " || prev_pid == 7 || next_pid == 7 || prev_pid == 9 || next_pid == 9")
    }

    /// The kernel takes no filter that is longer than a page.
    @Test func theLongestFilterFitsIntoAPage() {
        let threads = Array(repeating: Int32.max, count: 1000)
        #expect(SchedulerFilter.switches(of: threads).utf8.count < 4096)
    }
}

@Suite struct StalledThreadsTests {
    @Test func threadsAreToldOnlyWhenTheyChange() {
        var threads = StalledThreads(limit: 2)
        #expect(threads.takeChange() == nil)
        threads.note(9)
        threads.note(7)
        #expect(threads.takeChange() == [7, 9])
        threads.note(9)
        #expect(threads.takeChange() == nil)
        // 7 was seen longest ago.
        threads.note(8)
        #expect(threads.takeChange() == [8, 9])
    }

    @Test func theIdleThreadIsNobody() {
        var threads = StalledThreads()
        threads.note(0)
        threads.note(-1)
        #expect(threads.threads.isEmpty)
        #expect(threads.takeChange() == nil)
    }

    @Test func thereIsALimit() {
        var threads = StalledThreads()
        for thread in 1...Int32(10 * SchedulerFilter.threadsMax) { threads.note(thread) }
        #expect(threads.threads.count == SchedulerFilter.threadsMax)
    }
}

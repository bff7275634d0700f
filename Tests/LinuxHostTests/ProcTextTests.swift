import Testing

@testable import LinuxHost

/// Texts of `/proc`, as they are and as nobody should write them.
@Suite struct ProcTextTests {
    @Test func pressureIsRead() {
        let text = """
            some avg10=0.12 avg60=0.00 avg300=0.00 total=7742040
            full avg10=0.00 avg60=0.00 avg300=0.00 total=4164253
            """
        let pressure = MemoryPressure(Array(text.utf8))
        #expect(pressure.someUs == 7_742_040)
        #expect(pressure.fullUs == 4_164_253)
    }

    @Test(arguments: [
        "", "some", "some total=", "some total=-5", "some total=99999999999999999999",
        "none total=5", "\u{0}\u{ff}", "total=7",
    ])
    func pressureThatSaysNothingIsNotKnown(_ text: String) {
        #expect(MemoryPressure(Array(text.utf8)) == MemoryPressure([]))
    }

    @Test func onlyCountersOfReclaimAreRecorded() {
        let text = """
            nr_free_pages 2736962
            allocstall_normal 61
            pgsteal_kswapd 825772
            compact_stall 12
            pgmigrate_success 504392
            pgfault 1
            pageoutrun 397
            pgscan_direct
            pgscan_file x
            pgscan_anon 99999999999999999999
            """
        let counters = VMStatistics.counters(Array(text.utf8))
        #expect(
            counters.map(\.name) == [
                "allocstall_normal", "pgsteal_kswapd", "compact_stall", "pgmigrate_success",
                "pageoutrun",
            ])
        #expect(counters.map(\.value) == [61, 825_772, 12, 504_392, 397])
    }

    @Test func aTextOfNothingButCountersHasAnEnd() {
        let text = String(repeating: "pgscan_x 1\n", count: 100_000)
        #expect(VMStatistics.counters(Array(text.utf8)).count == VMStatistics.countersMax)
    }

    @Test func scheduleIsRead() {
        let schedule = ThreadSchedule(Array("877988725 2525521757 1460\n".utf8))
        #expect(schedule?.cpuNs == 877_988_725)
        #expect(schedule?.waitNs == 2_525_521_757)
        #expect(schedule?.stretches == 1460)
    }

    @Test(arguments: ["", "1", "1 2", "1 2 x", "-1 2 3", "1 2 99999999999999999999"])
    func aScheduleWithoutThreeNumbersIsNone(_ text: String) {
        #expect(ThreadSchedule(Array(text.utf8)) == nil)
    }

    @Test func memoryOfTheMachineIsInBytes() {
        let text = Array("MemTotal:       24684524 kB\nMemAvailable:   22678016 kB\n".utf8)
        #expect(MemoryFacts.value("MemTotal:", text) == 25_276_952_576)
        #expect(MemoryFacts.value("MemAvailable:", text) == 23_222_288_384)
        #expect(MemoryFacts.value("MemFree:", text) == nil)
        #expect(MemoryFacts.value("MemTotal:", Array("MemTotal: 9223372036854775807".utf8)) == nil)
    }

    @Test func theChoiceIsTheWordInBrackets() {
        #expect(HostFacts.choice("always [madvise] never") == "madvise")
        #expect(HostFacts.choice("0x0007") == "0x0007")
        #expect(HostFacts.choice("a ]b[ c") == "a ]b[ c")
    }

    @Test func onlyChildrenOfTheKernelAreReclaimThreads() {
        #expect(ReclaimThreads.name("45 (kswapd0) S 2 0 0 0 -1 10758208") == "kswapd0")
        #expect(ReclaimThreads.name("36 (kcompactd1) S 2 0 0 0 -1 2129984") == "kcompactd1")
        // Anybody may call a program like that.
        #expect(ReclaimThreads.name("900 (kswapd0) S 1 0 0 0 -1 0") == nil)
        #expect(ReclaimThreads.name("900 (kswapd0) S 2) S 1 0") == nil)
        #expect(ReclaimThreads.name("35 (khugepaged) S 2 0") == nil)
        #expect(ReclaimThreads.name(")(") == nil)
        #expect(ReclaimThreads.name("") == nil)
    }
}

import Testing
import TraceCore
import TraceImport

/// The text around the tracepoints: preamble, markers, windows, chunks and broken input.
@Suite struct TextTests {
    private static let preamble = """
        # tracer: nop
        #
        # entries-in-buffer/entries-written: 90/100   #P:2
        #
        #           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION

        """
    private static let fail = "mm_page_alloc: page=(null) pfn=0 order=3"

    private static func marker(_ time: String, mono: Int, real: Int) -> String {
        line("py", 5, time, "tracing_mark_write: ktls-trace sync mono=\(mono) real=\(real)")
    }

    private static let sample =
        preamble + marker("2.000100", mono: 2_000_050_000, real: 1_000_000_000_000)
        + waking("kswapd0", 45, "2.000200")
        + switching("x y", 9, "R", to: "kswapd0", 45, "2.000230")
        + "not a line at all\r\n"
        + line("kswapd0", 45, "2.000240", "mm_vmscan_kswapd_wake: nid=0 order=2")
        + line("a-12", 77, "2.000240", fail) + "CPU:1 [LOST 7 EVENTS]\n"
        + line("kswapd0", 45, "2.000250", "mm_vmscan_kswapd_sleep: nid=0")
        + switching("kswapd0", 45, "S", to: "x y", 9, "2.000260")
        + marker("3.000100", mono: 3_000_050_000, real: 1_001_000_000_009)

    @Test func preambleAndMarkersBecomeParameters() throws {
        let run = try ImportedText(Self.sample)
        #expect(
            run.result.parameters.entries.map { "\($0.key)=\($0.value)" } == [
                "host.clock=mono", "host.cpus=2", "host.entries_in_buffer=90",
                "host.entries_written=100", "host.lost_events=17", "host.start_ns=2000100000",
                "host.sync.count=2", "host.sync.first.mono_ns=2000050000",
                "host.sync.first.real_ns=1000000000000", "host.sync.first.trace_ns=2000100000",
                "host.sync.last.mono_ns=3000050000", "host.sync.last.real_ns=1001000000009",
                "host.sync.last.trace_ns=3000100000", "host.tracer=nop",
                "host.wall_start_ns=1000000050000", "source=linux",
            ])
        #expect(run.result.lostEvents == 17)
        #expect(run.result.syncMarkers.map(\.realNs) == [1_000_000_000_000, 1_001_000_000_009])
        #expect(run.result.unreadLines.count == 1)
        #expect(run.result.unreadLines.firstLine == 9)
        #expect(run.result.unreadLines.firstText == "not a line at all")
        #expect(!run.result.endsWithinLine)
    }

    @Test func numbersUpTo64BitsAreRead() throws {
        let run = try ImportedText(Self.marker("1.0", mono: 1_000_000_000, real: Int.max))
        #expect(run.parameter("host.sync.first.real_ns") == "9223372036854775807")
        let above = "tracing_mark_write: ktls-trace sync mono=1 real=9223372036854775808"
        #expect(try ImportedText(line("py", 5, "1.0", above)).result.syncMarkers.isEmpty)
    }

    @Test func markerOfAnotherClockSaysNothingAboutTheClock() throws {
        let run = try ImportedText(Self.marker("50.0", mono: 2, real: 100_000_000_000))
        #expect(run.parameter("host.clock") == nil)
        // Without knowing the clock, the marker's own time stands for the wall clock it carries.
        #expect(run.parameter("host.wall_start_ns") == "100000000000")
    }

    @Test(arguments: [1, 2, 7, 64, 4096])
    func chunksDoNotMatter(chunkBytes: Int) throws {
        let whole = try ImportedText(Self.sample)
        let pieces = try ImportedText(Self.sample, chunkBytes: chunkBytes)
        #expect(whole.list.events.count > 5)
        #expect(pieces.list.events == whole.list.events)
        #expect(pieces.list.strings.strings == whole.list.strings.strings)
        #expect(pieces.result == whole.result)
    }

    @Test func sequenceNumbersAreGaplessAndTimesDoNotDecrease() throws {
        let events = try ImportedText(Self.sample).list.events
        #expect(events.map(\.header.sequence) == (1...UInt64(events.count)).map { $0 })
        #expect(events.map(\.header.timeNs) == events.map(\.header.timeNs).sorted())
    }

    @Test func eventsOutsideTheWindowLeaveNoTrace() throws {
        // Both ends lie within a microsecond: the events of these microseconds are inside.
        let window = TimeWindow(beginNs: 2_000_230_999, endNs: 2_000_250_001)
        let run = try ImportedText(Self.sample, options: FtraceImportOptions(window: window))
        #expect(run.result.startNs == 2_000_230_000)
        #expect(run.result.linesOutsideWindow == 4)
        #expect(run.result.tracepoints.map(\.lines).reduce(0, +) == 4)
        // The waking before the window is not known, so the switch in is no run.
        #expect(
            run.events.map { $0.split(separator: " ")[1...2].joined(separator: " ") } == [
                "batch_begin t=10000", "alloc_fail t=10000", "batch_end t=20000",
                "thread_sleep t=20000",
            ])
        #expect(run.result.syncMarkers.count == 2)
    }

    @Test func windowWithoutEventsIsEmpty() throws {
        let window = TimeWindow(beginNs: 5, endNs: 6)
        let run = try ImportedText(Self.sample, options: FtraceImportOptions(window: window))
        #expect(run.list.events.isEmpty)
        #expect(run.result.startNs == nil)
        #expect(run.result.lastTimeNs == 0)
    }

    @Test(arguments: [
        "task name-1", "a [001] b", "--", "-1", "x-1 [000] d..1.", "1.000000: m:", "a=b c",
        "ktls\u{e9}", "(nested) (x)", "fifteen_letters",
    ])
    func strangeTaskNamesAreRead(name: String) throws {
        let run = try ImportedText(line(name, 31, cpu: 0, "1.5", Self.fail))
        #expect(run.events.count == 1)
        #expect(run.list.events.last?.header.cpu == 0)
        #expect(run.events.first?.contains(" requester=\(name) ") == true)
        #expect(run.events.first?.hasSuffix(" thread=31") == true)
    }

    @Test(arguments: [
        "bash-31 [002] 1.5: ", "    bash-31   (   30) [002] d..3. 1.5: ",
        "bash-31      (-----) [002] ..... 1.5: ", "            bash-31    [002]  1.500000000:   ",
    ])
    func otherLayoutsOfThePrefixAreRead(prefix: String) throws {
        let run = try ImportedText(prefix + Self.fail + "\n")
        #expect(run.events.count == 1)
        #expect(run.result.startNs == 1_500_000_000)
        #expect(run.list.events.last?.header.cpu == 2)
        #expect(run.events.first?.contains(" requester=bash ") == true)
    }

    @Test(arguments: [
        "mm_page_alloc: page=(null) pfn=0", "mm_page_alloc: order=3", "mm_page_alloc:",
        "mm_page_alloc: page= order=1", "mm_page_alloc: page=(null) order=",
        "mm_page_alloc: page=(null) order=2x", "mm_page_alloc: page=(null) order=-",
        "mm_page_alloc: page=(null) order=99999999999999999999", "sched_switch: ==>",
        "mm_page_alloc: page=(null) order=0x", "mm_vmscan_kswapd_wake: nid=0",
        "sched_switch: prev_comm=a prev_pid=1 prev_prio=1 prev_state=S ==> next_comm=b",
        "sched_switch: prev_comm=a prev_pid=99999999999 prev_prio=1 prev_state=S ==>"
            + " next_comm=b next_pid=1",
        "sched_switch: a [1] S ==> b:1 [1]", "sched_waking: comm=kswapd0", "sched_waking: ",
        "sched_waking: comm=kswapd0 pid=x", "mm_compaction_end: mode=sync",
        "mm_compaction_migratepages: nr_migrated=1", "mm_vmscan_throttled: nid=0",
        "mm_vmscan_throttled: nid=0 usec_delayed=99999999999999999",
        "mm_compaction_kcompactd_wake: nid=0 order=64", "mm_compaction_isolate_freepages: x",
        "mm_vmscan_direct_reclaim_end: nr_reclaimed=?",
    ])
    func linesWithoutTheirFieldsAreCountedNotFatal(body: String) throws {
        let text = line("a", 1, "1.0", "sched_wakeup: x") + line("a", 1, "1.0", body)
        let run = try ImportedText(text)
        #expect(run.events.isEmpty)
        #expect(run.result.unreadLines.count == 1)
        #expect(run.result.unreadLines.firstLine == 2)
    }

    @Test(arguments: [
        "a-1 [000] 1.5 mm_x: y", "a-1 [000] 1.: mm_x: y", "a-1 [000] x.5: mm_x: y",
        "a-1 [000] 99999999999.5: mm_x: y", "a-1 [000] 1.5555555555: mm_x: y",
        "a-1 000 1.5: mm_x: y", "a-1 [] 1.5: mm_x: y", "a-x [000] 1.5: mm_x: y",
        "a-1 [000] 1.5: mm_x", "a-1 [000] 1.5: : y", "a-1 [000]", "a-", "-", "[000] 1.5: mm_x: y",
        "a-1 (2 [000] 1.5: mm_x: y", "a-99999999999 [000] 1.5: mm_x: y", " => func",
        "CPU:1 [LOST", "CPU:x [LOST 5 EVENTS]", "a-1 [000] d..1. extra 1.5: mm_x: y",
    ])
    func linesThatAreNoEventAreCountedNotFatal(text: String) throws {
        let run = try ImportedText("# tracer: nop\n" + text + "\n")
        #expect(run.result.unreadLines.count == 1)
        #expect(run.list.events.isEmpty)
        #expect(run.result.tracepoints.isEmpty)
    }

    @Test func lossOfUnknownSizeIsReported() throws {
        let run = try ImportedText("# tracer: nop\nCPU:1 [LOST EVENTS]\n")
        #expect(run.result.lostEventsAreUncounted)
        #expect(run.result.lostEvents == 0)
        #expect(run.result.unreadLines.count == 0)
    }

    @Test func lineCutOffAtTheEndIsDroppedAndReported() throws {
        let text = line("a", 1, "1.0", Self.fail) + line("a", 1, "1.0", Self.fail).dropLast(2)
        let run = try ImportedText(text)
        #expect(run.events.count == 1)
        #expect(run.result.endsWithinLine)
        #expect(run.result.lines == 1)
        #expect(run.result.unreadLines.count == 0)
    }

    @Test(arguments: [100, 5000, 1 << 20])
    func overlongLinesAreSkippedWithoutBeingKept(chunkBytes: Int) throws {
        let long = String(repeating: "x", count: 70_000)
        let text =
            line("a", 1, "1.0", Self.fail) + long + "\n" + line("a", 1, "1.0", Self.fail)
            + line("a", 1, "1.0", Self.fail + " " + long)
        let run = try ImportedText(text, chunkBytes: chunkBytes)
        #expect(run.events.count == 2)
        #expect(run.result.unreadLines.count == 2)
        #expect(run.result.unreadLines.firstLine == 2)
        #expect(run.result.unreadLines.firstText == String(long.prefix(200)))
        #expect(run.result.lines == 4)
    }

    /// Bytes next to a newline's value must not be taken for one, wherever in a word they are.
    @Test(arguments: 0..<20)
    func onlyNewlinesEndLines(shift: Int) throws {
        var bytes = Array("# tracer: nop\n".utf8)
        bytes += [UInt8](repeating: 0x0B, count: shift) + [0x0A, 0x0B, 0x0A, 0x0B, 0x8A, 0x09]
        bytes += [0x0A, 0x00, 0x0A]
        let run = try ImportedText(bytes: bytes)
        #expect(run.result.lines == 5)
        #expect(run.result.unreadLines.count == (shift == 0 ? 3 : 4))
        #expect(!run.result.endsWithinLine)
    }

    @Test func emptyTraceIsFine() throws {
        let run = try ImportedText(
            "# tracer: nop\n# entries-in-buffer/entries-written: 0/0   #P:2\n")
        #expect(run.result.events == 0)
        #expect(run.parameter("host.lost_events") == "0")
    }

    @Test func otherTextIsRefused() throws {
        #expect(throws: ImportError.notFtraceText(line: 0)) { try ImportedText("") }
        #expect(throws: ImportError.notFtraceText(line: 2)) {
            try ImportedText("# a comment\nhello\nworld\n")
        }
        // Given up early, before the only good line.
        let text = String(repeating: "hello\n", count: 1000) + line("a", 1, "1.0", Self.fail)
        #expect(throws: ImportError.notFtraceText(line: 1)) { try ImportedText(text) }
    }

    @Test func binaryInputIsRefused() throws {
        let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
        #expect(throws: ImportError.self) { try ImportedText(bytes: bytes, chunkBytes: 4096) }
    }

    @Test func smallStepBackIsRoundingAndALargeOneIsAnError() throws {
        let first = line("a", 1, "1.000005", Self.fail)
        let near = try ImportedText(first + line("a", 1, "1.000004", Self.fail))
        #expect(near.result.stepsBack == 1)
        #expect(near.list.events.map(\.header.timeNs) == [0, 0, 0])
        let expected = ImportError.timeWentBackwards(
            line: 2, timeNs: 1_000_003_000, previousNs: 1_000_005_000)
        let text = first + line("a", 1, "1.000003", Self.fail)
        #expect(throws: expected) { try ImportedText(text) }
        let tolerant = FtraceImportOptions(toleratedStepBackNs: 2000)
        #expect(try ImportedText(text, options: tolerant).result.stepsBack == 1)
    }

    @Test func unknownTracepointsAreListedUpToALimit() throws {
        let text = (0..<1100).map { line("a", 1, "1.0", "new_\($0): x") }.joined()
        let run = try ImportedText(text)
        #expect(run.result.tracepoints.count == 1000)
        #expect(run.result.unlistedLines == 100)
    }

    @Test func finishedImporterTakesNoMoreText() async {
        await #expect(processExitsWith: .failure) {
            var list = EventList()
            var importer = FtraceTextImporter()
            let bytes = Array("# tracer: nop\n".utf8)
            try importer.consume(bytes.span, into: &list)
            _ = try importer.finish(into: &list)
            try importer.consume(bytes.span, into: &list)
        }
    }

    @Test func windowMustNotEndBeforeItBegins() async {
        await #expect(processExitsWith: .failure) { _ = TimeWindow(beginNs: 2, endNs: 1) }
    }
}

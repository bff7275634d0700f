import FreeBSDImport
import Testing
import TraceCore

/// Lines out of order, cut, spliced, foreign or of another kernel.
@Suite struct TextTests {
    private static func fail(_ timeNs: Int64, tid: Int64 = 200) -> String {
        line(
            "buf.import", timeNs,
            [
                ("cpu", 0), ("tid", tid), ("dom", 0), ("want", 1), ("got", 0), ("ns", 5),
                ("free", 9),
            ])
    }

    private static func end(_ timeNs: Int64, _ result: Int64) -> String {
        line("rcl.end", timeNs, [("cpu", 0), ("tid", 100), ("dom", 0), ("ret", result)])
    }

    private static func results(_ text: String) throws -> [String] {
        let form = try ImportedText(text).result.resultForm
        return try ImportedText(text, options: DtraceImportOptions(resultForm: form))
            .events("batch_end").map { $0.split(separator: " ")[8].description }
    }

    @Test func linesAreSortedWithinTheWindowAndThoseOfOneTimeKeepTheirOrder() throws {
        let run = try ImportedText(
            header(0) + Self.fail(500, tid: 1) + Self.fail(300, tid: 2) + Self.fail(300, tid: 3)
                + Self.fail(400, tid: 4))
        #expect(
            run.events("alloc_fail").map { $0.suffix(8).description } == [
                "thread=2", "thread=3", "thread=4", "thread=1",
            ])
        #expect(run.result.lateLines == 0)
    }

    @Test func linesBehindTheWindowAreCountedAndMovedUp() throws {
        let text =
            header(0) + Self.fail(1_000_000_000, tid: 1) + Self.fail(9_000_000_000, tid: 2)
            + Self.fail(500_000_000, tid: 3)
        let run = try ImportedText(text)
        #expect(run.result.lateLines == 1)
        #expect(
            run.events("alloc_fail").map { $0.split(separator: " ")[1].description } == [
                "t=1000000000", "t=1000000000", "t=9000000000",
            ])
    }

    @Test func aFullWindowGivesItsFirstLineAway() throws {
        let text =
            header(0) + Self.fail(500, tid: 1) + Self.fail(600, tid: 2) + Self.fail(400, tid: 3)
        let run = try ImportedText(text, options: DtraceImportOptions(windowLinesMax: 1))
        #expect(run.result.lateLines == 1)
        #expect(run.result.events == 6)
    }

    @Test func damagedLinesAreCountedAndTheOthersKept() throws {
        let strange = [
            "garbage", "{", "{}", "{\"e\":\"smp\"}", "{\"e\":\"smp\",\"t\":-1}",
            "{\"e\":\"smp\",\"t\":99999999999999999999}", "{\"e\":5,\"t\":1}",
            "{\"e\":\"smp\",\"t\":1,}", "{\"e\":\"smp\",\"t\":1.5}", "{\"e\":\"smp\",\"t\":1} x",
            "{\"e\":\"smp\",\"t\":{\"a\":1}}", "{\"e\":\"sm\\u0070\",\"t\":1}",
            "{\"e\":\"smp\",\"t\":4000000000000000001}", String(repeating: "x", count: 70_000),
        ]
        for text in strange {
            let run = try ImportedText(header() + text + "\n" + Self.fail(2_000))
            #expect(run.result.unreadLines.count == 1, "\(text.prefix(40))")
            #expect(run.result.unreadLines.firstLine == 2)
            #expect(run.events("alloc_fail").count == 1)
        }
    }

    @Test func bytesThatAreNoTextAreSurvived() throws {
        var bytes = Array(header().utf8)
        bytes += [0xFF, 0xFE, 0x00, 0x0A]
        bytes += Array("{\"e\":\"thr.off\",\"t\":2000,\"dom\":0,\"thread\":9,\"wmesg\":\"".utf8)
        bytes += [0xC3, 0x28, 0x22, 0x7D, 0x0D, 0x0A]
        let run = try ImportedText(bytes: bytes)
        #expect(run.result.unreadLines.count == 1)
        #expect(run.events("on_cpu").first?.hasSuffix("state=\u{FFFD}(") == true)
    }

    @Test func timesFarAheadAreDamage() throws {
        let run = try ImportedText(
            header(0) + Self.fail(86_400_000_000_001) + Self.fail(86_400_000_000_000))
        #expect(run.result.unreadLines.count == 1)
        #expect(run.result.lastTimeNs == 86_400_000_000_000)
    }

    @Test func linesOfUnknownNamesAreCounted() throws {
        let run = try ImportedText(header() + line("new.thing", 2_000, []) + Self.fail(3_000))
        #expect(run.result.unknownLines == 1)
        #expect(run.result.unreadLines.count == 0)
    }

    @Test func aLineWithoutEndIsDropped() throws {
        let run = try ImportedText(header() + String(Self.fail(2_000).dropLast()))
        #expect(run.result.endsWithinLine)
        #expect(run.result.events == 0)
        #expect(run.result.lines == 1)
    }

    @Test func aTextWithoutHeaderStartsWithItsEarliestLine() throws {
        let run = try ImportedText(Self.fail(700) + Self.fail(500, tid: 7))
        #expect(run.result.startNs == 500)
        #expect(run.parameter("host.wall_start_ns") == nil)
        #expect(run.parameter("host.helper") == nil)
    }

    @Test func otherTextsAreRefused() {
        #expect(throws: FreeBSDImportError.notDtraceText(line: 0)) { try ImportedText("") }
        #expect(throws: FreeBSDImportError.notDtraceText(line: 1)) { try ImportedText("a\nb\n") }
        #expect(throws: FreeBSDImportError.notDtraceText(line: 1)) {
            try ImportedText(String(repeating: "a\n", count: 1_000) + header())
        }
        #expect(throws: FreeBSDImportError.notDtraceText(line: 0)) {
            try ImportedText("kern.ostype: FreeBSD\n")
        }
        #expect(throws: FreeBSDImportError.dtraceFailed("failed to initialize dtrace: no")) {
            try ImportedText("dtrace: failed to initialize dtrace: no\n")
        }
        let newer = line("hdr", 5, [("v", 2)])
        #expect(throws: FreeBSDImportError.unknownVersion(2, line: 1)) { try ImportedText(newer) }
    }

    @Test func messagesOfDtraceAreReadAlsoWithinLines() throws {
        let (start, rest) = (Self.fail(2_000).prefix(20), Self.fail(2_000).dropFirst(20))
        let run = try ImportedText(
            header() + "dtrace: 3 aggregation drops on CPU 1\n" + start
                + "dtrace: 17 drops on CPU 0\n"
                + "dtrace: 2 dynamic variable drops with non-empty dirty list\n" + rest
                + "dtrace: error on enabled probe ID 5 (ID 1: fbt:kernel:f:entry): invalid address\n"
                + line("err", 2_500, [])
                + "dtrace: processing aborted: Abort due to systemic unresponsiveness\n")
        #expect(run.events("alloc_fail").count == 1)
        #expect(run.result.unreadLines.count == 0)
        #expect(run.result.drops.map(\.count) == [19])
        #expect(run.result.drops.first?.endNs == 0)
        #expect(run.result.probeErrors == 2)
        #expect(run.parameter("host.lost_events") == "19")
        #expect(run.parameter("host.aggregation_drops") == "3")
        #expect(run.parameter("host.probe_errors") == "2")
        #expect(run.parameter("host.tracer_aborted") == "1")
    }

    @Test func aLineThatDoesNotGoOnBehindAMessageIsDamage() throws {
        let run = try ImportedText(
            header() + "{\"e\":\"smpdtrace: 1 drop on CPU 0\n" + Self.fail(2_000)
                + "xdtrace: 1 drop on CPU 0\n")
        #expect(run.events("alloc_fail").count == 1)
        #expect(run.result.unreadLines.count == 2)
    }

    @Test func dropsAreOfTheSecondBeforeAndStayFew() throws {
        var text = header(0)
        for second in 1...1_500 as ClosedRange<Int64> {
            text += Self.fail(second * 3_000_000_000) + "dtrace: 2 drops on CPU 0\n"
        }
        let run = try ImportedText(text)
        #expect(run.result.drops.count == 1_024)
        #expect(run.result.drops.reduce(0) { $0 + $1.count } == 3_000)
        #expect(run.result.drops[0].beginNs == 2_000_000_000)
        #expect(run.result.drops[0].endNs == 3_000_000_000)
        #expect(run.result.drops[1_023].endNs == 4_500_000_000_000)
    }

    // MARK: Kernels

    @Test func resultsAreBoolOrErrorNumbers() throws {
        #expect(
            try Self.results(header() + Self.end(2_000, 1) + Self.end(3_000, 0)) == [
                "result=ok", "result=failed",
            ])
        #expect(
            try Self.results(header() + Self.end(2_000, 0) + Self.end(3_000, 12)) == [
                "result=ok", "result=failed",
            ])
        // Error numbers of which the first does not tell that it is one.
        #expect(
            try Self.results(header() + Self.end(2_000, 0) + Self.end(3_000, 34)).first
                == "result=ok")
        #expect(try Self.results(header() + Self.end(2_000, 0)) == ["result=ok"])
    }

    @Test func whereAllResultsAre0TheCountOfTheThreadTells() throws {
        func sample(_ timeNs: Int64, _ reclaims: Int64) -> String {
            line("smp", timeNs, [("dom", 0), ("free", 5), ("reclaims", reclaims)])
        }
        let failing = header() + sample(1_500, 7) + Self.end(2_000, 0) + sample(2_500, 7)
        #expect(try ImportedText(failing).result.resultForm == .bool)
        #expect(try Self.results(failing) == ["result=failed"])
        let fine = header() + sample(1_500, 7) + Self.end(2_000, 0) + sample(2_500, 1_031)
        #expect(try ImportedText(fine).result.resultForm == .errno)
        #expect(try ImportedText(fine).parameter("host.result_form") == "errno")
    }

    @Test func aThreadThatAllocatesCountsAllocsAndSpins() throws {
        let off = line(
            "thr.off", 2_000, [("cpu", 1), ("dom", 0), ("thread", 100)], wmesg: "-")
        func spin(_ timeNs: Int64, _ turns: Int64) -> String {
            line("spin", timeNs, [("dom", 0), ("n", turns), ("ns", 100)])
        }
        let run = try ImportedText(
            header(limit: "max_alloc") + off
                + line("smp", 2_100, [("dom", 0), ("free", 5), ("allocs", 77), ("running", 1)])
                + Self.fail(2_150, tid: 100) + spin(2_200, 0) + spin(2_300, 40) + spin(2_400, 50)
                + spin(2_500, 0) + spin(2_600, 1))
        #expect(run.parameter("host.helper") == "alloc")
        #expect(run.parameter("host.sysctl.kern.ipc.tls.max_alloc") == "1024")
        #expect(run.events("thread_name").first?.contains("name=alloc_0") == true)
        #expect(run.events("sample").first?.contains("reclaims=77 running=1") == true)
        // The helper's own imports are none of a worker.
        #expect(run.events("alloc_fail").isEmpty)
        #expect(
            run.events("spin_begin", "spin_end") == [
                "spin_begin t=1200 domain=0 cpu=-1 cause=0 thread=100",
                "spin_end t=1400 domain=0 cpu=-1 cause=6 thread=100 iterations=90 cpu_ns=200 deficit=90",
                "spin_begin t=1500 domain=0 cpu=-1 cause=0 thread=100",
            ])
    }

    @Test func missingProbesLeaveWhatTheyWouldTellUnknown() throws {
        let run = try ImportedText(
            header() + line("rcl.begin", 2_000, [("tid", 5)]) + line("rcl.end", 3_000, [("tid", 5)])
                + line("smp", 4_000, []) + line("vmw.end", 5_000, [("tid", 5), ("ns", 7)]))
        #expect(
            run.events("batch_begin").first?.hasSuffix(
                "order=-1 desired=-1 ring=-1 target_pages=-1 free_pages=-1") == true)
        #expect(run.events("batch_end").first?.contains("result=failed passes=-1 tried=-1") == true)
        #expect(run.events("wait_end").first?.contains("cause=0 thread=5 free_pages=-1") == true)
    }
}

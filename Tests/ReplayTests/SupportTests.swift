import Testing
import TraceCore
import TraceReplay

/// How much of a what-if lies outside of what a recording shows.
struct SupportTests {
    /// A batch of domain 0 that asks for runs, moves pages and takes CPU time.
    private func batch(
        _ desired: Int64, moved: Int64, cpuNs: Int64, domain: Int32 = 0
    ) -> [Event] {
        let begin = EventHeader(sequence: 1, timeNs: 0, kind: .batchBegin, domain: domain)
        let end = EventHeader(sequence: 1, timeNs: 0, kind: .batchEnd, domain: domain)
        var row = [Int64](repeating: 0, count: 19)
        row[5] = 4
        row[10] = moved
        row[16] = cpuNs
        return [Event(begin, [100, 0, 0, 2, desired, 16, 4 * desired, 500]), Event(end, row)]
    }

    private func spin(_ cpuNs: Int64) -> [Event] {
        let header = EventHeader(sequence: 1, timeNs: 0, kind: .spinEnd, domain: 0)
        return [Event(header, [100, 1, cpuNs, 1])]
    }

    private func report(_ recorded: [Event], _ whatIf: [Event]) -> SupportReport {
        var base = RecordedSupport(domainCount: 2)
        for event in recorded { base.consume(event.header, event.values.span) }
        var report = SupportReport(on: base)
        for event in whatIf { report.consume(event.header, event.values.span) }
        return report
    }

    private func row(_ report: SupportReport, _ quantity: SupportQuantity) -> SupportReport.Row {
        report.rows[quantity.rawValue]
    }

    @Test func whatLiesBetweenIsInside() {
        let result = report(
            batch(10, moved: 5, cpuNs: 100) + batch(20, moved: 9, cpuNs: 200),
            batch(15, moved: 7, cpuNs: 150) + batch(20, moved: 5, cpuNs: 100))
        #expect(result.reclaims == 2)
        #expect(result.outsidePpm == 0)
        #expect(result.outsideCPUPpm == 0)
        #expect(!result.isWeak)
        #expect(row(result, .desired).recorded.least == 10)
        #expect(row(result, .desired).recorded.most == 20)
        #expect(row(result, .desired).whatIf.count == 2)
    }

    /// A batch counts once, however many of its values are outside; each row counts its own.
    @Test func whatLiesBeyondIsOutside() {
        let result = report(
            batch(10, moved: 5, cpuNs: 100) + batch(20, moved: 9, cpuNs: 200),
            batch(15, moved: 4, cpuNs: 300) + batch(12, moved: 6, cpuNs: 150)
                + batch(12, moved: 6, cpuNs: 150, domain: 1))
        #expect(result.outsideReclaims == 1)
        #expect(result.outsidePpm == 333_334)
        #expect(result.outsideCPUPpm == 500_000)
        #expect(result.isWeak)
        #expect(row(result, .moved).below == 1)
        #expect(row(result, .moved).above == 0)
        #expect(row(result, .batchCPU).above == 1)
        #expect(row(result, .batchCPU).outsideCPUNs == 300)
        #expect(row(result, .desired).outsidePpm == 0)
    }

    /// What the recording never did is outside altogether.
    @Test func withoutAnyRecordedNothingIsSupported() {
        let result = report(spin(50), batch(1, moved: 0, cpuNs: 7) + spin(50) + spin(60))
        #expect(result.reclaims == 3)
        #expect(result.outsideReclaims == 2)
        #expect(row(result, .desired).outsidePpm == 1_000_000)
        #expect(row(result, .spinCPU).above == 1)
        #expect(report([], spin(1)).outsidePpm == 1_000_000)
    }

    @Test func nothingDoneNeedsNoSupport() {
        let result = report(spin(50), [])
        #expect(result.outsidePpm == nil)
        #expect(result.outsideCPUPpm == nil)
        #expect(!result.isWeak)
    }

    /// Five in a hundred are allowed, more are not.
    @Test(arguments: [(19, 1, false), (18, 1, true)])
    func warnsAboveTheLimit(inside: Int, outside: Int, isWeak: Bool) {
        let recorded = batch(10, moved: 5, cpuNs: 100)
        let more = (0..<inside).flatMap { _ in recorded }
        let result = report(recorded, more + batch(11, moved: 5, cpuNs: 100))
        #expect(result.isWeak == isWeak)
    }

    @Test func latenciesWaitsAndFailuresAreRead() {
        func event(_ kind: KindID, _ timeNs: Int64, _ values: [Int64]) -> Event {
            Event(EventHeader(sequence: 1, timeNs: timeNs, kind: kind, domain: 1), values)
        }
        var sample = [Int64](repeating: 0, count: 26)
        sample[3] = 4
        sample[13] = 2
        sample[2] = 1000
        let events = [
            event(.wakeSend, 10, [100, 0, 0]), event(.threadRun, 25, [100, 1]),
            event(.wakeSend, 30, [100, 1, 0]), event(.threadRun, 45, [100, 1]),
            event(.waitEnd, 50, [100, 1, 0, 0, 17]),
            event(.allocFail, 60, [2, 16384, 0, 0, 333, 1, 1000]),
            event(.sample, 70, sample),
        ]
        let result = report(events + batch(1, moved: 0, cpuNs: 1, domain: 1), [])
        #expect(row(result, .wakeupLatency).recorded.count == 1)
        #expect(row(result, .wakeupLatency).recorded.most == 15)
        #expect(row(result, .waitLength).recorded.most == 17)
        #expect(row(result, .failureFreePages).recorded.least == 333)
        #expect(row(result, .freeBlocks).recorded.least == 6)
        #expect(row(result, .tried).recorded.most == 4)
    }

    /// Domains that the host does not have take no memory and trap nothing.
    @Test func anotherHostsDomainsAreLeftOut() {
        let result = report(batch(1, moved: 0, cpuNs: 1, domain: 2), spin(1))
        #expect(row(result, .desired).recorded.count == 0)
    }
}

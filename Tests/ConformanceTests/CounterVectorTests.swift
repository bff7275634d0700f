import PhysicalMemory
import Testing

/// Thresholds and free-count transitions against the recorded ones.
struct CounterVectorTests {
    @Test func thresholdsAreTheRecordedOnes() throws {
        var reader = try VectorReader("thresholds.txt")
        var rows = 0
        while reader.advance() {
            if reader.word(0) != "T" { continue }
            let limits = Thresholds(
                pageCount: try reader.int(1), freeCount: try reader.int(2),
                clusterPages: try reader.int(3))
            let got = [
                limits.interruptFreeMin, limits.pageoutFreeMin, limits.reserved, limits.severe,
                limits.min, limits.target, limits.wakeup, limits.inactiveTarget,
                limits.backgroundLaunderTarget,
            ]
            try reader.expect(try reader.ints(from: 4), got, "thresholds")
            rows += 1
        }
        #expect(rows == 2120)
    }

    @Test func freeCountTransitionsAreTheRecordedOnes() throws {
        var reader = try VectorReader("freecount.txt.gz")
        var operations = 0
        while reader.advance() {
            if reader.word(0) == "end" { break }
            guard reader.word(0) == "case" else { throw reader.mismatch("case expected") }
            reader.retreat()
            var memory = try readCase(&reader)
            while reader.advance() && reader.word(0) != "endcase" {
                operations += 1
                switch reader.word(0) {
                case "wmin": memory.addMinWaiter()
                case "wsev": memory.addSevereWaiter()
                case "wpd": memory.addPageDaemonWaiter(try reader.int(1))
                default: try step(reader, &memory)
                }
            }
        }
        #expect(operations == 36000)
    }

    private func readCase(_ reader: inout VectorReader) throws -> PhysicalMemory {
        var segments: [MemorySegment] = []
        var limits: [Thresholds] = []
        var free: [Int] = []
        var start = 4096
        while reader.advance() {
            guard reader.word(0) == "case" else { reader.retreat(); break }
            let pages = try reader.named("pages")
            segments.append(
                MemorySegment(start: start, end: start + pages, domain: try reader.named("dom")))
            start += pages
            limits.append(try reader.readThresholds())
            free.append(try reader.named("free"))
        }
        var memory = PhysicalMemory(segments: segments, thresholds: limits)
        for domain in free.indices {
            let surplus = memory.domains[domain].pageCount - free[domain]
            let isTaken = memory.takePages(surplus, from: domain, class: .interrupt)
            try reader.expect(true, isTaken, "the free count of the case")
            try reader.expect(false, memory.domains[domain].isInMinSet, "min set at the start")
        }
        memory.drainSignals()
        return memory
    }

    private func step(_ reader: VectorReader, _ memory: inout PhysicalMemory) throws {
        memory.drainSignals()
        let domain = try reader.int(1)
        var ok = true
        if reader.word(0) == "a" {
            let level = AllocationClass(rawValue: UInt8(try reader.int(2))) ?? .normal
            ok = memory.takePages(try reader.int(3), from: domain, class: level)
        } else {
            memory.givePages(try reader.int(3), to: domain)
        }
        var wakeups = [0, 0, 0, 0]
        for signal in memory.signals {
            switch signal {
            case .pageDaemonWakeup: wakeups[0] += 1
            case .minWaitersWoken: wakeups[1] += 1
            case .severeWaitersWoken: wakeups[2] += 1
            case .waitingPageDaemonWoken: wakeups[3] += 1
            default: break
            }
        }
        var minSet = 0
        var severeSet = 0
        for number in 0..<memory.domainCount {
            if memory.domains[number].isInMinSet { minSet |= 1 << number }
            if memory.domains[number].isInSevereSet { severeSet |= 1 << number }
        }
        let got =
            [ok ? 1 : 0, memory.domains[domain].freeCount, minSet, severeSet] + wakeups
            + [memory.minWaiters, memory.severeWaiters]
        try reader.expect(try reader.ints(from: 5), got, "outcome")
    }
}

import KernelTraceTestSupport
import KernelTraces
import TestRandomness
import Testing

private func layout(_ layout: RingWriter.Layout) throws -> RingLayout {
    try RingLayout(headerPage: layout.headerPage, headerEvent: RingWriter.headerEvent)
}

private func payload(_ id: Int, _ words: Int, _ fill: UInt8 = 0) -> [UInt8] {
    [UInt8(id & 0xFF), UInt8(id >> 8)] + [UInt8](repeating: fill, count: words * 4 - 2)
}

/// What a merge gave, with the bytes of the events.
private struct Given: Equatable {
    var timeNs: Int64
    var id: Int
    var cpu: Int
    var bytes: [UInt8]
    var lost = LostEvents()
}

/// Merges with the bytes of every CPU given in pieces of one size.
private func merged(
    _ layout: RingLayout, _ cpus: [[UInt8]], pieceBytes: Int = 1000
) throws -> [Given] {
    var merge = RingMerge(layout, cpus: cpus.indices.map { Int32($0) })
    var positions = [Int](repeating: 0, count: cpus.count)
    var given: [Given] = []
    while true {
        switch try merge.next() {
        case .event(let event):
            let buffer = merge.buffer(event.lane)
            given.append(
                Given(
                    timeNs: event.record.timeNs, id: event.record.id, cpu: event.lane,
                    bytes: Array(buffer[event.record.payload]), lost: event.lost))
        case .starved(let lane):
            let start = positions[lane]
            let end = min(start + pieceBytes, cpus[lane].count)
            if start == end {
                try merge.end(lane: lane)
            } else {
                merge.add(cpus[lane][start..<end], lane: lane)
                positions[lane] = end
            }
        case .end: return given
        case .limit: Issue.record("there is no limit")
        }
    }
}

private func fault(_ body: () throws -> Void) -> KernelTraceError? {
    do {
        try body()
        return nil
    } catch {
        return error as? KernelTraceError
    }
}

@Suite struct RingTests {
    @Test func allTypesOfEventsAreDecoded() throws {
        var writer = RingWriter()
        writer.event(1000, payload(7, 2))
        writer.event(1500, payload(8, 3), withLengthWord: true)
        writer.event(1500, payload(9, 40))
        writer.discarded(1700, bytes: 24)
        writer.event(1800, payload(10, 28))
        writer.event(1800 + 1 << 40, payload(11, 1))
        writer.timeStamp(1 << 50)
        writer.event(1 << 50, payload(12, 1))
        writer.pad()
        writer.event(1 << 51, payload(13, 1))
        writer.endSubBuffer()
        let events = try merged(layout(.init()), [writer.bytes])
        #expect(events.map(\.id) == [7, 8, 9, 10, 11, 12, 13])
        let late: Int64 = 1 << 40
        let times: [Int64] = [1000, 1500, 1500, 1800, 1800 + late, 1 << 50, 1 << 51]
        #expect(events.map(\.timeNs) == times)
        #expect(events.map(\.bytes.count) == [8, 12, 160, 112, 4, 4, 4])
    }

    @Test func aTimeStampKeepsTheHighBitsOfTheTimeBefore() throws {
        let high: UInt64 = 0b01010 << 59
        var writer = RingWriter()
        writer.event(high + 5, payload(7, 1))
        writer.timeStamp(high + 1 << 40)
        writer.event(high + 1 << 40 + 9, payload(7, 1))
        writer.endSubBuffer()
        let events = try merged(layout(.init()), [writer.bytes])
        let times = [high + 5, high + 1 << 40 + 9].map { Int64($0) }
        #expect(events.map(\.timeNs) == times)
    }

    @Test func lossesStandBeforeTheNextEvent() throws {
        var writer = RingWriter()
        writer.event(1, payload(7, 1))
        writer.lose(25)
        writer.event(2, payload(7, 1))
        writer.lose(0)
        writer.event(3, payload(7, 1))
        writer.endSubBuffer()
        let events = try merged(layout(.init()), [writer.bytes])
        #expect(
            events.map(\.lost) == [
                LostEvents(), LostEvents(counted: 25), LostEvents(uncounted: 1),
            ])
    }

    @Test func aFullSubBufferHasNoRoomForTheNumberOfLostEvents() throws {
        let rules = try layout(.init())
        var writer = RingWriter()
        writer.lose(3)
        writer.event(1, payload(7, 1))
        // 4080 bytes of data, 8 taken: the padding is data, too.
        writer.pad()
        var bytes = writer.bytes
        #expect(try merged(rules, [bytes])[0].lost == LostEvents(uncounted: 1))
        // The flag that claims a stored number where there is no room is not believed.
        bytes[11] |= 0x40
        #expect(try merged(rules, [bytes])[0].lost == LostEvents(uncounted: 1))
    }

    @Test func theDescriptionSaysWhereThingsAre() throws {
        var shape = RingWriter.Layout()
        shape.subBufferBytes = 65_536
        shape.timeOffset = 4
        shape.usedOffset = 12
        shape.usedSize = 4
        shape.dataOffset = 20
        var writer = RingWriter(shape)
        for number in 0..<5000 {
            if number % 1000 == 500 { writer.lose(UInt64(number)) }
            writer.event(UInt64(number) * 100, payload(number % 300, 1 + number % 40))
        }
        writer.endSubBuffer()
        let events = try merged(layout(shape), [writer.bytes], pieceBytes: 70_001)
        let ids = (0..<5000).map { $0 % 300 }
        #expect(events.map(\.id) == ids)
        let times = (0..<5000).map { Int64($0) * 100 }
        #expect(events.map(\.timeNs) == times)
        let lost = events.filter { !$0.lost.isNone }
        #expect(lost.map(\.lost.counted) == [500, 1500, 2500, 3500, 4500])
        let lossTimes: [Int64] = [50_000, 150_000, 250_000, 350_000, 450_000]
        #expect(lost.map(\.timeNs) == lossTimes)
    }

    @Test func theSizeOfASubBufferCanBeGiven() throws {
        var shape = RingWriter.Layout()
        let small = shape.headerPage
        shape.subBufferBytes = 16_384
        var writer = RingWriter(shape)
        for number in 0..<2000 { writer.event(UInt64(number), payload(7, 4)) }
        writer.endSubBuffer()
        let rules = try RingLayout(
            headerPage: small, headerEvent: RingWriter.headerEvent, subBufferBytes: 16_384)
        #expect(try merged(rules, [writer.bytes]).count == 2000)
    }

    @Test(arguments: TestSeeds.all)
    func aMergeSortsByTimeAndCpu(seed: UInt64) throws {
        var random = TestRandom(seed: seed, purpose: 71)
        var shape = RingWriter.Layout()
        shape.subBufferBytes = random.choice([128, 512, 4096])
        var expected: [Given] = []
        var cpus: [[UInt8]] = []
        for cpu in 0..<random.number(1...9) {
            var writer = RingWriter(shape)
            var timeNs: UInt64 = 0
            for _ in 0..<random.number(0...300) {
                timeNs += random.isOneIn(20) ? random.bits() >> 30 : UInt64(random.below(4))
                let bytes = payload(random.below(500), random.number(1...20), UInt8(cpu))
                if random.isOneIn(40) { writer.endSubBuffer() }
                if random.isOneIn(40) { writer.discarded(timeNs, bytes: 4 * random.below(9)) }
                // What was taken back had a time of its own, at least a nanosecond later.
                timeNs += 1
                writer.event(timeNs, bytes, withLengthWord: random.isOneIn(5))
                expected.append(
                    Given(
                        timeNs: Int64(timeNs), id: Int(bytes[0]) | Int(bytes[1]) << 8, cpu: cpu,
                        bytes: bytes))
            }
            writer.endSubBuffer()
            cpus.append(writer.bytes)
        }
        expected.sort { ($0.timeNs, $0.cpu) < ($1.timeNs, $1.cpu) }
        for pieceBytes in [random.number(1...200), shape.subBufferBytes, 1 << 20] {
            let given = try merged(layout(shape), cpus, pieceBytes: pieceBytes)
            let isEqual = given == expected
            #expect(isEqual, "seed \(seed), pieces of \(pieceBytes)")
        }
    }

    @Test func aLimitHoldsBackWhatOthersMayPrecede() throws {
        var writers = [RingWriter(), RingWriter()]
        for timeNs: UInt64 in [10, 30, 50] { writers[0].event(timeNs, payload(1, 1)) }
        for timeNs: UInt64 in [20, 60] { writers[1].event(timeNs, payload(2, 1)) }
        writers[0].endSubBuffer()
        writers[1].endSubBuffer()
        var merge = RingMerge(try layout(.init()), cpus: [0, 1])
        #expect(try merge.next(before: 100) == .end)
        merge.add(writers[0].bytes[...], lane: 0)
        var times: [Int64] = []
        func take(before limitNs: Int64) throws -> RingMerge.Step {
            while true {
                let step = try merge.next(before: limitNs)
                guard case .event(let event) = step else { return step }
                times.append(event.record.timeNs)
            }
        }
        #expect(try take(before: 15) == .limit)
        #expect(times == [10])
        merge.add(writers[1].bytes[...], lane: 1)
        #expect(try take(before: 50) == .limit)
        #expect(times == [10, 20, 30])
        #expect(try take(before: 1000) == .end)
        #expect(times == [10, 20, 30, 50, 60])
        writers[0] = RingWriter()
        writers[0].event(70, payload(3, 1))
        writers[0].endSubBuffer()
        merge.add(writers[0].bytes[...], lane: 0)
        #expect(try take(before: 1000) == .end)
        #expect(times.last == 70)
        #expect(merge.waitingBytes(0) == 0)
    }

    @Test func faultsNameCpuAndByte() throws {
        let rules = try layout(.init())
        var writer = RingWriter()
        for number in 0..<100 { writer.event(UInt64(number), payload(7, 20)) }
        writer.endSubBuffer()
        let good = writer.bytes
        func problem(_ change: (inout [UInt8]) -> Void) -> KernelTraceError? {
            var bytes = good
            change(&bytes)
            return fault { _ = try merged(rules, [[], bytes]) }
        }
        func at(_ offset: Int64, _ problem: RingProblem) -> KernelTraceError {
            .ringBuffer(cpu: 1, offset: offset, problem: problem)
        }
        #expect(good.count == 3 * 4096)
        #expect(problem { $0[9 + 4096] = 0xFF } == at(4096 + 8, .usedBytesTooLarge))
        // The last event of the first sub-buffer begins at 16 + 47 * 84.
        #expect(problem { $0[8] = $0[8] &- 4 } == at(16 + 47 * 84, .eventTooLong))
        #expect(
            problem {
                $0[16] &= 0xE0
                $0[20] = 3
            } == at(20, .eventTooShort))
        #expect(problem { $0[4096 + 7] = 0xFF } == at(4096 + 16, .timeTooLarge))
        #expect(
            problem {
                $0[4096 + 4] = 0x01; $0[8192 + 4] = 0
            } == at(8192 + 20, .timeWentBackwards))
        #expect(problem { $0.removeLast() } == at(8192, .truncated))
    }

    @Test(arguments: [(4096, 48), (0, 0)])
    func whatIsGoodBesideAFaultIsKept(subBuffer: Int, before: Int) throws {
        var writers = [RingWriter(), RingWriter()]
        for number: UInt64 in 0..<200 { writers[Int(number % 2)].event(number, payload(7, 20)) }
        writers[0].endSubBuffer()
        writers[1].endSubBuffer()
        var bad = writers[0].bytes
        bad[subBuffer + 9] = 0xFF
        var merge = RingMerge(try layout(.init()), cpus: [0, 1])
        merge.add(bad[...], lane: 0)
        merge.add(writers[1].bytes[...], lane: 1)
        try merge.end(lane: 0)
        try merge.end(lane: 1)
        var counts = [0, 0]
        var faults = 0
        loop: while true {
            do {
                switch try merge.next() {
                case .event(let event): counts[event.lane] += 1
                default: break loop
                }
            } catch {
                faults += 1
                merge.abandon(lane: try #require(merge.faultyLane))
            }
        }
        #expect(faults == 1)
        #expect(counts == [before, 100])
    }

    @Test func descriptionsOfOtherKernelsAreRefusedWithTheirFault() {
        func problem(_ page: String, _ event: [UInt8] = RingWriter.headerEvent) -> KernelTraceError?
        {
            fault { _ = try RingLayout(headerPage: Array(page.utf8), headerEvent: event) }
        }
        let good = String(decoding: RingWriter.Layout().headerPage, as: UTF8.self)
        #expect(problem(good) == nil)
        #expect(
            problem("")
                == .description(
                    name: "header_page", line: 1, problem: .missingField("timestamp")))
        #expect(
            problem("\nnonsense") == .description(name: "header_page", line: 2, problem: .badField))
        #expect(
            problem(good.replacing("size:4080", with: "size:1048577"))
                == .description(name: "header_page", line: 4, problem: .badField))
        let event = String(decoding: RingWriter.headerEvent, as: UTF8.self)
        #expect(
            problem(good, Array(event.replacing("padding ", with: "").utf8))
                == .description(name: "header_event", line: 1, problem: .missingField("padding")))
        #expect(
            problem(good, Array(event.replacing("27 bits", with: "26 bits").utf8))
                == .description(name: "header_event", line: 1, problem: .badField))
    }
}

import Testing
import TraceCore

@testable import TraceRecorder

/// A ring against a queue of rows, for every short sequence of what its two sides can do.
@Suite struct RingTests {
    enum Step: CaseIterable {
        /// Record a row of two words.
        case short
        /// Record a row of three words.
        case long
        /// The drain copies what is there.
        case copy
        /// The drain takes what it copied last.
        case claim
    }

    /// What a ring should hold, row by row.
    struct Model {
        struct Row: Equatable {
            var kind: KindID
            var value: Int64
            var words: Int { kind == SmallSchema.none ? 2 : 3 }
        }

        var capacity: Int
        var dropsOldest: Bool
        var rows: [Row] = []
        var lost: [KindID: UInt64] = [:]
        var copied: Int64 = 0

        mutating func record(_ row: Row) -> Bool {
            func used() -> Int { rows.reduce(0) { $0 + $1.words } }
            if dropsOldest {
                while used() + row.words > capacity {
                    lost[rows.removeFirst().kind, default: 0] += 1
                }
            } else if used() + row.words > capacity {
                lost[row.kind, default: 0] += 1
                return false
            }
            rows.append(row)
            return true
        }

        /// The rows up to the copied one.
        mutating func claim() -> [Row] {
            let taken = rows.filter { $0.value <= copied }
            rows.removeAll { $0.value <= copied }
            return taken
        }
    }

    @Test(arguments: [2, 4, 8], [RecorderConfiguration.WhenFull.dropNewest, .dropOldest])
    func everyShortHistoryIsThatOfAQueue(
        capacity: Int, whenFull: RecorderConfiguration.WhenFull
    ) {
        // In two words only the shorter row fits.
        let steps = capacity == 2 ? [Step.short, .copy, .claim] : Step.allCases
        let length = 6
        var choice = [Int](repeating: 0, count: length)
        repeat {
            run(choice.map { steps[$0] }, capacity, whenFull)
        } while advance(&choice, below: steps.count)
    }

    private func advance(_ choice: inout [Int], below limit: Int) -> Bool {
        for index in choice.indices {
            choice[index] += 1
            if choice[index] < limit { return true }
            choice[index] = 0
        }
        return false
    }

    private func run(
        _ steps: [Step], _ capacity: Int, _ whenFull: RecorderConfiguration.WhenFull
    ) {
        let ring = Ring.small(capacity, whenFull, upTo: capacity == 2 ? 0 : 1)
        let producer = Producer(ring: ring, thread: 1)
        var model = Model(capacity: capacity, dropsOldest: whenFull == .dropOldest)
        var rows = [Int64](repeating: -1, count: capacity)
        var copy = Ring.Copy(tail: 0, head: 0)
        var number: Int64 = 0
        for step in steps + [.claim, .copy, .claim] {
            switch step {
            case .short, .long:
                number += 1
                let kind = step == .short ? SmallSchema.none : SmallSchema.one
                let expected = model.record(Model.Row(kind: kind, value: number))
                let isKept =
                    step == .short ? producer.record(kind, []) : producer.record(kind, [number])
                if isKept != expected { Issue.record("\(steps)") }
            case .copy:
                copy = ring.copy(upTo: ring.cells.load(RingLayout.head), into: &rows)
                model.copied = number
            case .claim:
                compare(rows, ring.claim(copy), model.claim(), steps)
                // What was taken is not taken again.
                copy = Ring.Copy(tail: 0, head: 0)
                model.copied = 0
            }
        }
        for kind in [SmallSchema.none, .init(rawValue: 2)] {
            let cell = ring.losses + Int(kind.rawValue) * RingLayout.lossCells
            let lost = ring.cells.load(cell + RingLayout.lossCount)
            if lost != model.lost[kind] ?? 0 { Issue.record("\(steps)") }
        }
        if ring.usedWords != 0 { Issue.record("\(steps)") }
    }

    /// Plain comparisons: expectations would take most of the time.
    private func compare(
        _ rows: [Int64], _ part: Range<Int>, _ expected: [Model.Row], _ steps: [Step]
    ) {
        var next = part.lowerBound
        var ticks = UInt64(0)
        var isRight = true
        for row in expected where isRight {
            guard next + row.words <= part.upperBound else {
                isRight = false
                break
            }
            let head = UInt64(bitPattern: rows[next + 1])
            let own = UInt64(bitPattern: rows[next])
            isRight =
                RingLayout.kind(head) == Int(row.kind.rawValue)
                && RingLayout.width(head) == row.words - 2
                && (row.words == 2 || rows[next + 2] == row.value) && own >= ticks
            ticks = own
            next += row.words
        }
        if !isRight || next != part.upperBound { Issue.record("\(steps)") }
    }

    @Test func aRowCarriesItsDomainCPUAndValues() throws {
        let ring = Ring.small(16, .dropNewest)
        let producer = Producer(ring: ring, thread: 1)
        producer.setCPU(300)
        let before = ring.clock.ticks()
        producer.record(SmallSchema.two, domain: -1, [.min, .max])
        producer.record(SmallSchema.one, domain: 32_767, values: [-7].span)
        var rows = [Int64](repeating: 0, count: 16)
        let copy = ring.copy(upTo: ring.cells.load(RingLayout.head), into: &rows)
        #expect(ring.claim(copy) == 0..<7)
        #expect(UInt64(bitPattern: rows[0]) >= before)
        #expect(UInt64(bitPattern: rows[1]) == 3 | 2 << 16 | 0xffff << 32 | 300 << 48 | 0)
        #expect(rows[2...3] == [.min, .max])
        #expect(rows[4] >= rows[0])
        #expect(UInt64(bitPattern: rows[5]) == 2 | 1 << 16 | 0x7fff << 32 | 300 << 48)
        #expect(rows[6] == -7)
    }

    @Test(arguments: [RecorderConfiguration.WhenFull.dropNewest, .dropOldest])
    func lossesAreTakenOnceWithTheirInterval(
        whenFull: RecorderConfiguration.WhenFull
    ) throws {
        // Every sequence of losing a kind, losing the other and taking losses.
        for code in 0..<2_187 {
            let ring = Ring.small(4, whenFull, upTo: 1)
            let producer = Producer(ring: ring, thread: 1)
            var lane = DrainLane(ring)
            producer.record(SmallSchema.one, [0])
            var digits = code
            var lost: [Int: UInt64] = [:]
            var sum: UInt64 = 0
            var lastEnd: UInt64 = 0
            for _ in 0..<7 {
                if digits % 3 == 2 {
                    try take(&lane, &lost, &sum, &lastEnd)
                } else if digits % 3 == 0 {
                    producer.record(SmallSchema.none, [])
                } else {
                    producer.record(SmallSchema.one, [1])
                }
                digits /= 3
            }
            try take(&lane, &lost, &sum, &lastEnd)
            #expect(lane.takeLosses().isEmpty)
            try #require(sum == ring.cells.load(RingLayout.lost), "code \(code)")
        }
    }

    private func take(
        _ lane: inout DrainLane, _ lost: inout [Int: UInt64], _ sum: inout UInt64,
        _ lastEnd: inout UInt64
    ) throws {
        let now = lane.ring.clock.ticks()
        var highest = lastEnd
        for loss in lane.takeLosses() {
            try #require(loss.count > 0)
            try #require(loss.beginTicks <= loss.endTicks && loss.endTicks <= now)
            // Not even a loss of another kind can be older than what was taken before.
            try #require(loss.beginTicks >= lastEnd)
            highest = max(highest, loss.endTicks)
            lost[loss.kind, default: 0] += loss.count
            sum += loss.count
        }
        lastEnd = highest
    }
}

import Dispatch
import Foundation
import Synchronization
import TraceCore
import TraceFormat
import TraceStore

@testable import TraceRecorder

/// Kinds with 0, 1 and 2 values, and one with a text.
enum SmallSchema {
    static let none = KindID(rawValue: 1)
    static let one = KindID(rawValue: 2)
    static let two = KindID(rawValue: 3)
    static let named = KindID(rawValue: 7)

    static let schema: EventSchema = {
        let kinds = [
            EventKind(id: 1, "none", .control, .derived, []),
            EventKind(id: 2, "one", .data, .derived, [Column("number")]),
            EventKind(id: 3, "two", .data, .derived, [Column("producer"), Column("number")]),
            EventKind(id: 7, "named", .control, .note, [Column("name", .text), Column("number")]),
        ]
        guard let schema = EventSchema(kinds: kinds) else { preconditionFailure("a fixed schema") }
        return schema
    }()

    /// The table of the kinds with at most so many values.
    static func kinds(upTo width: Int) -> [UInt64] {
        let widths = [1: 0, 2: 1, 3: 2, 7: 2].filter { $0.value <= width }
        return (0...7).map { number in
            widths[number].map { RingLayout.kindCell(UInt16(number), width: $0) } ?? 0
        }
    }
}

extension Ring {
    static func small(
        _ capacityWords: Int, _ whenFull: RecorderConfiguration.WhenFull, upTo width: Int = 2
    ) -> Ring {
        Ring(
            capacityWords: capacityWords, kinds: SmallSchema.kinds(upTo: width),
            whenFull: whenFull, clock: ClockReader(.monotonic), createdTicks: 0)
    }

    /// Begins a row as a producer does, without publishing it.
    func put(_ ticks: UInt64, _ kind: KindID, _ values: [Int64]) {
        let head = cells.load(RingLayout.head)
        cells.store(RingLayout.claimed, head + UInt64(2 + values.count))
        let known = cells.load(RingLayout.kinds + Int(kind.rawValue)) & 0xff_ffff
        let row = [ticks, known | 0xffff << 32 | 5 << 48] + values.map { UInt64(bitPattern: $0) }
        for (index, word) in row.enumerated() {
            cells.store(words + (Int(head) + index) & mask, word)
        }
    }

    /// Publishes what was begun.
    func publish() {
        cells.storeReleasing(RingLayout.head, cells.load(RingLayout.claimed))
    }

    /// Publishes a row with ticks that the test chooses.
    func add(_ ticks: UInt64, _ kind: KindID = SmallSchema.one, _ values: [Int64] = [0]) {
        put(ticks, kind, values)
        publish()
    }
}

/// A sink that keeps what it gets where the test can see it.
final class Log: Sendable {
    struct Content {
        var events: [Event] = []
        var losses: [LossRecord] = []
        var notes: [TextPair] = []
        var strings = StringTable()
        var flushes = 0
        var isEnded = false
    }

    let content = Mutex(Content())

    var events: [Event] { content.withLock { $0.events } }
    var times: [Int64] { events.map(\.header.timeNs) }
    var losses: [LossRecord] { content.withLock { $0.losses } }
}

struct LogSink: RecordingSink {
    let log: Log

    mutating func record(_ header: EventHeader, _ values: Span<Int64>) {
        let event = Event(header, values)
        log.content.withLock { $0.events.append(event) }
    }

    mutating func intern(_ text: String) -> Int64 {
        log.content.withLock { $0.strings.intern(text) }
    }

    mutating func addLoss(_ loss: LossRecord) { log.content.withLock { $0.losses.append(loss) } }

    mutating func addNotes(_ more: [TextPair]) { log.content.withLock { $0.notes += more } }

    mutating func flush() { log.content.withLock { $0.flushes += 1 } }

    mutating func endRecording() throws(StoreError) { log.content.withLock { $0.isEnded = true } }
}

/// A value behind a lock of the kind that the thread sanitizer knows.
///
/// `@unchecked`: the value is used with the lock held.
final class Locked<Value>: @unchecked Sendable {
    private let lock = NSLock()
    private var value: Value

    init(_ value: Value) { self.value = value }

    func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
        lock.withLock { body(&value) }
    }
}

/// Runs a body in so many threads at once and waits for them.
func inThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let group = DispatchGroup()
    for number in 0..<count {
        group.enter()
        Thread {
            body(number)
            group.leave()
        }.start()
    }
    group.wait()
}

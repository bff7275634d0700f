import TraceCore
import TraceFormat
import TraceStore

/// A small trace with every type of record, raw planes, frames and shared streams.
enum SmallTrace {
    static let kinds: [EventKind] = [
        EventKind(
            id: 1, "fail", .control, .derived, [Column("order"), Column("who", .text)]),
        EventKind(id: 2, "request", .data, .input, [Column("handle"), Column("pages")]),
        EventKind(id: 3, "state", .control, .sample, [Column("digest", .bits)]),
    ]

    static let events: [Event] = {
        let random = KeyedRandom(seed: 12, purpose: 3)
        return (1...2_000).map { number in
            let entity = UInt64(number)
            let kind: UInt16 = number % 97 == 0 ? 3 : number % 23 == 0 ? 1 : 2
            let header = EventHeader(
                sequence: entity, timeNs: Int64(number * 100) + Int64(number % 3),
                kind: KindID(rawValue: kind), domain: 0, cpu: Int32(number % 2),
                cause: kind == 1 ? entity - 1 : 0)
            switch kind {
            case 1:
                return Event(header, [Int64(number % 5), Int64(number % (number > 1_500 ? 3 : 2))])
            case 3: return Event(header, [Int64(bitPattern: random.bits(entity: entity, index: 0))])
            default:
                let pages = number > 1_100 ? random.number(below: 256, entity: entity, index: 1) : 4
                return Event(header, [Int64(number), Int64(pages)])
            }
        }
    }()

    /// The bytes of the trace, in blocks of 1100 and 900 events.
    static func bytes() throws(StoreError) -> [UInt8] {
        guard let schema = EventSchema(kinds: kinds) else {
            preconditionFailure("the kinds have distinct numbers and names")
        }
        let description = TraceDescription(
            schema: schema, parameters: [TextPair("scenario.seed", "12")],
            notes: [TextPair("tool", "test")])
        let sink = MemorySink()
        var writer = try TraceWriter(sink: sink, description: description, blockEvents: 1_100)
        _ = writer.intern("tlsd")
        writer.addSnapshot(name: "initial", [UInt8](repeating: 3, count: 300))
        for (position, event) in events.enumerated() {
            if position == 1_500 { _ = writer.intern("worker") }
            writer.record(event)
        }
        writer.addLoss(LossRecord(kind: nil, beginNs: 5, endNs: 6, count: 1))
        _ = try writer.finish()
        return sink.bytes
    }
}

extension SmallTrace {
    /// Number of bytes that the snapshot's frames take.
    static func snapshotBytes(_ bytes: [UInt8]) throws(StoreError) -> Int {
        var count = 0
        _ = try RecordWalk.forEachRecord(in: MemorySource(bytes)) { entry in
            if entry.type == .snapshot { count += Int(entry.dataBytes) }
        }
        return count
    }
}

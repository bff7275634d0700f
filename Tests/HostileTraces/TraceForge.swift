import TraceCore
import TraceFormat
import TraceFuzzing
import TraceStore

/// A good trace, record by record, to be put together again with something wrong in it.
struct TraceForge {
    /// A record with its frames.
    struct Part {
        var type: RecordType?
        var bytes: [UInt8]
    }

    /// Events of each of the blocks.
    static let blockEvents = 700
    static let blockCount = 3

    var parts: [Part]

    /// Takes a trace with every type of record: three blocks with planes of all storages.
    init() throws(StoreError) {
        let bytes = try Self.trace()
        parts = RecordPlace.all(bytes).map { place in
            let record = Array(bytes[place.extent])
            return Part(type: RecordType(rawValue: record[8]), bytes: record)
        }
    }

    /// The whole file.
    var bytes: [UInt8] { parts.flatMap(\.bytes) }

    /// Position of the `number`-th record of a type among the parts.
    func index(_ type: RecordType, _ number: Int = 0) -> Int {
        let found = parts.indices.filter { parts[$0].type == type }
        precondition(number < found.count, "the trace has such a record")
        return found[number]
    }

    /// Offset in the file of a part.
    func offset(_ index: Int) -> Int { parts[0..<index].reduce(0) { $0 + $1.bytes.count } }

    /// Replaces the body of a record that has no frames, with right length and checksum.
    mutating func replaceBody(_ index: Int, _ body: [UInt8]) {
        parts[index].bytes = Self.record(parts[index].bytes[8], body: body)
    }

    /// The body of a record.
    func body(_ index: Int) -> [UInt8] {
        guard let place = RecordPlace(parts[index].bytes, at: 0) else {
            preconditionFailure("a part is a record")
        }
        return Array(parts[index].bytes[place.bodyStart..<place.end - 4])
    }

    /// Changes the footer's numbers.
    mutating func changeFooter(_ change: (inout FooterRecord) -> Void) throws(FormatError) {
        let index = index(.footer)
        let bytes = parts[index].bytes
        let head = try RecordHead(decoding: bytes, fileOffset: 0)
        var footer = try FooterRecord(
            body: RecordBody(record: bytes, head: head, fileOffset: 0))
        change(&footer)
        var writer = ByteWriter()
        footer.encode(to: &writer)
        parts[index].bytes = writer.bytes
    }

    /// A record of any type and with any lengths; its checksum is right.
    static func record(
        _ type: UInt8, isSkippable: Bool = false, body: [UInt8], frames: [UInt8] = [],
        payloadLength: UInt32? = nil, dataLength: UInt64? = nil
    ) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(FormatVersion.frameMagic)
        writer.append(payloadLength ?? UInt32(body.count + 16))
        writer.append(type)
        writer.append(isSkippable ? RecordHead.skippableFlag : 0)
        writer.append(UInt16(0))
        writer.append(dataLength ?? UInt64(frames.count))
        writer.append(contentsOf: body)
        writer.append(Checksum.crc32c(writer.bytes.span))
        return writer.bytes + frames
    }

    /// Little-endian bytes.
    static func little(_ numbers: UInt64...) -> [UInt8] {
        var writer = ByteWriter()
        for number in numbers { writer.append(number) }
        return writer.bytes
    }

    /// A body of variable-length numbers.
    static func varints(_ numbers: UInt64...) -> [UInt8] {
        var writer = ByteWriter()
        for number in numbers { writer.appendVarint(number) }
        return writer.bytes
    }
}

extension TraceForge {
    private static func trace() throws(StoreError) -> [UInt8] {
        let kinds = [
            EventKind(id: 1, "fail", .control, .derived, [Column("order"), Column("who", .text)]),
            EventKind(id: 2, "request", .data, .input, [Column("handle"), Column("noise")]),
        ]
        guard let schema = EventSchema(kinds: kinds) else {
            preconditionFailure("the kinds have distinct numbers and names")
        }
        let sink = MemorySink()
        var writer = try TraceWriter(
            sink: sink,
            description: TraceDescription(
                schema: schema, parameters: [TextPair("source", "import")],
                notes: [TextPair("tool", "test")]), blockEvents: blockEvents)
        let who = writer.intern("tlsd")
        writer.addSnapshot(name: "initial", [UInt8](repeating: 3, count: 3_000))
        let random = KeyedRandom(seed: 1, purpose: 1)
        for number in 1...UInt64(blockEvents * blockCount) {
            let isFailure = number % 9 == 0
            // Numbers of few different bytes make frames.
            let noise = Int64(random.number(below: 7, entity: number, index: 0))
            writer.record(
                Event(
                    EventHeader(
                        sequence: number, timeNs: Int64(number) * 100 + noise,
                        kind: KindID(rawValue: isFailure ? 1 : 2), domain: 0, cpu: 0),
                    isFailure ? [noise, who] : [Int64(number) * 64, noise]))
        }
        writer.addLoss(LossRecord(kind: nil, beginNs: 5, endNs: 6, count: 1))
        _ = try writer.finish()
        return sink.bytes
    }
}

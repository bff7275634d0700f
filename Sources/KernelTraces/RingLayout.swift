/// Where things are in a sub-buffer of a ring buffer, by the kernel's own description.
public struct RingLayout: Sendable, Hashable {
    /// No kernel has larger sub-buffers.
    public static let subBufferBytesMax = 1 << 20

    /// Bytes of a sub-buffer, its header included.
    public var subBufferBytes: Int
    /// Where the number of an event stands in its record; see `EventFormats.typePlace`.
    public var typePlace = NumberPlace(offset: 0, size: 2, isSigned: false)

    let timeOffset: Int
    let usedOffset: Int
    let usedSize: Int
    let dataOffset: Int
    let header: EventHeaderLayout

    /// Reads the files `events/header_page` and `events/header_event`.
    ///
    /// - Parameter subBufferBytes: the size of a sub-buffer where it is not what `header_page`
    ///   says; it can be set for every instance.
    /// - Throws: `description`.
    public init(
        headerPage: [UInt8], headerEvent: [UInt8], subBufferBytes: Int? = nil
    ) throws(KernelTraceError) {
        let page = try Self.fields(headerPage)
        let time = try Self.field("timestamp", page)
        let used = try Self.field("commit", page)
        let data = try Self.field("data", page)
        guard time.size == 8, used.size == 4 || used.size == 8 else {
            throw .description(name: "header_page", line: 1, problem: .badField)
        }
        let bytes = subBufferBytes ?? (data.offset + data.size)
        guard time.offset + 8 <= data.offset, used.offset + used.size <= data.offset,
            data.offset + 8 <= bytes, bytes <= Self.subBufferBytesMax
        else { throw .description(name: "header_page", line: 1, problem: .badField) }
        self.subBufferBytes = bytes
        timeOffset = time.offset
        usedOffset = used.offset
        usedSize = used.size
        dataOffset = data.offset
        header = try EventHeaderLayout(headerEvent)
    }

    private static func fields(_ bytes: [UInt8]) throws(KernelTraceError) -> [RecordField] {
        guard bytes.count <= 1 << 16 else {
            throw .description(name: "header_page", line: 1, problem: .tooLong)
        }
        var fields: [RecordField] = []
        var lines = TextLines(bytes)
        while let line = lines.next().map(trimmed) {
            if line.isEmpty { continue }
            guard let field = FieldLine.read(line) else {
                throw .description(name: "header_page", line: lines.number, problem: .badField)
            }
            fields.append(field)
        }
        return fields
    }

    private static func field(
        _ name: String, _ fields: [RecordField]
    ) throws(KernelTraceError) -> RecordField {
        guard let field = fields.first(where: { $0.name == name }) else {
            throw .description(name: "header_page", line: 1, problem: .missingField(name))
        }
        return field
    }
}

/// The bits of the word in front of every event.
struct EventHeaderLayout: Sendable, Hashable {
    let typeBits: Int
    let deltaBits: Int
    let padding: UInt32
    let timeExtend: UInt32
    let timeStamp: UInt32
    /// The largest type that is a length in words of four bytes.
    let dataTypeMax: UInt32

    /// Reads `header_event`: sizes such as `type_len : 5 bits`, and the types that are no lengths.
    init(_ bytes: [UInt8]) throws(KernelTraceError) {
        guard bytes.count <= 1 << 16 else {
            throw .description(name: "header_event", line: 1, problem: .tooLong)
        }
        var numbers: [String: Int] = [:]
        var lines = TextLines(bytes)
        while let line = lines.next().map(trimmed) {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.firstIndex(of: 0x3D)
            else { continue }
            let name = string(trimmed(line[..<colon]))
            let digits = line[colon...].drop { !(0x30...0x39 ~= $0) }.prefix { 0x30...0x39 ~= $0 }
            numbers[name] = decimal(digits, atMost: 1 << 16)
        }
        func number(_ name: String, _ range: ClosedRange<Int>) throws(KernelTraceError) -> Int {
            guard let number = numbers[name] else {
                throw .description(name: "header_event", line: 1, problem: .missingField(name))
            }
            guard range ~= number else {
                throw .description(name: "header_event", line: 1, problem: .badField)
            }
            return number
        }
        typeBits = try number("type_len", 1...31)
        deltaBits = try number("time_delta", 1...31)
        _ = try number("array", 32...32)
        let types = 0...(1 << typeBits - 1)
        padding = UInt32(try number("padding", types))
        timeExtend = UInt32(try number("time_extend", types))
        // Kernels before 4.17 have no absolute time stamps and say so by leaving them out.
        let stamp = numbers["time_stamp"] == nil ? 31 : try number("time_stamp", types)
        timeStamp = UInt32(stamp)
        dataTypeMax = UInt32(try number("data max type_len", types))
        guard typeBits + deltaBits == 32 else {
            throw .description(name: "header_event", line: 1, problem: .badField)
        }
    }
}

public import TraceCore

/// Events that happened and could not be recorded.
public struct LossRecord: Hashable, Sendable {
    /// Length of the body in bytes.
    public static let bodyByteCount = 26

    /// Offsets of the body's fields in bytes, for the documentation's test.
    static let fieldOffsets = ["kind": 0, "begin": 2, "end": 10, "count": 18]

    /// The kind that was lost, or `nil` when only a number of events of any kind is known.
    public var kind: KindID?
    /// Start of the interval, in nanoseconds since the start of the trace.
    public var beginNs: Int64
    /// End of the interval, in nanoseconds since the start of the trace.
    public var endNs: Int64
    /// How many events were lost.
    public var count: UInt64

    /// Makes a record.
    public init(kind: KindID?, beginNs: Int64, endNs: Int64, count: UInt64) {
        self.kind = kind
        self.beginNs = beginNs
        self.endNs = endNs
        self.count = count
    }

    /// Appends the whole record.
    public func encode(to writer: inout ByteWriter) {
        let start = writer.beginRecord(.loss)
        writer.append(kind?.rawValue ?? 0)
        writer.append(beginNs)
        writer.append(endNs)
        writer.append(count)
        writer.endRecord(at: start)
    }

    /// Reads the body.
    ///
    /// - Throws: `FormatError`.
    public init(body: RecordBody) throws(FormatError) {
        var reader = body.reader()
        let raw = try reader.integer("kind", as: UInt16.self)
        kind = raw == 0 ? nil : KindID(rawValue: raw)
        beginNs = try reader.integer("begin")
        endNs = try reader.integer("end")
        count = try reader.integer("count")
        try reader.finish("loss")
        guard beginNs <= endNs else { throw .order(field: "loss", offset: body.offset) }
    }
}

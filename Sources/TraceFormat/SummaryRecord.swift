/// The record of a summary, stored as frames that follow it: the one record of a summary file.
public struct SummaryRecord: Equatable, Sendable {
    /// The version of the definitions of the metrics in it.
    public var version: UInt64
    /// The frames that hold it.
    public var frames: FrameTable

    /// Makes a record.
    public init(version: UInt64, frames: FrameTable) {
        self.version = version
        self.frames = frames
    }

    /// Appends the whole record; the frames come directly after it.
    public func encode(to writer: inout ByteWriter) {
        let start = writer.beginRecord(.summary, isSkippable: true)
        writer.appendVarint(version)
        frames.encode(to: &writer)
        writer.endRecord(at: start, dataBytes: frames.storedBytes)
    }

    /// Reads the body of a record whose head declares `dataBytes` of frames.
    ///
    /// - Complexity: O(chunks).
    /// - Throws: `FormatError` where lengths do not add up or exceed the limits.
    public init(body: RecordBody, dataBytes: Int64) throws(FormatError) {
        var reader = body.reader()
        version = try reader.varint("summary version")
        frames = try FrameTable(
            from: &reader, of: body, dataBytes: dataBytes, limit: FormatLimits.summaryBytes)
        try reader.finish("summary")
    }
}

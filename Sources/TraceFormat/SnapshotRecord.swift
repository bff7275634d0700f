/// The record of opaque bytes, such as an engine's state, stored as frames that follow it.
public struct SnapshotRecord: Equatable, Sendable {
    /// The snapshot's name; the state a replay starts from is called `initial`.
    public var name: String
    /// The frames that hold it.
    public var frames: FrameTable

    /// Makes a record.
    public init(name: String, frames: FrameTable) {
        self.name = name
        self.frames = frames
    }

    /// Appends the whole record; the frames come directly after it.
    public func encode(to writer: inout ByteWriter) {
        let start = writer.beginRecord(.snapshot)
        writer.appendText(name)
        frames.encode(to: &writer)
        writer.endRecord(at: start, dataBytes: frames.storedBytes)
    }

    /// Reads the body of a record whose head declares `dataBytes` of frames.
    ///
    /// - Complexity: O(chunks).
    /// - Throws: `FormatError` where lengths do not add up or exceed the limits.
    public init(body: RecordBody, dataBytes: Int64) throws(FormatError) {
        var reader = body.reader()
        name = try reader.text("snapshot name", limit: FormatLimits.nameBytes)
        frames = try FrameTable(
            from: &reader, of: body, dataBytes: dataBytes, limit: FormatLimits.snapshotBytes)
        try reader.finish("snapshot")
    }
}

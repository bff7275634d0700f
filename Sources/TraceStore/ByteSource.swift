/// Where a reader's bytes come from.
public protocol ByteSource: AnyObject {
    /// The file's path, for messages.
    var path: String { get }
    /// The length in bytes where reading can go back, `nil` for a stream.
    var length: Int64? { get }

    /// Reads bytes into `buffer[start..<start + count]`.
    ///
    /// A stream is read forwards: what lies between two calls is passed over, and a call for bytes
    /// that were passed is a programmer error.
    ///
    /// - Returns: How many bytes were read; fewer than `count` only at the end.
    /// - Complexity: O(count), and O(bytes passed over) for a stream.
    /// - Throws: `StoreError`.
    func read(
        at offset: Int64, into buffer: inout [UInt8], at start: Int, count: Int
    ) throws(StoreError) -> Int
}

/// Bytes in memory as a source.
public final class MemorySource: ByteSource {
    /// The name given for messages.
    public let path: String
    /// The number of bytes, `nil` for a stream.
    public let length: Int64?
    private let bytes: [UInt8]
    private let isStream: Bool
    private var position: Int64 = 0

    /// Makes a source of bytes.
    ///
    /// - Parameters:
    ///   - isStream: Whether to behave as a stream, which cannot go back.
    public init(_ bytes: [UInt8], path: String = "memory", isStream: Bool = false) {
        self.bytes = bytes
        self.path = path
        self.isStream = isStream
        length = isStream ? nil : Int64(bytes.count)
    }

    /// Reads bytes into a part of `buffer`; fewer than `count` only at the end.
    public func read(
        at offset: Int64, into buffer: inout [UInt8], at start: Int, count: Int
    ) throws(StoreError) -> Int {
        precondition(!isStream || offset >= position, "a stream is read forwards")
        let first = Int(min(offset, Int64(bytes.count)))
        let taken = min(count, bytes.count - first)
        buffer.replaceSubrange(start..<start + taken, with: bytes[first..<first + taken])
        position = offset + Int64(taken)
        return taken
    }
}

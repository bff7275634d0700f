import TraceStore

/// A foreign file that is read once, from front to back.
///
/// The caller says how much of what was read it has used; the rest stays for the next round.
struct ImportInput {
    private static let chunkBytes = 1 << 20

    /// What was read and not used, from `start` to `end`.
    private(set) var bytes: [UInt8]
    private(set) var start = 0
    private(set) var end = 0
    private(set) var isAtEnd = false
    /// The first bytes of the file.
    private(set) var beginning: [UInt8] = []

    private let source: any ByteSource
    private var offset: Int64 = 0

    init(_ source: any ByteSource) {
        self.source = source
        bytes = [UInt8](repeating: 0, count: Self.chunkBytes)
    }

    /// Marks everything before a position as used.
    mutating func use(upTo position: Int) { start = position }

    /// Reads more behind what is not used yet.
    mutating func fill() throws {
        let rest = end - start
        if start > 0 {
            bytes.replaceSubrange(0..<rest, with: bytes[start..<end])
            start = 0
            end = rest
        }
        // Grows by doubling, so that what begins a very long line is not looked at too often.
        if bytes.count - rest < bytes.count / 2 {
            bytes += [UInt8](repeating: 0, count: bytes.count)
        }
        let count = bytes.count - end
        let taken = try reporting {
            try source.read(at: offset, into: &bytes, at: end, count: count)
        }
        offset += Int64(taken)
        end += taken
        isAtEnd = taken < count
        if beginning.isEmpty { beginning = Array(bytes[start..<min(end, start + 16)]) }
    }
}

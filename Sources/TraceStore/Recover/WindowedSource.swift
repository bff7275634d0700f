import TraceFormat

/// A stream in which reading can go back a little, so that what follows damage can be looked for.
final class WindowedSource: ByteSource {
    /// How far reading can go back at least: a damaged block, and one that starts within it.
    static let windowBytes = 2 * FormatLimits.blockBytes + FormatLimits.recordBodyBytes
    private static let pieceBytes = 1 << 18
    /// The window is moved that many bytes at a time, to keep copies few.
    private static let slackBytes = 1 << 22

    let path: String
    var length: Int64? { nil }
    private let stream: any ByteSource
    private let windowBytes: Int
    private let slackBytes: Int
    // What was read last, and the offset of its first byte.
    private var kept: [UInt8] = []
    private var keptOffset: Int64 = 0
    private var piece: [UInt8]

    init(
        _ stream: any ByteSource, windowBytes: Int = windowBytes, slackBytes: Int = slackBytes
    ) {
        self.stream = stream
        self.windowBytes = windowBytes
        self.slackBytes = slackBytes
        path = stream.path
        piece = [UInt8](repeating: 0, count: Self.pieceBytes)
    }

    /// The first byte that can still be read.
    var earliestOffset: Int64 { keptOffset }
    private var keptEnd: Int64 { keptOffset + Int64(kept.count) }

    /// Reads bytes into a part of `buffer`; fewer than `count` at the end, and none before
    /// `earliestOffset`.
    func read(
        at offset: Int64, into buffer: inout [UInt8], at start: Int, count: Int
    ) throws(StoreError) -> Int {
        while keptEnd < offset + Int64(count), try readPiece(neededFrom: offset) {}
        guard offset >= keptOffset, offset < keptEnd else { return 0 }
        let first = Int(offset - keptOffset)
        let taken = min(count, kept.count - first)
        buffer.replaceSubrange(start..<start + taken, with: kept[first..<first + taken])
        return taken
    }

    private func readPiece(neededFrom offset: Int64) throws(StoreError) -> Bool {
        let taken = try stream.read(at: keptEnd, into: &piece, at: 0, count: piece.count)
        kept.append(contentsOf: piece[0..<taken])
        let excess = kept.count - windowBytes
        if excess > slackBytes {
            let unneeded = min(Int64(excess), max(0, offset - keptOffset))
            kept.removeFirst(Int(unneeded))
            keptOffset += unneeded
        }
        return taken > 0
    }
}

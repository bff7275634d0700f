public import TraceCore
import TraceFormat

/// Looks for whole records in bytes of which nothing is known.
struct RecordScan {
    /// What one look at bytes found.
    enum Found: Equatable {
        case record(RecordHead, offset: Int64)
        /// Nothing up to the end, which is there.
        case end(offset: Int64)
    }

    private static let pieceBytes = 1 << 18
    /// Work that a file may cause beyond what grows with its length.
    private static let freeWorkBytes: Int64 = 1 << 26
    /// Bytes summed for each byte looked at, at most: bytes made to look like records on purpose
    /// must not make a scan endless.
    private static let workFactor: Int64 = 16

    private var input: RecordInput
    /// Bytes that may still be summed in vain; it goes from scan to scan of a file.
    private(set) var workBytes: Int64

    init(_ source: any ByteSource, workBytes: Int64?) {
        input = RecordInput(source)
        self.workBytes = workBytes ?? Self.freeWorkBytes
    }

    /// The record at an offset, if it is whole and its checksum is right.
    ///
    /// Frames that follow it are not looked at.
    mutating func record(at offset: Int64) throws(StoreError) -> RecordHead? {
        input.move(to: offset)
        guard case .record(let head) = try input.readHead(),
            RecordType(rawValue: head.type) != nil, head.recordBytes <= workBytes
        else { return nil }
        workBytes -= head.recordBytes
        guard try input.load(Int(head.recordBytes)) == nil,
            (try? RecordBody(record: input.bytes, head: head, fileOffset: offset)) != nil
        else { return nil }
        // What proves right costs nothing: there are only so many of those.
        workBytes += head.recordBytes
        return head
    }

    /// The head and sections of the block at an offset, if those are whole and right.
    mutating func block(
        at offset: Int64, _ decoder: inout BlockDecoder
    ) throws(StoreError) -> (summary: BlockSummary, counts: [KindCount], extentBytes: Int64)? {
        input.move(to: offset)
        let head: RecordHead
        switch try input.readHead() {
        case .record(let found): head = found
        case .cut:
            // The block is cut off; its head may be there all the same.
            guard let found = input.headOfCutRecord() else { return nil }
            head = found
        case .end, .damaged: return nil
        }
        guard head.type == RecordType.block.rawValue,
            try input.load(BlockDecoder.prefixByteCount) == nil,
            let count = try? BlockDecoder.headByteCount(
                input.bytes, record: head, fileOffset: offset),
            try input.load(count) == nil,
            (try? decoder.begin(input.bytes, record: head, fileOffset: offset)) != nil
        else { return nil }
        let sections = decoder.sections(.control) + decoder.sections(.data)
        return (decoder.summary, KindCount.sums(sections), head.extentBytes)
    }

    /// The first whole record at or after an offset.
    mutating func nextRecord(from offset: Int64) throws(StoreError) -> Found {
        var piece = [UInt8](repeating: 0, count: Self.pieceBytes)
        var start = offset
        while true {
            let count = try input.read(at: start, into: &piece, at: 0, count: piece.count)
            workBytes += Int64(count) * Self.workFactor
            for position in Self.magicPositions(piece, count) {
                let candidate = start + Int64(position)
                if let head = try record(at: candidate) {
                    return .record(head, offset: candidate)
                }
            }
            guard count == piece.count else { return .end(offset: start + Int64(count)) }
            // A magic may lie across the border of two pieces.
            start += Int64(count - 3)
        }
    }

    private static func magicPositions(_ bytes: [UInt8], _ count: Int) -> [Int] {
        let magic = FormatVersion.frameMagic
        let first = UInt8(truncatingIfNeeded: magic)
        var positions: [Int] = []
        var position = 0
        while position + 4 <= count {
            if bytes[position] == first,
                bytes[position + 1] == UInt8(truncatingIfNeeded: magic >> 8),
                bytes[position + 2] == UInt8(truncatingIfNeeded: magic >> 16),
                bytes[position + 3] == UInt8(truncatingIfNeeded: magic >> 24)
            {
                positions.append(position)
            }
            position += 1
        }
        return positions
    }
}

/// How many events of a kind there are.
public struct KindCount: Equatable, Sendable {
    /// The kind.
    public var kind: KindID
    /// Its events.
    public var events: Int

    /// The events of sections by kind, ascending.
    static func sums(_ sections: [BlockSection]) -> [KindCount] {
        var sums: [KindCount] = []
        for section in sections.sorted(by: { $0.kind < $1.kind }) {
            if sums.last?.kind == section.kind {
                sums[sums.count - 1].events += section.eventCount
            } else {
                sums.append(KindCount(kind: section.kind, events: section.eventCount))
            }
        }
        return sums
    }
}

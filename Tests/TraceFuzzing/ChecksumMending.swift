import TraceCore
import TraceFormat
import TraceStore

/// Makes changed bytes pass their checksums again, so that what lies behind is reached.
///
/// Nothing here knows where in a block a checksum is stored: the reader says which one is wrong and
/// what it should be, and the wrong one is looked for in the record. So this holds for every
/// version of the format whose errors tell as much.
public enum ChecksumMending {
    /// Most checksums that are mended; one change rarely breaks more than three.
    private static let attemptsMax = 24

    /// Bytes whose first wrong checksums are right.
    ///
    /// - Parameters:
    ///   - alsoNumbers: Whether to put right numbers that must agree with others, too.
    /// - Complexity: O(bytes) for each that is mended.
    public static func mended(_ bytes: [UInt8], alsoNumbers: Bool = true) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<attemptsMax {
            guard let error = firstError(bytes) else { break }
            if case .mismatch = error, !alsoNumbers { break }
            guard mend(error, &bytes) else { break }
        }
        return bytes
    }

    private static func firstError(_ bytes: [UInt8]) -> FormatError? {
        do {
            let reader = try TraceReader(source: MemorySource(bytes), checksAll: true)
            while try reader.nextBlock() { _ = try reader.decode(.both) }
            if case .damaged(let error, _) = reader.completeness { return error }
            return reader.snapshotDamage?.error
        } catch StoreError.format(let error, _) {
            return error
        } catch {
            return nil
        }
    }

    private static func mend(_ error: FormatError, _ bytes: inout [UInt8]) -> Bool {
        switch error {
        case .checksum(field: "record", let offset, _, let computed):
            guard let record = RecordPlace(bytes, at: Int(offset)) else { return false }
            return put(UInt64(computed), width: 4, at: record.end - 4, &bytes)
        case .checksum(_, let offset, let stored, let computed):
            return replace(
                UInt64(stored), with: UInt64(computed), width: 4, near: offset, &bytes)
        case .mismatch(_, let offset, let found, let expected):
            return replace(found, with: expected, width: 8, near: offset, &bytes)
                || replace(found, with: expected, width: 4, near: offset, &bytes)
        default:
            return false
        }
    }

    /// Replaces the first place of a number in the record around an offset.
    private static func replace(
        _ number: UInt64, with other: UInt64, width: Int, near offset: Int64,
        _ bytes: inout [UInt8]
    ) -> Bool {
        guard width == 8 || max(number, other) <= UInt64(UInt32.max),
            let record = RecordPlace.all(bytes).first(where: { $0.extent.contains(Int(offset)) })
        else { return false }
        let wanted = little(number, width)
        for start in record.bodyStart..<max(record.end - width, record.bodyStart)
        where bytes[start..<start + width].elementsEqual(wanted) {
            return put(other, width: width, at: start, &bytes)
        }
        return false
    }

    private static func put(
        _ number: UInt64, width: Int, at start: Int, _ bytes: inout [UInt8]
    ) -> Bool {
        guard start >= 0, start + width <= bytes.count else { return false }
        bytes.replaceSubrange(start..<start + width, with: little(number, width))
        return true
    }

    static func little(_ number: UInt64, _ width: Int) -> [UInt8] {
        (0..<width).map { UInt8(truncatingIfNeeded: number >> UInt64(8 * $0)) }
    }
}

public import PhysicalMemory

/// The initial state as bytes: a version, then each array as its length and its elements, all as
/// LEB128 varints; elements are zigzag differences to the one before, which makes neighbours cheap.
extension MemorySnapshot {
    private static let codingVersion: UInt8 = 1

    /// The snapshot as bytes.
    ///
    /// - Complexity: O(elements).
    public func encoded() -> [UInt8] {
        var bytes = [Self.codingVersion]
        for array in [segments, thresholds, counters, globals] { Self.append(array, to: &bytes) }
        Self.append(pageRuns.map { Int(bitPattern: UInt(truncatingIfNeeded: $0)) }, to: &bytes)
        for array in [freeLists, reservations, queues] { Self.append(array, to: &bytes) }
        return bytes
    }

    /// Reads a snapshot back.
    ///
    /// - Throws: `SnapshotCodingError` at the first byte that does not fit.
    public init(encoded bytes: [UInt8]) throws(SnapshotCodingError) {
        self.init()
        guard let version = bytes.first else { throw .truncated(offset: 0) }
        guard version == Self.codingVersion else { throw .unknownVersion(version) }
        var offset = 1
        segments = try Self.array(bytes, &offset)
        thresholds = try Self.array(bytes, &offset)
        counters = try Self.array(bytes, &offset)
        globals = try Self.array(bytes, &offset)
        pageRuns = try Self.array(bytes, &offset).map { UInt64(UInt(bitPattern: $0)) }
        freeLists = try Self.array(bytes, &offset)
        reservations = try Self.array(bytes, &offset)
        queues = try Self.array(bytes, &offset)
        guard offset == bytes.count else { throw .trailingBytes(offset: offset) }
    }

    private static func append(_ array: [Int], to bytes: inout [UInt8]) {
        appendVarint(UInt64(array.count), to: &bytes)
        var previous = 0
        for element in array {
            let difference = Int64(element &- previous)
            appendVarint(UInt64(bitPattern: difference << 1 ^ difference >> 63), to: &bytes)
            previous = element
        }
    }

    private static func appendVarint(_ value: UInt64, to bytes: inout [UInt8]) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private static func array(
        _ bytes: [UInt8], _ offset: inout Int
    ) throws(SnapshotCodingError) -> [Int] {
        let count = try varint(bytes, &offset)
        // Every element takes a byte at least, so a count beyond the bytes left is damage.
        guard count <= UInt64(bytes.count - offset) else { throw .truncated(offset: offset) }
        var array: [Int] = []
        array.reserveCapacity(Int(count))
        var previous = 0
        for _ in 0..<Int(count) {
            let zigzag = try varint(bytes, &offset)
            previous &+= Int(Int64(bitPattern: zigzag >> 1) ^ -Int64(bitPattern: zigzag & 1))
            array.append(previous)
        }
        return array
    }

    private static func varint(
        _ bytes: [UInt8], _ offset: inout Int
    ) throws(SnapshotCodingError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while offset < bytes.count {
            let byte = bytes[offset]
            offset += 1
            guard shift < 63 || byte <= 1 else { throw .tooLarge(offset: offset - 1) }
            value |= UInt64(byte & 0x7f) << shift
            if byte & 0x80 == 0 { return value }
            shift += 7
        }
        throw .truncated(offset: offset)
    }
}

/// Why bytes are not a snapshot.
public enum SnapshotCodingError: Error, Equatable, Sendable {
    /// A version this build does not know.
    case unknownVersion(UInt8)
    /// The bytes end early, or an array claims more elements than there are bytes.
    case truncated(offset: Int)
    /// A number does not fit 64 bits.
    case tooLarge(offset: Int)
    /// Bytes follow after the last array.
    case trailingBytes(offset: Int)
}

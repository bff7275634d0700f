import TraceCore

/// Writes the fields of a row one after the other, each with as few bytes as it needs, and before
/// them how many each takes.
///
/// A field is stored with all eight bytes, and the next one overwrites those that it does not need:
/// there is nothing to guess for the processor.
struct RowFields {
    /// Fields before the values.
    static let headFields = 4
    /// Most values of a row.
    static let valuesMax = 64
    /// Values whose lengths are in the row's first word.
    private static let firstValues = (64 - 16) / 4 - headFields
    /// Bytes of a row at most, with what the last store writes beyond it.
    static let rowBytesMax = headBytes(values: valuesMax) + (headFields + valuesMax + 1) * 8

    /// Where the next field goes.
    private(set) var next: Int
    /// Where the lengths being collected go, the lengths, and where the next one's bits are.
    private var lengthsPlace: Int
    private var lengths: UInt64
    private var shift: UInt64 = 16

    /// Starts a row.
    ///
    /// - Parameter row: Has `rowBytesMax` bytes from `start` on.
    @inline(__always)
    init(in row: borrowing MutableSpan<UInt8>, at start: Int, kind: UInt16, values: Int) {
        precondition(
            start >= 0 && start <= row.count - Self.rowBytesMax && values <= Self.valuesMax,
            "a row has room")
        lengthsPlace = start
        lengths = UInt64(kind)
        next = start &+ Self.headBytes(values: values)
    }

    /// Bytes of the kind and of the lengths of all fields, in whole words.
    @inline(__always)
    private static func headBytes(values: Int) -> Int {
        (16 + 4 * (headFields + values) + 63) / 64 * 8
    }

    /// Writes one of the fields before the values.
    @inline(__always)
    mutating func append(_ bits: UInt64, to row: inout MutableSpan<UInt8>) {
        Self.store(bits, at: next, in: &row)
        let length = (71 &- bits.leadingZeroBitCount) &>> 3
        next &+= length
        lengths |= UInt64(truncatingIfNeeded: length) &<< shift
        shift &+= 4
    }

    /// Passes over some of the fields before the values, which are 0.
    @inline(__always)
    mutating func skip(_ count: UInt64) { shift &+= 4 &* count }

    /// Writes the values and completes the row.
    ///
    /// - Parameter bits: What to write for the value with a number.
    @inline(__always)
    mutating func finish(
        values count: Int, to row: inout MutableSpan<UInt8>, _ bits: (Int) -> UInt64
    ) {
        for index in 0..<min(count, Self.firstValues) { append(bits(index), to: &row) }
        var index = Self.firstValues
        while index < count {
            if shift == 64 {
                Self.store(lengths, at: lengthsPlace, in: &row)
                lengthsPlace &+= 8
                lengths = 0
                shift = 0
            }
            append(bits(index), to: &row)
            index &+= 1
        }
        Self.store(lengths, at: lengthsPlace, in: &row)
    }

    /// Domain and CPU as one number, the low bits of both in its low half: the usual ones take two
    /// bytes together.
    @inline(__always)
    static func place(_ domain: Int32, _ cpu: Int32) -> UInt64 {
        let domain = Zigzag.encode(Int64(domain))
        let cpu = Zigzag.encode(Int64(cpu))
        return domain & 0xFF | (cpu & 0xFF_FFFF) << 8 | (domain >> 8) << 32 | (cpu >> 24) << 56
    }

    @inline(__always)
    private static func store(_ word: UInt64, at place: Int, in row: inout MutableSpan<UInt8>) {
        // Any bytes are valid bytes. `init` checks that the longest row has room, and a row takes
        // no more fields than it was made for.
        var bytes = unsafe row.mutableBytes
        unsafe bytes.storeBytes(
            of: word.littleEndian, toUncheckedByteOffset: place, as: UInt64.self)
    }
}

/// A task name packed into 16 bytes, so that names can be compared without a string.
///
/// The kernel keeps at most 15 bytes; longer input is cut.
struct TaskName: Hashable {
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    static let capacity = 16

    init() {}

    private init(low: UInt64, high: UInt64) { (self.low, self.high) = (low, high) }

    /// Packs the bytes of a line between two positions, surrounding blanks removed.
    init(_ line: Span<UInt8>, _ range: Range<Int>) {
        var start = range.lowerBound
        var end = range.upperBound
        while start < end, line[start] == Ascii.space { start += 1 }
        while end > start, line[end - 1] == Ascii.space { end -= 1 }
        for offset in 0..<min(end - start, Self.capacity) { set(offset, line[start + offset]) }
    }

    /// Packs the bytes up to a zero byte.
    init(zeroEnded bytes: Span<UInt8>, _ range: Range<Int>) {
        for offset in 0..<min(range.count, Self.capacity) {
            let byte = bytes[range.lowerBound + offset]
            if byte == 0 { break }
            set(offset, byte)
        }
    }

    /// Packs a string.
    init(_ text: String) {
        for (offset, byte) in text.utf8.prefix(Self.capacity).enumerated() { set(offset, byte) }
    }

    private mutating func set(_ offset: Int, _ byte: UInt8) {
        if offset < 8 {
            low |= UInt64(byte) << UInt64(offset * 8)
        } else {
            high |= UInt64(byte) << UInt64(offset * 8 - 64)
        }
    }

    private subscript(_ offset: Int) -> UInt8 {
        let word = offset < 8 ? low >> UInt64(offset * 8) : high >> UInt64(offset * 8 - 64)
        return UInt8(truncatingIfNeeded: word)
    }

    /// The first byte, 0 for the empty name.
    var firstByte: UInt8 { UInt8(truncatingIfNeeded: low) }

    var isEmpty: Bool { low == 0 && high == 0 }

    var count: Int {
        var count = 0
        while count < Self.capacity, self[count] != 0 { count += 1 }
        return count
    }

    func hasPrefix(_ prefix: TaskName) -> Bool {
        (low ^ prefix.low) & Self.mask(prefix.low) == 0
            && (high ^ prefix.high) & Self.mask(prefix.high) == 0
    }

    /// All bits of the bytes in use; names are packed without gaps.
    private static func mask(_ word: UInt64) -> UInt64 {
        let unusedBits = UInt64(word.leadingZeroBitCount / 8 * 8)
        return unusedBits == 64 ? 0 : UInt64.max >> unusedBits
    }

    /// The number after a prefix of this length, or `nil` when something else follows.
    func number(afterPrefix length: Int) -> Int32? {
        let end = count
        guard length < end, end - length <= 6 else { return nil }
        var value: Int32 = 0
        for offset in length..<end {
            guard let digit = Ascii.digit(self[offset]) else { return nil }
            value = value * 10 + Int32(digit)
        }
        return value
    }

    var text: String {
        String(decoding: (0..<count).map { self[$0] }, as: UTF8.self)
    }

    /// What the kernel prints for the task that runs when no other does.
    static let idle = TaskName("<idle>")

    /// What the kernel prints when it no longer knows the name of a task.
    ///
    /// Packed by hand, because it is compared with at every event.
    static var forgotten: TaskName { TaskName(low: 0x3E_2E2E_2E3C, high: 0) }
}

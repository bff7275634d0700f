/// Byte strings numbered in the order of their first use, looked up without making a string.
package struct ByteTable {
    private var bytes: [UInt8] = []
    /// Where each entry ends in `bytes`; it starts where the one before ends.
    private var ends: [Int] = []
    /// Open addressing with linear probing: entry number + 1, 0 where free; a power of two long.
    private var slots: [Int32]
    private let capacity: Int

    /// Makes a table that takes at most `capacity` entries.
    package init(capacity: Int) {
        precondition(capacity > 0 && capacity <= 1 << 24, "a table holds 1 to 2^24 entries")
        self.capacity = capacity
        slots = [Int32](repeating: 0, count: 64)
    }

    package var count: Int { ends.count }

    /// The number of a byte string, or `nil` when it is new and the table is full.
    ///
    /// - Complexity: O(length) on average.
    package mutating func number(_ line: Span<UInt8>, _ range: Range<Int>) -> Int? {
        var slot = Self.hash(line, range) & (slots.count - 1)
        while slots[slot] != 0 {
            let entry = Int(slots[slot]) - 1
            if isEntry(entry, equalTo: line, range) { return entry }
            slot = (slot + 1) & (slots.count - 1)
        }
        guard ends.count < capacity else { return nil }
        for index in range { bytes.append(line[index]) }
        ends.append(bytes.count)
        slots[slot] = Int32(ends.count)
        if ends.count * 2 > slots.count { grow() }
        return ends.count - 1
    }

    /// An entry as text.
    package func text(_ entry: Int) -> String {
        String(decoding: bytes[place(entry)], as: UTF8.self)
    }

    private func place(_ entry: Int) -> Range<Int> {
        (entry == 0 ? 0 : ends[entry - 1])..<ends[entry]
    }

    private func isEntry(_ entry: Int, equalTo line: Span<UInt8>, _ range: Range<Int>) -> Bool {
        let place = place(entry)
        guard place.count == range.count else { return false }
        for offset in 0..<range.count
        where bytes[place.lowerBound + offset] != line[range.lowerBound + offset] {
            return false
        }
        return true
    }

    /// FNV-1a, folded so that the low bits depend on all of it.
    private static func hash(_ line: Span<UInt8>, _ range: Range<Int>) -> Int {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in range { hash = (hash ^ UInt64(line[index])) &* 0x100_0000_01B3 }
        return Int(truncatingIfNeeded: hash ^ (hash >> 32))
    }

    private mutating func grow() {
        var larger = [Int32](repeating: 0, count: slots.count * 2)
        for entry in ends.indices {
            var slot = Self.hash(bytes.span, place(entry)) & (larger.count - 1)
            while larger[slot] != 0 { slot = (slot + 1) & (larger.count - 1) }
            larger[slot] = Int32(entry + 1)
        }
        slots = larger
    }
}

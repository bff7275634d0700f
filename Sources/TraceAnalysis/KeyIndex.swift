/// Numbers keys in the order of their first appearance: an open-addressing hash table whose
/// layout never reaches an output.
struct KeyIndex {
    /// The keys by their number.
    private(set) var keys: [Int64] = []
    /// The most keys it holds.
    let limit: Int
    private var slots: [Int32]
    /// The numbers of the smallest keys, -1 for those that are not there: domains, CPUs and often
    /// threads have small ones.
    private var small = [Int32](repeating: -1, count: 64)
    private var lastKey: Int64 = 0
    private var lastIndex = -1

    /// Makes an empty index for at most `limit` keys.
    init(limit: Int = 65_536) {
        self.limit = limit
        slots = [Int32](repeating: -1, count: 16)
    }

    /// The number of a key, added when it is new; `nil` when it is new and the index is full.
    ///
    /// - Complexity: O(1) amortized.
    @inline(__always)
    mutating func index(of key: Int64) -> Int? {
        if let known = small(key) { return known }
        // Events of one thread tend to follow one another.
        if key == lastKey, lastIndex >= 0 { return lastIndex }
        return search(key)
    }

    @inline(__always)
    private func small(_ key: Int64) -> Int? {
        guard key >= 0, key < Int64(small.count) else { return nil }
        let known = Int(small[Int(key)])
        return known >= 0 ? known : nil
    }

    @inline(never)
    private mutating func search(_ key: Int64) -> Int? {
        var slot = Self.hash(key) & (slots.count - 1)
        while slots[slot] >= 0 {
            let index = Int(slots[slot])
            if keys[index] == key {
                lastKey = key
                lastIndex = index
                return index
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        guard keys.count < limit else { return nil }
        slots[slot] = Int32(keys.count)
        if key >= 0, key < Int64(small.count) { small[Int(key)] = Int32(keys.count) }
        keys.append(key)
        lastKey = key
        lastIndex = keys.count - 1
        if keys.count * 2 > slots.count { grow() }
        return keys.count - 1
    }

    /// The number of a key, or `nil` when it is not there.
    ///
    /// - Complexity: O(1) on average.
    @inline(__always)
    func existing(_ key: Int64) -> Int? { small(key) ?? found(key) }

    private func found(_ key: Int64) -> Int? {
        var slot = Self.hash(key) & (slots.count - 1)
        while slots[slot] >= 0 {
            let index = Int(slots[slot])
            if keys[index] == key { return index }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    private mutating func grow() {
        slots = [Int32](repeating: -1, count: slots.count * 2)
        for (index, key) in keys.enumerated() {
            var slot = Self.hash(key) & (slots.count - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(index)
        }
    }

    private static func hash(_ key: Int64) -> Int {
        var bits = UInt64(bitPattern: key) &* 0x9E37_79B9_7F4A_7C15
        bits ^= bits >> 32
        return Int(truncatingIfNeeded: bits)
    }
}

/// Counts per key, bounded: keys beyond the limit share one count.
struct KeyCounts {
    private(set) var index: KeyIndex
    private(set) var counts: [UInt64] = []
    private(set) var otherCount: UInt64 = 0

    init(limit: Int = 65_536) { index = KeyIndex(limit: limit) }

    /// Counts a key and returns its position, `nil` for one beyond the limit.
    @inline(__always)
    @discardableResult
    mutating func add(_ key: Int64) -> Int? {
        guard let position = index.index(of: key) else {
            otherCount += 1
            return nil
        }
        if position == counts.count { counts.append(0) }
        counts[position] += 1
        return position
    }

    /// Counts a key some times.
    mutating func add(_ key: Int64, times: UInt64) {
        guard times > 0, let position = add(key) else {
            otherCount += times == 0 ? 0 : times - 1
            return
        }
        counts[position] += times - 1
    }

    /// Counts the key with a position some times.
    @inline(__always)
    mutating func add(at position: Int, times: UInt64) { counts[position] += times }

    /// The keys with their counts, ascending by key.
    ///
    /// - Complexity: O(n log n).
    var ascending: [NumberCount] { marginal { $0 } }

    /// The counts added up by a part of the key, ascending by that part.
    ///
    /// - Complexity: O(n log n).
    func marginal(_ part: (Int64) -> Int64) -> [NumberCount] {
        var result: [NumberCount] = []
        let parts = zip(index.keys, counts).map { NumberCount(number: part($0), count: $1) }
        for entry in parts.sorted(by: { $0.number < $1.number }) {
            if result.last?.number == entry.number {
                result[result.count - 1].count += entry.count
            } else {
                result.append(entry)
            }
        }
        return result
    }

    /// The counts of texts, most frequent first.
    ///
    /// - Complexity: O(n log n).
    func named(_ text: (TextKey) -> String) -> [NamedCount] {
        zip(index.keys, counts)
            .map { NamedCount(name: text(TextKey(raw: $0)), count: $1) }
            .sorted(by: NamedCount.isBefore)
    }
}

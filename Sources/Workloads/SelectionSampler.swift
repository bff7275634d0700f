import TraceCore

/// Draws exactly `wanted` out of a known number of candidates that pass one by one, each subset
/// with equal chance (Knuth, The Art of Computer Programming, 3.4.2, algorithm S).
struct SelectionSampler {
    private let random: KeyedRandom
    private let entity: UInt64
    private var candidates: Int
    private var wanted: Int

    /// - Parameter wanted: at most `candidates` are drawn.
    init(_ random: KeyedRandom, entity: Int, candidates: Int, wanted: Int) {
        self.random = random
        self.entity = UInt64(entity)
        self.candidates = candidates
        self.wanted = min(wanted, candidates)
    }

    /// Whether the next candidate, whose number is `index`, is drawn.
    @inline(__always)
    mutating func takes(_ index: Int) -> Bool {
        if wanted == 0 { return false }
        let position = random.number(
            below: UInt64(candidates), entity: entity, index: UInt64(index))
        candidates -= 1
        guard position < UInt64(wanted) else { return false }
        wanted -= 1
        return true
    }
}

extension KeyedRandom {
    /// Puts an array into a random order.
    ///
    /// - Complexity: O(elements).
    func shuffle<Element>(_ array: inout [Element], entity: Int) {
        for last in stride(from: array.count - 1, to: 0, by: -1) {
            let other = number(
                below: UInt64(last + 1), entity: UInt64(entity), index: UInt64(last))
            array.swapAt(last, Int(other))
        }
    }
}

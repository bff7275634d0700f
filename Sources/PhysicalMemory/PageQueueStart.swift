/// The order in which page queues start.
extension PhysicalMemory {
    /// Puts every idle object page on a queue; from now on queues follow what happens to pages.
    ///
    /// The order is a rule, not a history. One page of each superpage of the domain in turn, 512
    /// times; which page of a superpage comes in which turn is mixed, differently for each
    /// superpage, so that pages next to each other in the queue are far apart in memory, and pages
    /// evicted together leave no contiguous holes. About every fourth page starts on the active
    /// queue, the others on the inactive one. Anonymous memory starts dirty.
    ///
    /// Does nothing where there are queues already.
    /// - Complexity: O(pages).
    public mutating func startPageQueues() {
        guard !hasPageQueues else { return }
        hasPageQueues = true
        pageQueues = Array(repeating: PageQueueEnds(), count: 3 * domains.count)
        for turn in 0..<MemoryGeometry.reservationPages {
            for segment in layout {
                for superpage in (segment.start >> 9)...((segment.end - 1) >> 9) {
                    startQueueing(turn, superpage, segment)
                }
            }
        }
    }

    @inline(__always)
    private mutating func startQueueing(
        _ turn: Int, _ superpage: Int, _ segment: SegmentLayout
    ) {
        let mix = DigestMix.finish(
            UInt64(truncatingIfNeeded: superpage + 1) &* 0x9e37_79b9_7f4a_7c15)
        let page = superpage << 9 | Self.place(inTurn: turn, mix)
        guard page >= segment.start && page < segment.end else { return }
        let index = page + segment.delta
        let word = words[index]
        guard word.kind.isQueued else { return }
        let isActive = mix >> UInt64(20 + turn & 31) & 3 == 0
        let queue = isActive ? PageQueue.active : .inactive
        linkPage(index, to: pageQueueNumber(queue, segment.domain))
        setWord(
            index,
            word.with(queueIndex: Int(queue.rawValue)).with(dirty: word.kind == .anonymous))
    }
    /// Each step maps 0...511 onto itself, so every place of a superpage has one turn.
    @inline(__always)
    private static func place(inTurn turn: Int, _ mix: UInt64) -> Int {
        var place = turn ^ Int(mix & 511)
        place = place * Int(mix >> 9 & 511 | 1) & 511
        place ^= place >> 5
        place = place * Int(mix >> 18 & 511 | 1) & 511
        return place ^ place >> 4
    }
}

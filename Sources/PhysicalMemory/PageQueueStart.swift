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
        for segment in layout { startQueues(of: segment) }
        for number in pageQueues.indices {
            linkDigest = linkDigest &+ pageQueueLink(number, pageQueues[number].tail, noIndex)
        }
    }

    /// Walks the segment once from its first page to its last. Each turn gathers its pages in a
    /// chain of its own, whose end lies in the superpage before, and the chains are joined then.
    private mutating func startQueues(of segment: SegmentLayout) {
        let turns = MemoryGeometry.reservationPages
        var chains = [PageQueueEnds](repeating: PageQueueEnds(), count: 2 * turns)
        for superpage in (segment.start >> 9)...((segment.end - 1) >> 9) {
            let mix = DigestMix.finish(
                UInt64(truncatingIfNeeded: superpage + 1) &* 0x9e37_79b9_7f4a_7c15)
            for turn in 0..<turns {
                let page = superpage << 9 | Self.place(inTurn: turn, mix)
                guard page >= segment.start && page < segment.end else { continue }
                let index = page + segment.delta
                let word = words[index]
                guard word.kind.isQueued else { continue }
                let isActive = mix >> UInt64(20 + turn & 31) & 3 == 0
                let queue = isActive ? PageQueue.active : .inactive
                chain(
                    index, to: &chains[2 * turn + (isActive ? 1 : 0)],
                    pageQueueNumber(queue, segment.domain))
                setWord(
                    index,
                    word.with(queueIndex: Int(queue.rawValue))
                        .with(dirty: word.kind == .anonymous))
            }
        }
        for turn in 0..<turns {
            append(chains[2 * turn], to: pageQueueNumber(.inactive, segment.domain))
            append(chains[2 * turn + 1], to: pageQueueNumber(.active, segment.domain))
        }
    }

    @inline(__always)
    private mutating func chain(
        _ index: Int, to chain: inout PageQueueEnds, _ number: Int
    ) {
        let page = UInt32(truncatingIfNeeded: index)
        if chain.tail == noIndex {
            chain.head = page
        } else {
            links[Int(chain.tail)].next = page
            links[index].previous = chain.tail
            linkDigest = linkDigest &+ pageQueueLink(number, chain.tail, page)
        }
        chain.tail = page
        chain.count += 1
    }

    /// Puts a whole chain at the tail of a queue.
    private mutating func append(_ chain: PageQueueEnds, to number: Int) {
        if chain.count == 0 { return }
        let last = pageQueues[number].tail
        linkDigest = linkDigest &+ pageQueueLink(number, last, chain.head)
        if last == noIndex {
            pageQueues[number].head = chain.head
        } else {
            links[Int(last)].next = chain.head
            links[Int(chain.head)].previous = last
        }
        pageQueues[number].tail = chain.tail
        pageQueues[number].count += chain.count
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

/// One number for the whole state, kept up to date with every change.
extension PhysicalMemory {
    /// Digest of the state: every page (kind, pool, block order, owner, reservation), the
    /// exact order of every free list, reservation queue and page queue, reservations and
    /// counters.
    ///
    /// Equal states have equal digests, however they came about.
    /// - Complexity: O(domains); each change of a page or a list costs O(1).
    public var stateDigest: UInt64 {
        pageDigest &+ linkDigest &+ reservationDigest &+ counterDigest
    }

    /// The same number, computed from scratch.
    ///
    /// - Complexity: O(pages).
    public func recomputedStateDigest() -> UInt64 {
        pageDigestSum() &+ linkDigestSum() &+ reservationDigestSum() &+ counterDigest
    }

    private var counterDigest: UInt64 {
        var state = DigestMix.fold(0x636f_756e, Int(ticks))
        state = DigestMix.fold(state, domainIterator)
        state = DigestMix.fold(state, minWaiters)
        state = DigestMix.fold(state, severeWaiters)
        for domain in domains {
            state = DigestMix.fold(state, domain.freeCount)
            state = DigestMix.fold(state, domain.pageoutDeficit)
            state = DigestMix.fold(state, domain.flagBits)
        }
        return state
    }

    func pageDigestSum() -> UInt64 {
        var sum: UInt64 = 0
        for index in words.indices {
            sum =
                sum &+ DigestMix.word(index, words[index])
                &+ DigestMix.owner(index, links[index].owner)
        }
        return sum
    }

    func linkDigestSum() -> UInt64 {
        var sum: UInt64 = 0
        for list in listHeads.indices {
            var before = noIndex
            var block = listHeads[list]
            if block == noIndex { continue }
            while block != noIndex {
                sum = sum &+ DigestMix.link(list, before, block)
                before = block
                block = links[Int(block)].next
            }
            sum = sum &+ DigestMix.link(list, before, noIndex)
        }
        for domain in queueHeads.indices {
            var before: Int32 = -1
            var slot = queueHeads[domain]
            while slot >= 0 {
                sum = sum &+ queueLink(domain, before, slot)
                before = slot
                slot = reservations[Int(slot)].next
            }
            sum = sum &+ queueLink(domain, before, -1)
        }
        return sum &+ pageQueueDigestSum()
    }

    func reservationDigestSum() -> UInt64 {
        var sum: UInt64 = 0
        for slot in reservations.indices { sum = sum &+ reservations[slot].digest(slot) }
        return sum
    }
}

extension MemoryDomain {
    /// Membership in the sets and the waiting page daemon, one bit each.
    var flagBits: Int {
        (isInMinSet ? 1 : 0) | (isInSevereSet ? 2 : 0) | (isPageDaemonWaiting ? 4 : 0)
    }
}

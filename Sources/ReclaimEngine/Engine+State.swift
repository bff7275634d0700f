import PhysicalMemory

/// The state as a whole: its digest, and what must always hold (engine specification 9).
extension Engine {
    /// A number that changes with every page's state, every free list's order and everything else
    /// that later events depend on.
    ///
    /// - Complexity: O(CPUs + domains + pages cached by CPUs); what covers pages, lists and
    ///   buffers is kept up to date with each change.
    public var stateDigest: UInt64 {
        var sum = StateHash()
        sum.add(memory.stateDigest)
        sum.add(dispatcher.digest)
        sum.add(zone.digest)
        for worker in workers {
            sum.add(UInt64(bitPattern: Int64(worker.lastFailTicks)))
            sum.add(UInt64(worker.blocked.count))
            for number in worker.blocked { sum.add(UInt64(bitPattern: records[number].handle)) }
            sum.add(UInt64(worker.anonymousBehind))
        }
        for waiter in waiters {
            switch waiter {
            case .thread(let domain): sum.add(UInt64(domain) << 1)
            case .worker(let cpu): sum.add(UInt64(cpu) << 1 | 1)
            }
        }
        policy.forEachValue { sum.add(UInt64(bitPattern: $0)) }
        for thread in threads {
            sum.add(thread.running ? 1 : 0)
            sum.add(thread.state.digest)
            sum.add(UInt64(thread.lastCpu))
            sum.add(UInt64(bitPattern: thread.onCpuSinceNs))
            sum.add(UInt64(bitPattern: thread.wakeups))
            sum.add(UInt64(bitPattern: thread.counter))
            sum.add(UInt64(thread.heldBuffers))
            sum.add(UInt64(bitPattern: thread.failuresSeen))
            sum.add(UInt64(bitPattern: thread.quietUntilNs))
            sum.add(thread.program.digest)
        }
        sum.add(UInt64(records.count))
        sum.add(records.digest)
        for daemon in pageDaemons {
            daemon.forEachNumber { sum.add(UInt64(truncatingIfNeeded: $0)) }
        }
        pageCache.forEachPage { page, _ in sum.add(UInt64(truncatingIfNeeded: page)) }
        return sum.value
    }

    /// Everything that is wrong with the state; empty when nothing is.
    ///
    /// - Complexity: O(pages).
    public func invariantViolations() -> [String] {
        var found = memory.checkInvariants()
        let held = threads.reduce(0) { $0 + $1.heldBuffers }
        found += zone.invariantViolations(inUse: Int(inUse.reduce(0, +)) + held) { page in
            memory.domain(of: page)
        }
        found += pageCacheViolations()
        for (slot, page) in contents.pages.enumerated() where page >= 0 {
            if memory.owner(of: Int(page)) != Int32(slot) {
                found.append("slot \(slot) names page \(page), which is not its own")
            }
        }
        for domain in threads.indices where spinsInVain(domain) {
            found.append("the thread of domain \(domain) spins although it need not (16)")
        }
        return found
    }

    /// Does a thread spin, with no end of it in sight, although an attempt would not fail?
    ///
    /// - Complexity: O(queued reservations), times 512 for those without room.
    private func spinsInVain(_ domain: Int) -> Bool {
        guard case .spinning = threads[domain].state, !threads[domain].spinEndsSoon else {
            return false
        }
        return memory.domains[domain].contiguousBlocks > 0 || memory.waitNeeded(domain)
            || memory.hasReservationWithRoom(domain)
    }
}

/// A running 64-bit hash of words (FNV-1a over 64-bit words, finished by a multiply-xor mix).
private struct StateHash {
    private var state: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func add(_ word: UInt64) {
        state = (state ^ word) &* 0x100_0000_01b3
        state ^= state >> 29
    }

    var value: UInt64 { state }
}

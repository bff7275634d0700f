/// A full recount that shares no bookkeeping with the operations
/// (engine specification 9, invariants 1, 2, 3, 6 and 14).
extension PhysicalMemory {
    /// Describes every broken invariant; empty if the state is sound.
    ///
    /// - Parameter allowsUnmergedBuddies: accept two free buddies of equal order, which
    ///   ``freeContiguous(_:count:)`` may leave behind.
    /// - Complexity: O(pages). For tests.
    public func checkInvariants(allowsUnmergedBuddies: Bool = false) -> [String] {
        var faults: [String] = []
        var owner = [UInt8](repeating: 0, count: words.count)
        checkLists(&owner, &faults, allowsUnmergedBuddies)
        checkPages(owner, &faults)
        checkReservations(&faults)
        checkPageQueues(&faults)
        checkCounts(&faults)
        if stateDigest != recomputedStateDigest() { faults.append("digest differs") }
        return faults
    }

    private func checkLists(
        _ owner: inout [UInt8], _ faults: inout [String], _ allowsUnmerged: Bool
    ) {
        for domain in domains.indices {
            var byOrder = [Int](repeating: 0, count: MemoryGeometry.orderCount)
            for pool in 0..<MemoryGeometry.poolCount {
                for order in 0...MemoryGeometry.orderMax {
                    let list = listID(domain, pool, order)
                    let otherPools = byOrder[order]
                    var before = noIndex
                    var block = listHeads[list]
                    while block != noIndex {
                        let head = Int(block)
                        checkBlock(head, domain, pool, order, &owner, &faults, allowsUnmerged)
                        if links[head].previous != before { faults.append("back link of \(head)") }
                        byOrder[order] += 1
                        before = block
                        block = links[head].next
                        if byOrder[order] > words.count {
                            faults.append("list \(list) is a ring")
                            return
                        }
                    }
                    if listTails[list] != before { faults.append("tail of list \(list)") }
                    let counted = domains[domain].freeBlockCount(order: order, poolIndex: pool)
                    if byOrder[order] - otherPools != counted {
                        faults.append("block count of list \(list)")
                    }
                }
            }
            checkOrders(domain, byOrder, &faults)
        }
    }

    private func checkOrders(_ domain: Int, _ byOrder: [Int], _ faults: inout [String]) {
        var units = 0
        for order in byOrder.indices {
            if order >= 2 { units += byOrder[order] << (order - 2) }
            if domains[domain].freeBlockCount(order: order) != byOrder[order] {
                faults.append("domain \(domain): block count of order \(order)")
            }
        }
        if units != domains[domain].contiguousBlocks {
            faults.append("domain \(domain): contiguous blocks, counted \(units)")
        }
        let largest = byOrder.lastIndex { $0 > 0 }
        if largest != largestFreeOrder(domain) {
            faults.append("domain \(domain): largest free order")
        }
    }

    private func checkBlock(
        _ head: Int, _ domain: Int, _ pool: Int, _ order: Int, _ owner: inout [UInt8],
        _ faults: inout [String], _ allowsUnmerged: Bool
    ) {
        let segment = segmentOf(index: head)
        let page = head - segment.delta
        let size = 1 << order
        if segment.domain != domain { faults.append("block \(page): wrong domain") }
        if page % size != 0 { faults.append("block \(page): not aligned to order \(order)") }
        if page + size > segment.end {
            faults.append("block \(page): leaves its segment")
            return
        }
        for index in head..<head + size {
            if owner[index] != 0 { faults.append("page \(index - segment.delta): in two blocks") }
            owner[index] = 1
            let wanted = index == head ? order : MemoryGeometry.noOrder
            if words[index].order != wanted { faults.append("block \(page): order of \(index)") }
            if words[index].kind != .free { faults.append("block \(page): kind of \(index)") }
        }
        if words[head].poolIndex != pool { faults.append("block \(page): wrong pool") }
        let buddy = page ^ size
        if !allowsUnmerged && order < MemoryGeometry.orderMax && buddy >= segment.start
            && buddy + size <= segment.end && words[buddy + segment.delta].order == order
        {
            faults.append("block \(page): free buddy of equal order \(order)")
        }
    }

    private func checkPages(_ owner: [UInt8], _ faults: inout [String]) {
        for index in words.indices {
            let word = words[index]
            if owner[index] == 0 {
                if word.kind == .free { faults.append("page \(pageNumber(index)): in no block") }
                if word.order != MemoryGeometry.noOrder {
                    faults.append("page \(pageNumber(index)): order without block")
                }
            }
            if word.kind == .reservedFree && !word.isInReservation {
                faults.append("page \(pageNumber(index)): reserved by nobody")
            }
            if word.kind.isFree && links[index].owner != -1 {
                faults.append("page \(pageNumber(index)): free page with an owner")
            }
        }
    }

    private func checkReservations(_ faults: inout [String]) {
        var insidePages = 0
        for slot in reservations.indices where reservations[slot].object >= 0 {
            let entry = reservations[slot]
            let first = firstPage(slot)
            let start = flatIndex(first)
            var population = 0
            for index in start..<start + MemoryGeometry.reservationPages {
                if !words[index].isInReservation { faults.append("reservation \(first): mark") }
                if words[index].kind != .reservedFree { population += 1 }
            }
            insidePages += MemoryGeometry.reservationPages
            if population != Int(entry.population) || population == 0 {
                faults.append("reservation \(first): population, counted \(population)")
            }
            if entry.isQueued && population == MemoryGeometry.reservationPages {
                faults.append("reservation \(first): full but queued")
            }
        }
        let marked = words.reduce(0) { $0 + ($1.isInReservation ? 1 : 0) }
        if marked != insidePages {
            faults.append("\(marked) reservation marks, \(insidePages) pages in reservations")
        }
        var queued = 0
        for domain in domains.indices {
            for first in queuedReservations(domain) {
                let slot = slot(ofPage: first)
                queued += 1
                if !reservations[slot].isQueued || segmentOf(slot: slot).domain != domain {
                    faults.append("reservation \(first): on a wrong queue")
                }
            }
        }
        let flagged = reservations.reduce(0) { $0 + ($1.isQueued ? 1 : 0) }
        if flagged != queued { faults.append("\(flagged) queued reservations, \(queued) found") }
    }

    private func checkCounts(_ faults: inout [String]) {
        var pages = [Int](repeating: 0, count: domains.count)
        var free = pages
        for segment in layout {
            pages[segment.domain] += segment.end - segment.start
            for index in segment.base..<segment.flatEnd where words[index].kind.isFree {
                free[segment.domain] += 1
            }
        }
        for domain in domains.indices {
            let state = domains[domain]
            if state.pageCount != pages[domain] { faults.append("domain \(domain): pages") }
            if state.freeCount != free[domain] {
                faults.append("domain \(domain): free \(state.freeCount), counted \(free[domain])")
            }
            if state.isInMinSet != (state.freeCount < state.thresholds.min) {
                faults.append("domain \(domain): min set at \(state.freeCount) free")
            }
            if state.isInSevereSet != (state.freeCount < state.thresholds.severe) {
                faults.append("domain \(domain): severe set at \(state.freeCount) free")
            }
        }
    }
}

extension PhysicalMemory {
    /// Every page of a queued kind stands once on the queue it names; no other page names one.
    fileprivate func checkPageQueues(_ faults: inout [String]) {
        var found = [UInt8](repeating: 0, count: hasPageQueues ? words.count : 0)
        for number in pageQueues.indices {
            let ends = pageQueues[number]
            var before = noIndex
            var page = ends.head
            var count = 0
            while page != noIndex && count <= words.count {
                let index = Int(page)
                found[index] += 1
                if words[index].queueIndex != number % 3 + 1
                    || segmentOf(index: index).domain != number / 3
                {
                    faults.append("page \(pageNumber(index)): on page queue \(number)")
                }
                if links[index].previous != before {
                    faults.append("page queue \(number): back link")
                }
                count += 1
                before = page
                page = links[index].next
            }
            if count != ends.count || before != ends.tail {
                faults.append("page queue \(number): \(ends.count) pages, counted \(count)")
            }
        }
        for index in words.indices {
            let word = words[index]
            let isQueued = hasPageQueues && word.kind.isQueued
            if isQueued != (word.queueIndex != 0) || (hasPageQueues && found[index] > 1)
                || (hasPageQueues && (found[index] == 1) != isQueued)
            {
                faults.append("page \(pageNumber(index)): page queue of kind \(word.kind)")
            }
            if (word.isReferenced || word.isDirty) && !(hasPageQueues && word.kind.hasObject) {
                faults.append("page \(pageNumber(index)): marks of kind \(word.kind)")
            }
        }
    }
}

import PhysicalMemory

/// A plan of pages as the page layer wants it: runs of equal pages and free blocks.
extension PagePlan {
    /// Neighbouring pages of the same kind and pool.
    struct Run {
        let count: Int
        let kind: PageKind
        let pool: FreePool
    }

    /// All pages in ascending order as runs.
    ///
    /// - Complexity: O(pages).
    var runs: [Run] {
        var runs: [Run] = []
        var first = 0
        var present = look(0)
        for index in uses.indices.dropFirst() {
            let next = look(index)
            if next == present && index - first < MemorySnapshot.runPagesMax { continue }
            runs.append(Run(count: index - first, kind: kind(present), pool: pool(present)))
            (first, present) = (index, next)
        }
        runs.append(Run(count: uses.count - first, kind: kind(present), pool: pool(present)))
        return runs
    }

    /// What a run has in common: use, and whether pages are reserved and in the direct pool.
    @inline(__always)
    private func look(_ index: Int) -> UInt8 {
        uses[index] | (isReserved(at: index) ? 4 : 0) | (isDirect(at: index) ? 8 : 0)
    }

    private func kind(_ look: UInt8) -> PageKind {
        switch look & 3 {
        case Use.kernel: .kernel
        case Use.free: look & 4 == 0 ? .free : .reservedFree
        default: .file
        }
    }

    private func pool(_ look: UInt8) -> FreePool { look & 8 == 0 ? .standard : .direct }

    /// First pages of the free blocks by pool and order, ascending: every run of free pages outside
    /// reservations in the largest blocks that are aligned to their size.
    ///
    /// - Complexity: O(pages).
    func freeBlocks() -> [[[Int32]]] {
        let none = [[Int32]](repeating: [], count: MemoryGeometry.orderCount)
        var lists = [none, none]
        var index = 0
        while index < uses.count {
            guard uses[index] == Use.free, !isReserved(at: index) else {
                index += 1
                continue
            }
            var end = index + 1
            while end < uses.count, uses[end] == Use.free, !isReserved(at: end) { end += 1 }
            while index < end {
                let page = start + index
                let order = min(
                    page.trailingZeroBitCount, MemoryGeometry.orderMax,
                    Int.bitWidth - 1 - (end - index).leadingZeroBitCount)
                lists[isDirect(at: index) ? 1 : 0][order].append(Int32(page))
                index += 1 << order
            }
        }
        return lists
    }
}

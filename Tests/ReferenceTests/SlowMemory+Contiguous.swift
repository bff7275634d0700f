/// Contiguous allocation, read from section 1.2 of the rules.
extension SlowMemory {
    func fits(_ page: Int, _ count: Int, _ bounds: Bounds) -> Bool {
        let (start, bytes) = (UInt64(page) * 4096, UInt64(count) * 4096)
        return start >= bounds.low && start + bytes <= bounds.high && isPlaced(page, count, bounds)
    }

    func isPlaced(_ page: Int, _ count: Int, _ bounds: Bounds) -> Bool {
        let (start, bytes) = (UInt64(page) * 4096, UInt64(count) * 4096)
        guard start % bounds.alignment == 0 else { return false }
        guard bounds.boundary > 0 else { return true }
        return start / bounds.boundary == (start + bytes - 1) / bounds.boundary
    }

    mutating func allocateContiguous(_ domain: Int, count: Int, _ bounds: Bounds) -> Int? {
        guard bounds.low < bounds.high else { return nil }
        let isPossible = segments.contains { segment in
            let start = max(UInt64(segment.start) * 4096, bounds.low)
            let end = min(UInt64(segment.end) * 4096, bounds.high)
            return segment.domain == domain && start < end && end - start >= UInt64(count) * 4096
        }
        guard isPossible else { return nil }
        let order = Self.bits(count - 1)
        guard order <= 12 else { return allocateSeveral(domain, count, bounds) }
        for size in order...12 {
            for pool in 0...1 {
                for page in list(domain, pool, size) where fits(page, count, bounds) {
                    take(page, count)
                    return page
                }
            }
        }
        return nil
    }

    private func isLargest(_ page: Int) -> Bool {
        page >= base && page - base < orders.count && orders[page - base] == 12
    }

    /// A range of more than one block of the largest order.
    private mutating func allocateSeveral(_ domain: Int, _ count: Int, _ bounds: Bounds) -> Int? {
        for pool in 0...1 {
            for page in list(domain, pool, 12) {
                guard let segment = segment(of: page) else { continue }
                let low = max(bounds.low, UInt64(segment.start) * 4096)
                let high = min(bounds.high, UInt64(segment.end) * 4096)
                if UInt64(page) * 4096 < low { continue }
                // Only the lowest of several adjacent blocks is looked at.
                if UInt64(page - 4096) * 4096 >= low && isLargest(page - 4096) { continue }
                var start = page
                while isLargest(start), UInt64(start + count) * 4096 <= high,
                    !isPlaced(start, count, bounds)
                { start += 4096 }
                guard UInt64(start + count) * 4096 <= high else { continue }
                let isFree = stride(from: start, to: start + count, by: 4096).allSatisfy {
                    isLargest($0)
                }
                guard isFree else { continue }
                take(start, count)
                return start
            }
        }
        return nil
    }

    /// Takes the first pages of one or more blocks; what is left over goes to the front.
    private mutating func take(_ page: Int, _ count: Int) {
        var end = page
        while end < page + count {
            let size = 1 << orders[end - base]
            remove(end)
            setPool(0, end, size)
            end += size
        }
        tileUp(page + count, end - page - count, pool: 0, atHead: true)
    }
}

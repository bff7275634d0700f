import PhysicalMemory

extension PhysicalMemory {
    /// One domain: `freeSingles` free single pages apart from each other, then `tail`.
    ///
    /// Every free single is followed by a wired page.
    static func fragmented(freeSingles: Int, tail: [(count: Int, kind: PageKind)])
        throws -> PhysicalMemory
    {
        let start = 65536
        var image = MemorySnapshot()
        var page = start
        var singles: [Int] = []
        for _ in 0..<freeSingles {
            image.appendPages(1, kind: .free, pool: .standard)
            image.appendPages(1, kind: .wired, pool: .direct)
            singles.append(page)
            page += 2
        }
        var listed: [(order: Int, page: Int)] = []
        for piece in tail {
            image.appendPages(piece.count, kind: piece.kind, pool: .standard)
            if piece.kind == .free {
                listed.append((piece.count.trailingZeroBitCount, page))
            }
            page += piece.count
        }
        image.freeLists = [0, 0, 0, singles.count] + singles
        for block in listed { image.freeLists += [0, 0, block.order, 1, block.page] }
        let free = freeSingles + listed.reduce(0) { $0 + 1 << $1.order }
        image.segments = [start, page, 0]
        let limits = Thresholds(
            pageCount: page - start, freeCount: free, clusterPages: 32)
        image.thresholds = [
            limits.interruptFreeMin, limits.pageoutFreeMin, limits.reserved, limits.severe,
            limits.min, limits.target, limits.wakeup, 0, 0,
        ]
        let flags = (free < limits.min ? 1 : 0) + (free < limits.severe ? 2 : 0)
        image.counters = [free, 0, flags]
        image.globals = [1000, 0, 0, 0]
        return try PhysicalMemory(image)
    }
}

extension ReclaimCall {
    /// Runs a call to its end and returns the attempts.
    @discardableResult
    mutating func runToEnd(_ memory: inout PhysicalMemory) -> [RunAttempt] {
        var attempts: [RunAttempt] = []
        while !isOver {
            if phase == .scanning {
                _ = scan(memory, visitBudget: 1 << 40)
            } else {
                attempts.append(tryNextRun(&memory))
            }
        }
        return attempts
    }
}

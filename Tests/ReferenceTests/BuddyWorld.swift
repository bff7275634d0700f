import PhysicalMemory
import TestRandomness

/// Free lists of the engine and of the slow model side by side under random operations.
struct BuddyWorld {
    /// A shape of memory that is likely to show something.
    enum Shape: CaseIterable { case odd, aligned, domains, huge }

    var memory: PhysicalMemory
    var slow: SlowMemory
    private var random: TestRandom
    private let shape: Shape
    /// Ranges that were handed out.
    private var held: [(page: Int, count: Int)] = []
    private var heldPages = 0
    /// Ranges were freed in one call, which leaves neighbours unmerged.
    private var hasUnmerged = false
    private let avoidsRanges: Bool
    /// How full memory is kept: pages that stay free at least, as the run goes on.
    private var fillPercent = 50
    private(set) var operations = 0
    /// Ranges of more than one block of the largest order that were found.
    private(set) var manyBlocks = 0
    /// Requests that found nothing.
    private(set) var misses = 0

    init(seed: UInt64, shape: Shape, avoidsRanges: Bool) {
        random = TestRandom(seed: seed, purpose: 41)
        self.shape = shape
        self.avoidsRanges = avoidsRanges
        let segments = Self.segments(shape, &random)
        let domainCount = (segments.map(\.domain).max() ?? 0) + 1
        let limits = SlowMemory.Limits(
            interruptFreeMin: 0, pageoutFreeMin: 0, reserved: 0, severe: 0, min: 0, wakeup: 0)
        slow = SlowMemory(
            segments.map { .init(start: $0.start, end: $0.end, domain: $0.domain) },
            Array(repeating: limits, count: domainCount))
        memory = PhysicalMemory(segments: segments)
    }

    private static func segments(_ shape: Shape, _ random: inout TestRandom) -> [MemorySegment] {
        var start = shape == .aligned || shape == .huge ? 65_536 : random.number(65_000...66_000)
        let (count, size): (Int, ClosedRange<Int>) =
            switch shape {
            case .odd: (random.number(1...4), 1...400)
            case .aligned: (1, 512...512)
            case .domains: (5, 60...300)
            case .huge: (2, 20_000...30_000)
            }
        return (0..<count).map { number in
            let pages = random.number(size)
            let gap = random.choice([0, 0, 1, 37])
            defer { start += pages + gap }
            let domain = shape == .domains ? number % 3 : 0
            return MemorySegment(start: start, end: start + pages, domain: domain)
        }
    }

    /// One operation on both; the first difference, or `nil`.
    mutating func step() -> String? {
        operations += 1
        if random.isOneIn(500) { fillPercent = random.choice([5, 30, 60, 90, 99]) }
        let isFull = heldPages * 100 > memory.pageCount * fillPercent
        if isFull ? !random.isOneIn(4) : random.isOneIn(4) { return free() }
        switch random.below(3) {
        case 0: return allocateBlock()
        case 1: return allocatePages()
        default: return allocateContiguous()
        }
    }

    /// Lists in order, the page counts, and the bitmap against the lists.
    func check() -> String? {
        if let difference = Comparison.lists(memory, slow) { return difference }
        for domain in 0..<memory.domainCount {
            let free = slow.segments.filter { $0.domain == domain }.reduce(0) { sum, segment in
                sum + (segment.start..<segment.end).count { slow.code($0) == "F" }
            }
            if memory.domains[domain].listedPageCount != free {
                return "domain \(domain): \(memory.domains[domain].listedPageCount) pages listed"
            }
            if !hasUnmerged, slow.freeBlocks(domain) != slow.blocksOfBitmap(domain) {
                return "domain \(domain): the lists are not what the bitmap gives"
            }
        }
        return nil
    }

    // MARK: Operations

    private mutating func hold(_ page: Int, _ count: Int) {
        slow.setCode("W", page, count)
        held.append((page, count))
        heldPages += count
    }

    private func isFree(_ pages: Range<Int>) -> Bool {
        pages.allSatisfy { slow.code($0) == "F" }
    }

    private mutating func allocateBlock() -> String? {
        let domain = random.below(memory.domainCount)
        let pool = random.below(2)
        let order = random.isOneIn(2) ? 0 : random.number(0...(shape == .huge ? 12 : 8))
        let wanted = slow.allocateBlock(domain, pool: pool, order: order)
        let got = memory.allocateBlock(
            domain: domain, pool: pool == 0 ? .standard : .direct, order: order, kind: .wired)
        guard got == wanted else {
            return "block of order \(order): \(got ?? -1), wanted \(wanted ?? -1)"
        }
        guard let got else { return nil }
        guard got % (1 << order) == 0, isFree(got..<got + 1 << order) else {
            return "block \(got) of order \(order) was not free or is not aligned"
        }
        hold(got, 1 << order)
        return nil
    }

    private mutating func allocatePages() -> String? {
        let domain = random.below(memory.domainCount)
        let pool = random.below(2)
        let count = random.number(1...(random.isOneIn(6) ? 90 : 4))
        let wanted = slow.allocatePages(domain, pool: pool, count: count)
        var runs: [PhysicalMemory.PageRun] = []
        let got = memory.allocatePages(
            count, domain: domain, pool: pool == 0 ? .standard : .direct, kind: .wired,
            into: &runs)
        let pages = runs.flatMap { Array($0.page..<$0.page + $0.count) }
        guard pages == wanted, got == wanted.count else {
            return "\(count) pages: \(pages), wanted \(wanted)"
        }
        for page in pages {
            guard slow.code(page) == "F" else { return "page \(page) was not free" }
            hold(page, 1)
        }
        return nil
    }

    private mutating func allocateContiguous() -> String? {
        let domain = random.below(memory.domainCount)
        var count = random.choice([1, 2, 3, 4, 4, 4, 5, 7, 16, random.number(1...300)])
        if shape == .huge && random.isOneIn(2) { count = random.number(1...14_000) }
        let bounds = drawBounds(count)
        let wanted = slow.allocateContiguous(domain, count: count, bounds.slow)
        let got = memory.allocateContiguous(
            domain: domain, count: count, bounds: bounds.fast, kind: .wired)
        guard got == wanted else {
            return "\(count) adjacent pages in \(bounds.fast): \(got ?? -1), "
                + "wanted \(wanted ?? -1)"
        }
        guard let got else {
            misses += 1
            return nil
        }
        manyBlocks += count > 4096 ? 1 : 0
        guard isFree(got..<got + count), slow.fits(got, count, bounds.slow) else {
            return "range \(got) + \(count) was not free or is out of bounds"
        }
        hold(got, count)
        return nil
    }

    private mutating func drawBounds(_ count: Int) -> (slow: SlowMemory.Bounds, fast: AddressBounds)
    {
        var bounds = SlowMemory.Bounds()
        let (first, last) = (memory.segments[0].start, memory.segments.last?.end ?? 0)
        if random.isOneIn(4) { bounds.low = address(first, last) }
        if random.isOneIn(4) { bounds.high = address(first, last) }
        if random.isOneIn(3) { bounds.alignment = 4096 << UInt64(random.below(9)) }
        if shape == .huge && random.isOneIn(4) { bounds.alignment = 4096 << 13 }
        if random.isOneIn(4) {
            var boundary: UInt64 = 4096
            while boundary < UInt64(count) * 4096 { boundary *= 2 }
            // Seldom one that no range of so many pages can keep.
            let isTooSmall = random.isOneIn(8) && boundary > 4096
            bounds.boundary = isTooSmall ? boundary / 2 : boundary << UInt64(random.below(3))
        }
        return (
            bounds,
            AddressBounds(
                low: bounds.low, high: bounds.high, alignment: bounds.alignment,
                boundary: bounds.boundary)
        )
    }

    /// A byte near the memory, seldom on the edge of a page's neighbour.
    private mutating func address(_ first: Int, _ last: Int) -> UInt64 {
        UInt64(random.number((first - 3)...(last + 3))) * 4096
            + random.choice([0, 0, 0, 1, 4095])
    }

    /// Gives a range back in one of the ways there are; a part of it may stay.
    private mutating func free() -> String? {
        guard !held.isEmpty else { return nil }
        var range = held.remove(at: random.below(held.count))
        if range.count > 1 && random.isOneIn(3) {
            let cut = random.number(1...(range.count - 1))
            held.append((range.page + cut, range.count - cut))
            range.count = cut
        }
        heldPages -= range.count
        let isBlock =
            range.count.nonzeroBitCount == 1 && range.count <= 4096
            && range.page % range.count == 0
        let way = avoidsRanges ? (isBlock ? random.below(2) : 0) : random.below(4)
        switch way {
        case 1 where isBlock:
            let order = range.count.trailingZeroBitCount
            slow.freeBlock(range.page, order)
            memory.freeBlock(range.page, order: order)
        case 2:
            hasUnmerged = true
            slow.freeContiguous(range.page, range.count)
            memory.freeContiguous(range.page, count: range.count)
        case 3:
            hasUnmerged = true
            slow.putBack(range.page, range.count)
            memory.putBackWithoutMerging(range.page, count: range.count)
        default:
            for page in range.page..<range.page + range.count {
                slow.freeBlock(page, 0)
                memory.freeBlock(page, order: 0)
            }
        }
        return nil
    }
}

extension SlowMemory {
    /// All blocks in the lists of a domain, by first page.
    func freeBlocks(_ domain: Int) -> [Int: Int] {
        var blocks: [Int: Int] = [:]
        for pool in 0...1 {
            for order in 0...12 {
                for page in list(domain, pool, order) { blocks[page] = order }
            }
        }
        return blocks
    }

    /// The blocks that free bits alone give where every pair of free buddies is merged: the
    /// largest aligned ones that are wholly free.
    func blocksOfBitmap(_ domain: Int) -> [Int: Int] {
        var blocks: [Int: Int] = [:]
        for segment in segments where segment.domain == domain {
            var page = segment.start
            while page < segment.end {
                guard code(page) == "F" else {
                    page += 1
                    continue
                }
                var order = 0
                while order < 12 {
                    let size = 2 << order
                    let first = page / size * size
                    guard first == page, first + size <= segment.end,
                        (first..<first + size).allSatisfy({ code($0) == "F" })
                    else { break }
                    order += 1
                }
                blocks[page] = order
                page += 1 << order
            }
        }
        return blocks
    }
}

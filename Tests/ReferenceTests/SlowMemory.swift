/// The page layer once more, as slow and as plain as the rules of the conformance vectors
/// (`Fixtures/vectors/FORMAT.md`) read. It was written from those rules and knows no source file
/// of the engine; speed and memory do not matter here.
///
/// Pages carry the one-letter codes of section 6.1, lists are arrays of first pages.
struct SlowMemory {
    struct Segment {
        var start: Int
        var end: Int
        var domain: Int
    }

    /// Thresholds in pages.
    struct Limits {
        var interruptFreeMin: Int
        var pageoutFreeMin: Int
        var reserved: Int
        var severe: Int
        var min: Int
        var wakeup: Int
    }

    struct Domain {
        var limits: Limits
        var free = 0
        var deficit = 0
        var isInMinSet = false
        var isInSevereSet = false
        var isPageDaemonWaiting = false
        /// First pages of partly populated reservations, least recently changed first.
        var queue: [Int] = []
    }

    /// Where a contiguous request may lie, in bytes; `boundary` 0 is none.
    struct Bounds {
        var low: UInt64 = 0
        var high: UInt64 = .max
        var alignment: UInt64 = 4096
        var boundary: UInt64 = 0
    }

    enum Happening: Equatable {
        case searchFailed(domain: Int)
        case broke(first: Int)
        case moved(from: Int, to: Int)
        case invalidFreed(page: Int)
        case entered(min: Bool, domain: Int)
        case left(min: Bool, domain: Int)
        case daemonCalled(domain: Int)
        case daemonWoken(domain: Int)
        case woken(min: Bool, count: Int)
    }

    static let noOrder = 13

    let segments: [Segment]
    let base: Int
    var domains: [Domain]
    /// ASCII code by page, from `base` on; 0 where there is no memory.
    var codes: [UInt8]
    var pools: [Int]
    /// Order of a free block at its first page, else `noOrder`.
    var orders: [Int]
    /// First pages by domain, pool and order.
    var lists: [[Int]]
    var reservations: [SlowReservation] = []
    var ticks: Int32 = 0
    var iterator = 0
    var minWaiters = 0
    var severeWaiters = 0
    var happenings: [Happening] = []

    /// All pages free, put back without merging, segment by segment.
    init(_ segments: [Segment], _ limits: [Limits]) {
        self.segments = segments
        base = segments[0].start
        let count = segments[segments.count - 1].end - base
        domains = limits.map { Domain(limits: $0) }
        codes = [UInt8](repeating: 0, count: count)
        pools = [Int](repeating: 0, count: count)
        orders = [Int](repeating: Self.noOrder, count: count)
        lists = [[Int]](repeating: [], count: limits.count * 26)
        for segment in segments {
            putBack(segment.start, segment.end - segment.start)
            domains[segment.domain].free += segment.end - segment.start
        }
        for domain in domains.indices {
            let limits = domains[domain].limits
            domains[domain].isInMinSet = domains[domain].free < limits.min
            domains[domain].isInSevereSet = domains[domain].free < limits.severe
        }
    }

    // MARK: Pages

    func segment(of page: Int) -> Segment? {
        segments.first { $0.start <= page && page < $0.end }
    }

    func domain(of page: Int) -> Int { segment(of: page)?.domain ?? -1 }
    func code(_ page: Int) -> Character { Character(UnicodeScalar(codes[page - base])) }

    mutating func setCode(_ code: Character, _ page: Int, _ count: Int) {
        for page in page..<page + count { codes[page - base] = code.asciiValue ?? 0 }
    }

    mutating func setPool(_ pool: Int, _ page: Int, _ count: Int) {
        for page in page..<page + count { pools[page - base] = pool }
    }

    // MARK: Lists (section 1.1)

    func place(_ domain: Int, _ pool: Int, _ order: Int) -> Int { (domain * 2 + pool) * 13 + order }

    func list(_ domain: Int, _ pool: Int, _ order: Int) -> [Int] {
        lists[place(domain, pool, order)]
    }

    /// How many aligned pieces of four pages lie in the lists of a domain.
    func buffersInLists(_ domain: Int) -> Int {
        (2...12).reduce(0) { sum, order in
            let blocks = list(domain, 0, order).count + list(domain, 1, order).count
            return sum + (blocks << (order - 2))
        }
    }

    mutating func add(_ page: Int, _ order: Int, pool: Int, atHead: Bool) {
        setCode("F", page, 1 << order)
        orders[page - base] = order
        let number = place(domain(of: page), pool, order)
        if atHead { lists[number].insert(page, at: 0) } else { lists[number].append(page) }
    }

    mutating func remove(_ page: Int) {
        let number = place(domain(of: page), pools[page - base], orders[page - base])
        lists[number].removeAll { $0 == page }
        orders[page - base] = Self.noOrder
    }

    mutating func split(_ page: Int, from order: Int, to wanted: Int, pool: Int) {
        for half in stride(from: order - 1, through: wanted, by: -1) {
            add(page + 1 << half, half, pool: pool, atHead: false)
        }
    }

    /// Tiles pages whose end is aligned with blocks that get larger.
    mutating func tileUp(_ page: Int, _ count: Int, pool: Int, atHead: Bool) {
        var (page, count) = (page, count)
        while count > 0 {
            let order = count.trailingZeroBitCount
            add(page, order, pool: pool, atHead: atHead)
            page += 1 << order
            count -= 1 << order
        }
    }

    /// Tiles pages whose start is aligned with blocks that get smaller.
    mutating func tileDown(_ page: Int, _ count: Int, pool: Int) {
        var (page, count) = (page, count)
        while count > 0 {
            let order = Self.bits(count) - 1
            add(page, order, pool: pool, atHead: false)
            page += 1 << order
            count -= 1 << order
        }
    }

    /// Number of binary digits; 0 for 0.
    static func bits(_ number: Int) -> Int { Int.bitWidth - number.leadingZeroBitCount }

    // MARK: Blocks (section 1.2)

    mutating func freeBlock(_ page: Int, _ order: Int) {
        setCode("F", page, 1 << order)
        var (page, order) = (page, order)
        let pool = pools[page - base]
        while order < 12 {
            let buddy = page ^ (1 << order)
            guard let segment = segment(of: page), segment.start <= buddy, buddy < segment.end,
                orders[buddy - base] == order
            else { break }
            remove(buddy)
            if pools[buddy - base] != pool { setPool(pool, buddy, 1 << order) }
            order += 1
            page = (page >> order) << order
        }
        add(page, order, pool: pool, atHead: false)
    }

    mutating func allocateBlock(_ domain: Int, pool: Int, order: Int) -> Int? {
        for size in order...12 {
            guard let page = list(domain, pool, size).first else { continue }
            remove(page)
            split(page, from: size, to: order, pool: pool)
            return page
        }
        for size in stride(from: 12, through: order, by: -1) {
            for other in 0...1 {
                guard let page = list(domain, other, size).first else { continue }
                remove(page)
                setPool(pool, page, 1 << size)
                split(page, from: size, to: order, pool: pool)
                return page
            }
        }
        return nil
    }

    /// Pages in order of hand-out, possibly fewer than asked for.
    mutating func allocatePages(_ domain: Int, pool: Int, count: Int) -> [Int] {
        var got: [Int] = []
        for order in 0...12 {
            while got.count < count, let page = list(domain, pool, order).first {
                take(page, order, pool, count, &got)
            }
        }
        for order in stride(from: 12, through: 0, by: -1) {
            for other in 0...1 {
                while got.count < count, let page = list(domain, other, order).first {
                    take(page, order, pool, count, &got)
                }
            }
        }
        return got
    }

    private mutating func take(
        _ page: Int, _ order: Int, _ pool: Int, _ count: Int, _ got: inout [Int]
    ) {
        remove(page)
        setPool(pool, page, 1 << order)
        let used = min(count - got.count, 1 << order)
        got += page..<page + used
        tileUp(page + used, 1 << order - used, pool: pool, atHead: false)
    }

    mutating func freeContiguous(_ page: Int, _ count: Int) {
        let end = page + count
        let most = min(Self.bits(page ^ end) - 1, 12)
        let first = page.trailingZeroBitCount
        let last = end.trailingZeroBitCount
        let from = first < most ? page + 1 << first : page
        let to = last < most ? end - 1 << last : end
        if from < to { putBack(from, to - from) }
        if from > page { freeBlock(page, first) }
        if to < end { freeBlock(to, last) }
    }

    mutating func putBack(_ page: Int, _ count: Int) {
        let pool = pools[page - base]
        var (page, count) = (page, count)
        let difference = page ^ (page + count - 1)
        if difference != 0 {
            let size = 1 << min(Self.bits(difference) - 1, 12)
            let up = min((size - page % size) % size, count)
            tileUp(page, up, pool: pool, atHead: false)
            page += up
            count -= up
        }
        while count >= 4096 {
            add(page, 12, pool: pool, atHead: false)
            page += 4096
            count -= 4096
        }
        tileDown(page, count, pool: pool)
    }
}

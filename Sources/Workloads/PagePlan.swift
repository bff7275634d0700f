import PhysicalMemory
import ReclaimEngine
import TraceCore

/// What each page of a domain holds at the start, before free lists are made of it
/// (engine specification 7.4): file pages all over, a share of them in reservations, kernel pages
/// scattered outside reservations, and a random subset of the file pages freed.
struct PagePlan {
    /// What one page holds.
    enum Use {
        static let file: UInt8 = 0
        static let kernel: UInt8 = 1
        static let free: UInt8 = 2
    }

    /// First page of the domain.
    let start: Int
    /// `Use` by page from `start` on.
    private(set) var uses: [UInt8]
    /// First superpage number that lies wholly in the domain.
    let firstSuperpage: Int
    /// By superpage: is it reserved for a file?
    private(set) var isReserved: [Bool]
    /// By block of 16 MiB from the one that holds `start` on: do its pages belong to the direct
    /// pool?
    private(set) var isDirect: [Bool]

    private static let blockPages = 1 << MemoryGeometry.orderMax
    private static let superpagePages = MemoryGeometry.reservationPages

    /// - Complexity: O(pages).
    init(_ scenario: Scenario, domain: Int) {
        let seed = UInt64(bitPattern: scenario.seed)
        let host = scenario.host.domains[domain]
        start = host.firstPage
        let end = start + host.pageCount
        uses = [UInt8](repeating: Use.file, count: host.pageCount)
        firstSuperpage = (start + Self.superpagePages - 1) / Self.superpagePages
        let superpages = max(0, end / Self.superpagePages - firstSuperpage)
        isReserved = [Bool](repeating: false, count: superpages)
        let pool = KeyedRandom(seed: seed, purpose: Purpose.pool.rawValue)
        let firstBlock = start / Self.blockPages
        isDirect = (firstBlock...((end - 1) / Self.blockPages)).map { block in
            pool.chance(
                millionths: UInt64(scenario.directPoolPpm), entity: UInt64(domain),
                index: UInt64(block))
        }
        reserve(scenario, domain, seed)
        if scenario.freeBlocks.indices.contains(domain) {
            // Free blocks first: hardly a large one would find room between scattered kernel pages.
            freeBlocks(merged(scenario.freeBlocks[domain]), domain, seed)
            placeKernel(scenario, domain, seed)
        } else {
            placeKernel(scenario, domain, seed)
            freePages(scenario, domain, seed)
        }
        breakReservations(scenario, domain, seed)
    }

    /// Does the page lie in a reservation?
    func isReserved(at index: Int) -> Bool {
        let superpage = (start + index) / Self.superpagePages - firstSuperpage
        return isReserved.indices.contains(superpage) && isReserved[superpage]
    }

    /// Does the page belong to the direct pool?
    func isDirect(at index: Int) -> Bool {
        isDirect[(start + index) / Self.blockPages - start / Self.blockPages]
    }

    /// The pages of a superpage as indices into `uses`.
    func pages(ofSuperpage superpage: Int) -> Range<Int> {
        let first = (firstSuperpage + superpage) * Self.superpagePages - start
        return first..<(first + Self.superpagePages)
    }

    // MARK: Steps

    /// Reservations are made in the standard pool.
    private mutating func reserve(_ scenario: Scenario, _ domain: Int, _ seed: UInt64) {
        guard scenario.reservedPpm > 0 else { return }
        let possible = isReserved.indices.filter {
            !isDirect(at: pages(ofSuperpage: $0).lowerBound)
        }
        var sampler = SelectionSampler(
            KeyedRandom(seed: seed, purpose: Purpose.reservation.rawValue), entity: domain,
            candidates: possible.count,
            wanted: isReserved.count * Int(scenario.reservedPpm) / 1_000_000)
        for superpage in possible where sampler.takes(superpage) { isReserved[superpage] = true }
    }

    /// Kernel pages lie outside reservations, where nothing is free.
    private mutating func placeKernel(_ scenario: Scenario, _ domain: Int, _ seed: UInt64) {
        func isCandidate(_ index: Int) -> Bool { uses[index] == Use.file && !isReserved(at: index) }
        var sampler = SelectionSampler(
            KeyedRandom(seed: seed, purpose: Purpose.unmovable.rawValue), entity: domain,
            candidates: uses.indices.count { isCandidate($0) },
            wanted: uses.count * Int(scenario.unmovablePpm) / 1_000_000)
        for index in uses.indices where isCandidate(index) && sampler.takes(index) {
            uses[index] = Use.kernel
        }
    }

    private mutating func freePages(_ scenario: Scenario, _ domain: Int, _ seed: UInt64) {
        let filePages = uses.count { $0 == Use.file }
        var sampler = SelectionSampler(
            KeyedRandom(seed: seed, purpose: Purpose.freePage.rawValue), entity: domain,
            candidates: filePages, wanted: uses.count * Int(scenario.freePpm) / 1_000_000)
        for index in uses.indices where uses[index] == Use.file && sampler.takes(index) {
            uses[index] = Use.free
        }
    }

    /// Frees as many blocks of each order as a real host had, the largest first; blocks that find
    /// no room are left out.
    ///
    /// Of each pair of buddies one at most is freed, or they would merge.
    private mutating func freeBlocks(_ counts: [Int], _ domain: Int, _ seed: UInt64) {
        let random = KeyedRandom(seed: seed, purpose: Purpose.freeBlock.rawValue)
        for order in stride(
            from: min(counts.count - 1, MemoryGeometry.orderMax), through: 0, by: -1)
        {
            let size = 1 << order
            let pairSize = order == MemoryGeometry.orderMax ? size : 2 * size
            let first = (start + pairSize - 1) / pairSize * pairSize - start
            let pairs = stride(from: first, through: uses.count - pairSize, by: pairSize)
            func room(_ pair: Int) -> Int? {
                let half = Int(random.number(below: 2, entity: UInt64(domain), index: UInt64(pair)))
                let halves =
                    pairSize == size ? [pair] : [pair + half * size, pair + size - half * size]
                guard !halves.contains(where: { isFreeBlock($0, size) }) else { return nil }
                return halves.first { isFileBlock($0, size) }
            }
            var sampler = SelectionSampler(
                random, entity: domain << 8 | order + 1,
                candidates: pairs.count { room($0) != nil }, wanted: counts[order])
            for pair in pairs {
                guard let place = room(pair), sampler.takes(pair) else { continue }
                for index in place..<(place + size) { uses[index] = Use.free }
            }
        }
    }

    /// A host whose largest blocks are smaller (Linux has 4 MiB) shows more of them than can lie
    /// here without a free buddy: the surplus stands for blocks of the next order.
    private func merged(_ counts: [Int]) -> [Int] {
        let missing = max(0, MemoryGeometry.orderCount - counts.count)
        var counts = counts + [Int](repeating: 0, count: missing)
        for order in 0..<MemoryGeometry.orderMax {
            let surplus = max(0, counts[order] - uses.count >> (order + 2)) / 2
            counts[order] -= 2 * surplus
            counts[order + 1] += surplus
        }
        return counts
    }

    private func isFreeBlock(_ index: Int, _ size: Int) -> Bool {
        uses[index] == Use.free && uses[index + size - 1] == Use.free
            && uses[index..<(index + size)].allSatisfy { $0 == Use.free }
    }

    private func isFileBlock(_ index: Int, _ size: Int) -> Bool {
        !isReserved(at: index) && uses[index..<(index + size)].allSatisfy { $0 == Use.file }
    }

    private mutating func breakReservations(_ scenario: Scenario, _ domain: Int, _ seed: UInt64) {
        // A reservation without a page is an ordinary free block.
        for superpage in isReserved.indices where isReserved[superpage] {
            let isEmpty = pages(ofSuperpage: superpage).allSatisfy { uses[$0] == Use.free }
            if isEmpty { isReserved[superpage] = false }
        }
        guard scenario.brokenReservations > 0 else { return }
        var sampler = SelectionSampler(
            KeyedRandom(seed: seed, purpose: Purpose.brokenReservation.rawValue), entity: domain,
            candidates: isReserved.count { $0 }, wanted: Int(scenario.brokenReservations))
        for superpage in isReserved.indices where isReserved[superpage] {
            if sampler.takes(superpage) { isReserved[superpage] = false }
        }
    }
}

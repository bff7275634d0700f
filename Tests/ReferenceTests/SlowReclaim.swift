/// One reclaim call that can stop after every visit, read from section 6.3 of the rules.
struct SlowReclaim {
    enum Stage: Equatable { case refused, scanning, trying, over(Bool) }
    enum Outcome: Equatable { case ok, busy, invalid, noMemory }

    let domain: Int
    let level: SlowMemory.Class
    let bounds: SlowMemory.Bounds
    /// Pages of a run and its alignment in bytes.
    let runPages: Int
    let runAlignment: UInt64
    let ringSize: Int
    /// Nothing reaches it when it is `nil`.
    let goal: Int?

    var stage = Stage.scanning
    /// 1, then 2, then 0.
    var option = 1
    var visits = 0
    var locks = 0
    var found: [Int] = []
    var kept: [Int] = []
    var sum = 0
    var passes = 1
    /// The walk of this pass has seen every segment.
    var isExhausted = false

    /// Where the search goes on after a run: nothing below this page counts.
    private var resume = 0
    private var segment = -1
    private var place = 0
    private var limit = 0
    private var start = 0
    private var length = 0

    init(
        _ memory: SlowMemory, domain: Int, level: SlowMemory.Class, pages: Int,
        bounds: SlowMemory.Bounds, desired: Int, canAllocateRing: Bool
    ) {
        self.domain = domain
        self.level = level
        self.bounds = bounds
        ringSize = desired > 1 && canAllocateRing ? 16 + desired - 1 : 16
        goal = desired < 0 ? nil : max(desired * pages, 8)
        var granule = 1
        while granule < pages && granule < 4096 { granule *= 2 }
        runPages = (pages + granule - 1) / granule * granule
        runAlignment = max(bounds.alignment, UInt64(granule) * 4096)
        let state = memory.domains[domain]
        if state.free < runPages + state.limits.reserved {
            stage = .refused
            passes = 0
        } else {
            enterNextSegment(memory)
        }
    }

    // MARK: Scan

    /// One turn of the walk.
    mutating func visit(_ memory: SlowMemory) {
        visits += 1
        if length == 0 {
            if place + runPages > limit { return enterNextSegment(memory) }
            let address = UInt64(place) * 4096
            if address % runAlignment != 0 {
                return jump(to: (address / runAlignment + 1) * runAlignment, memory)
            }
            let last = address + UInt64(runPages) * 4096 - 1
            if bounds.boundary > 0, address / bounds.boundary != last / bounds.boundary {
                return jump(to: last / bounds.boundary * bounds.boundary, memory)
            }
        }
        let (gain, step) = judge(memory)
        if gain > 0 {
            if length == 0 { start = place }
            length += gain
        } else {
            length = 0
        }
        place += step
        if length >= runPages {
            found.append(start)
            resume = start + runPages
            segment = -1
            enterNextSegment(memory)
        } else if place >= limit {
            enterNextSegment(memory)
        }
    }

    /// How many pages the page at hand adds to a run, and how far to go on.
    private mutating func judge(_ memory: SlowMemory) -> (gain: Int, step: Int) {
        let code = memory.code(place)
        if "wW".contains(code) { return (0, 1) }
        let reservation = memory.reservation(at: place).map { memory.reservations[$0] }
        let rest = reservation.map { $0.first + 512 - place } ?? 1
        if reservation != nil && option == 1 { return (0, rest) }
        if "vsilbqad".contains(code) {
            locks += 1
            if code == "d" { return (0, 1) }
            if option == 2, let reservation, reservation.population == 512 { return (0, rest) }
            return ("vsil".contains(code) ? 1 : 0, 1)
        }
        if reservation != nil { return (1, 1) }
        let order = memory.orders[place - memory.base]
        return order < 13 ? (1 << order, 1 << order) : (0, 1)
    }

    private mutating func jump(to address: UInt64, _ memory: SlowMemory) {
        place = Int(address / 4096)
        if place >= limit { enterNextSegment(memory) }
    }

    private mutating func enterNextSegment(_ memory: SlowMemory) {
        length = 0
        segment += 1
        while segment < memory.segments.count {
            let next = memory.segments[segment]
            let low = max(bounds.low, UInt64(next.start) * 4096, UInt64(resume) * 4096)
            let high = min(bounds.high, UInt64(next.end) * 4096)
            if next.domain == domain, low < high, high - low >= UInt64(runPages) * 4096 {
                place = Int(low / 4096)
                limit = Int(high / 4096)
                return
            }
            segment += 1
        }
        isExhausted = true
    }

    /// No segment is left: the last runs found are kept, in ascending order.
    mutating func endScan(_ memory: SlowMemory) {
        kept = Array(found.suffix(ringSize))
        stage = .trying
        if kept.isEmpty { endPass(memory) }
    }

    private mutating func endPass(_ memory: SlowMemory) {
        if option == 0 {
            stage = .over(sum > 0)
            return
        }
        option = option == 1 ? 2 : 0
        passes += 1
        (sum, visits, locks, resume, segment) = (0, 0, 0, 0, -1)
        found = []
        isExhausted = false
        stage = .scanning
        enterNextSegment(memory)
    }

    // MARK: Runs

    /// Tries the highest run that is left.
    mutating func tryRun(_ memory: inout SlowMemory) -> (page: Int, outcome: Outcome) {
        let run = kept.removeLast()
        let outcome = relocate(run, &memory)
        if outcome == .ok { sum += runPages }
        if let goal, sum >= goal {
            stage = .over(true)
        } else if kept.isEmpty {
            endPass(memory)
        }
        return (run, outcome)
    }

    private func relocate(_ run: Int, _ memory: inout SlowMemory) -> Outcome {
        var collected: [Int] = []
        var outcome = Outcome.ok
        var page = run
        while page < run + runPages && outcome == .ok {
            let order = memory.orders[page - memory.base]
            switch memory.code(page) {
            case "w", "W", "q", "b": outcome = .busy
            case "d", "a", "x": outcome = .invalid
            case "U": break
            case "F":
                if order == 13 { outcome = .invalid } else { page += 1 << order - 1 }
            case "i":
                memory.happenings.append(.invalidFreed(page: page))
                give(page, &memory, &collected)
            default: outcome = move(page, run, &memory, &collected)
            }
            page += 1
        }
        for page in collected.reversed() { memory.freeBlock(page, 0) }
        if !collected.isEmpty { memory.give(collected.count, memory.domain(of: run)) }
        return outcome
    }

    private func give(_ page: Int, _ memory: inout SlowMemory, _ collected: inout [Int]) {
        if memory.reservation(at: page) == nil {
            collected.append(page)
        } else {
            memory.release(page)
        }
    }

    private func move(
        _ page: Int, _ run: Int, _ memory: inout SlowMemory, _ collected: inout [Int]
    ) -> Outcome {
        let code = memory.code(page)
        guard let target = findTarget(run, &memory) else { return .noMemory }
        if code == "l" {
            memory.release(target)
            memory.setCode("w", page, 1)
            return .busy
        }
        memory.setCode(code, target, 1)
        // No longer an object page, and not free yet.
        memory.setCode("x", page, 1)
        memory.happenings.append(.moved(from: page, to: target))
        give(page, &memory, &collected)
        return .ok
    }

    /// Above `high`, below the run, above the run.
    private func findTarget(_ run: Int, _ memory: inout SlowMemory) -> Int? {
        var searches: [SlowMemory.Bounds] = []
        if bounds.high / 4096 != UInt64.max / 4096 {
            searches.append(SlowMemory.Bounds(low: (bounds.high + 4095) / 4096 * 4096))
        }
        searches.append(SlowMemory.Bounds(high: UInt64(run) * 4096 - 1))
        searches.append(
            SlowMemory.Bounds(low: UInt64(run + runPages) * 4096, high: bounds.high))
        for search in searches {
            if let page = findTarget(search, &memory) { return page }
        }
        return nil
    }

    private func findTarget(_ search: SlowMemory.Bounds, _ memory: inout SlowMemory) -> Int? {
        for isFirstRound in [true, false] {
            for number in memory.domains.indices {
                var place = domain
                if number > 0 {
                    repeat {
                        memory.iterator += 1
                        place = memory.iterator % memory.domains.count
                    } while place == domain
                }
                if isFirstRound && memory.domains[place].isInMinSet { continue }
                let page = memory.allocateRange(
                    place, level, count: 1, search, breaks: true, code: "W")
                if let page { return page }
                memory.happenings.append(.searchFailed(domain: place))
            }
        }
        return nil
    }
}

import PhysicalMemory

/// The buffer zone as engine specification 4.3 and 13 B5 tell it, with plain arrays and nothing
/// kept that can be counted. It shares no code with the engine's zone; pages come from a page
/// layer of its own.
struct SlowZone {
    struct Bucket: Equatable {
        let room: Int
        /// The last one leaves first.
        var buffers: [PageNumber] = []

        var isFull: Bool { buffers.count == room }
    }

    struct Cpu: Equatable {
        var allocating: Bucket?
        var freeing: Bucket?
        var foreign: Bucket?
    }

    /// The figures of a domain list under FreeBSD's names.
    struct Figures: Equatable {
        var (nitems, imax, imin, bimin, wss, limin, timin) = (0, 0, 0, 0, 0, 0, 0)
    }

    struct Domain {
        /// The first one leaves first.
        var list: [Bucket] = []
        var figures = Figures()
        var sorting: Bucket?
        var waiting: Bucket?
        var waitingFor = 0
        var toucher: Int?
        var touchedNs: Int64 = 0
    }

    enum Event: Equatable {
        case size(Int, Int)
        case trim(why: Int64, domain: Int, buffers: Int)
    }

    enum Place: Equatable { case cache, system }

    var pages: PhysicalMemory
    let domainOfCpu: [Int]
    let lockNs: Int64
    let sizeChanges: Bool
    var cpus: [Cpu]
    var domains: [Domain]
    var size: Int
    var isWithoutBuckets = false
    var (allocs, frees, fails, xdomain) = (Int64(0), Int64(0), Int64(0), Int64(0))
    var events: [Event] = []

    init(
        _ pages: PhysicalMemory, domainOfCpu: [Int], size: Int, sizeChanges: Bool, lockNs: Int64
    ) {
        self.pages = pages
        self.domainOfCpu = domainOfCpu
        self.size = size
        self.sizeChanges = sizeChanges
        self.lockNs = lockNs
        cpus = domainOfCpu.map { _ in Cpu() }
        domains = pages.domains.map { _ in Domain() }
    }

    // MARK: Allocation

    /// Steps (a) to (e) of an allocation that does not wait.
    mutating func allocate(_ cpu: Int, _ nowNs: Int64) -> PageNumber? {
        if let page = cached(cpu, nowNs) { return page }
        let domain = domainOfCpu[cpu]
        if !isWithoutBuckets {
            var bucket = Bucket(room: Self.room(for: size))
            let wanted = min(size, bucket.room)
            while bucket.buffers.count < wanted, let page = pages.importBuffer(domain) {
                bucket.buffers.append(page)
            }
            if !bucket.buffers.isEmpty {
                domains[domain].figures.imax += bucket.buffers.count
                cpus[cpu].allocating = bucket
                return cached(cpu, nowNs)
            }
            fails += 1
        }
        guard let page = pages.importBuffer(domain) else {
            fails += 1
            return nil
        }
        allocs += 1
        return page
    }

    private mutating func cached(_ cpu: Int, _ nowNs: Int64) -> PageNumber? {
        if cpus[cpu].allocating?.buffers.isEmpty ?? true {
            if let other = cpus[cpu].freeing, !other.buffers.isEmpty {
                cpus[cpu].freeing = cpus[cpu].allocating
                cpus[cpu].allocating = other
            } else {
                cpus[cpu].allocating = fetch(domainOfCpu[cpu], cpu, nowNs)
            }
        }
        guard let page = cpus[cpu].allocating?.buffers.popLast() else { return nil }
        allocs += 1
        return page
    }

    private mutating func fetch(_ domain: Int, _ cpu: Int, _ nowNs: Int64) -> Bucket? {
        if domains[domain].list.isEmpty { return nil }
        touch(domain, cpu, nowNs)
        let bucket = domains[domain].list.removeFirst()
        domains[domain].figures.nitems -= bucket.buffers.count
        if domains[domain].figures.bimin > domains[domain].figures.nitems {
            domains[domain].figures.bimin = domains[domain].figures.nitems
            domains[domain].figures.imin = min(
                domains[domain].figures.imin, domains[domain].figures.nitems)
        }
        return bucket
    }

    /// An allocation that waits: `nil` where it would turn in place. It keeps what it has.
    mutating func allocateWaiting(_ cpu: Int, _ nowNs: Int64) -> PageNumber? {
        let domain = domainOfCpu[cpu]
        if domains[domain].waiting == nil {
            if let page = cached(cpu, nowNs) { return page }
            if isWithoutBuckets {
                guard let page = pages.importBuffer(domain, breakReservations: true) else {
                    return nil
                }
                allocs += 1
                return page
            }
            domains[domain].waiting = Bucket(room: Self.room(for: size))
            domains[domain].waitingFor = min(size, Self.room(for: size))
        }
        guard var bucket = domains[domain].waiting else { return nil }
        while bucket.buffers.count < domains[domain].waitingFor {
            guard let page = pages.importBuffer(domain, breakReservations: true) else {
                domains[domain].waiting = bucket
                return nil
            }
            bucket.buffers.append(page)
        }
        domains[domain].waiting = nil
        domains[domain].waitingFor = 0
        if cpus[cpu].allocating == nil {
            domains[domain].figures.imax += bucket.buffers.count
            cpus[cpu].allocating = bucket
        } else {
            touch(domain, cpu, nowNs)
            put(bucket, domain, isWorkingSet: false)
        }
        return cached(cpu, nowNs)
    }

    // MARK: Free

    mutating func free(_ page: PageNumber, _ cpu: Int, _ nowNs: Int64) -> Place {
        frees += 1
        return home(page) == domainOfCpu[cpu]
            ? freeAtHome(page, cpu, nowNs) : freeAbroad(page, cpu, nowNs)
    }

    private mutating func freeAtHome(_ page: PageNumber, _ cpu: Int, _ nowNs: Int64) -> Place {
        if cpus[cpu].allocating?.isFull ?? true {
            if let other = cpus[cpu].freeing, !other.isFull {
                cpus[cpu].freeing = cpus[cpu].allocating
                cpus[cpu].allocating = other
            } else {
                let full = cpus[cpu].freeing
                let fresh = isWithoutBuckets ? nil : Bucket(room: Self.room(for: size))
                if let full {
                    touch(domainOfCpu[cpu], cpu, nowNs)
                    put(full, domainOfCpu[cpu], isWorkingSet: true)
                }
                guard let fresh else {
                    cpus[cpu].freeing = nil
                    pages.releaseBuffer(page)
                    return .system
                }
                cpus[cpu].freeing = cpus[cpu].allocating
                cpus[cpu].allocating = fresh
            }
        }
        cpus[cpu].allocating?.buffers.append(page)
        return .cache
    }

    private mutating func freeAbroad(_ page: PageNumber, _ cpu: Int, _ nowNs: Int64) -> Place {
        if cpus[cpu].foreign?.isFull ?? true {
            let full = cpus[cpu].foreign
            cpus[cpu].foreign = isWithoutBuckets ? nil : Bucket(room: Self.room(for: size))
            if let full {
                xdomain += Int64(full.buffers.count)
                if domains.count == 2 {
                    touch(home(page), cpu, nowNs)
                    put(full, home(page), isWorkingSet: true)
                } else {
                    sort(full, touchedBy: cpu, nowNs)
                }
            }
            if cpus[cpu].foreign == nil {
                pages.releaseBuffer(page)
                return .system
            }
        }
        cpus[cpu].foreign?.buffers.append(page)
        return .cache
    }

    private mutating func sort(_ mixed: Bucket, touchedBy cpu: Int?, _ nowNs: Int64) {
        var rest = mixed.buffers
        var done: [Bucket] = []
        while let page = rest.last {
            var bucket = domains[home(page)].sorting
            if bucket == nil, !isWithoutBuckets { bucket = Bucket(room: Self.room(for: size)) }
            guard var bucket else { break }
            rest.removeLast()
            bucket.buffers.append(page)
            domains[home(page)].sorting = bucket.isFull ? nil : bucket
            if bucket.isFull { done.append(bucket) }
        }
        for page in rest { pages.releaseBuffer(page) }
        for bucket in done.reversed() {
            let domain = home(bucket.buffers[0])
            if let cpu { touch(domain, cpu, nowNs) }
            put(bucket, domain, isWorkingSet: true)
        }
        for domain in domains.indices {
            let count = rest.filter { home($0) == domain }.count
            if count > 0 { events.append(.trim(why: 1, domain: domain, buffers: count)) }
        }
    }

    private mutating func put(_ bucket: Bucket, _ domain: Int, isWorkingSet: Bool) {
        let count = bucket.buffers.count
        if count == 0 { return }
        domains[domain].list.insert(bucket, at: 0)
        var figures = domains[domain].figures
        figures.nitems += count
        if !isWorkingSet {
            figures.imax += count
            figures.imin += count
            figures.bimin += count
            figures.limin += count
        } else if figures.nitems > figures.imax {
            figures.wss = max(figures.wss, figures.imax - figures.bimin)
            figures.bimin = figures.nitems
            figures.imax = figures.nitems
        }
        domains[domain].figures = figures
    }

    // MARK: Reclaim

    /// What happens every 20 s.
    mutating func periodic() {
        lookAtMemory()
        for domain in domains.indices {
            let count = reclaim(domain) { figures in
                figures.timin > 45 ? figures.nitems - figures.limin / 4 : nil
            }
            if count > 0 { events.append(.trim(why: 0, domain: domain, buffers: count)) }
        }
    }

    mutating func trim(_ domain: Int) {
        lookAtMemory()
        shrink(to: max(size - 1, 1))
        let count = reclaim(domain) { $0.wss }
        events.append(.trim(why: 1, domain: domain, buffers: count))
    }

    mutating func drain(_ domain: Int) {
        lookAtMemory()
        shrink(to: max(size - 1, 1))
        let count = reclaim(domain) { _ in 0 }
        events.append(.trim(why: 2, domain: domain, buffers: count))
    }

    mutating func emergency() {
        lookAtMemory()
        let half = (size + 1) / 2
        if sizeChanges, size != max(half - 1, 1) { events.append(.size(size, max(half - 1, 1))) }
        if sizeChanges { size = half }
        var (lost, others) = ([Event](), events)
        for cpu in cpus.indices {
            let had = cpus[cpu]
            cpus[cpu] = Cpu()
            let domain = domainOfCpu[cpu]
            if let bucket = had.allocating { put(bucket, domain, isWorkingSet: false) }
            if let bucket = had.freeing { put(bucket, domain, isWorkingSet: false) }
            guard let bucket = had.foreign else { continue }
            if domains.count == 2 {
                put(bucket, domain == 0 ? 1 : 0, isWorkingSet: false)
            } else {
                events = []
                sort(bucket, touchedBy: nil, 0)
                lost += events
            }
        }
        for domain in domains.indices {
            let counts = lost.map { event in
                if case .trim(_, domain, let buffers) = event { buffers } else { 0 }
            }
            let sum = counts.reduce(0, +)
            if sum > 0 { others.append(.trim(why: 1, domain: domain, buffers: sum)) }
        }
        events = others
        if sizeChanges { size = max(size - 1, 1) }
        for domain in domains.indices {
            let count = reclaim(domain) { _ in 0 }
            events.append(.trim(why: 2, domain: domain, buffers: count))
        }
    }

    private mutating func lookAtMemory() {
        isWithoutBuckets = pages.domains.contains { $0.freeCount < $0.thresholds.min }
    }

    private mutating func shrink(to new: Int) {
        if sizeChanges, size != new {
            events.append(.size(size, new))
            size = new
        }
    }

    /// Buffers given back: the cross bucket whole, then buckets down to a target, if there is one.
    private mutating func reclaim(_ domain: Int, target: (Figures) -> Int?) -> Int {
        var gone = domains[domain].sorting?.buffers ?? []
        domains[domain].sorting = nil
        var figures = domains[domain].figures
        figures.wss = max(figures.wss * 3 / 4, figures.imax - figures.bimin)
        let m = figures.imin - figures.wss
        if m < 0 {
            (figures.limin, figures.timin) = (0, 0)
        } else {
            figures.limin = figures.limin >= m ? m : (m + 255 * figures.limin) / 256
            figures.timin += 1
        }
        figures.imax -= (figures.imax - figures.nitems + 1) / 2
        figures.imin = figures.nitems
        figures.bimin = figures.nitems
        if let target = target(figures) {
            while let bucket = domains[domain].list.first {
                let count = bucket.buffers.count
                if figures.nitems < target + count { break }
                domains[domain].list.removeFirst()
                gone += bucket.buffers
                figures.nitems -= count
                let common = min(figures.bimin, count)
                figures.imax -= common
                figures.bimin -= common
                figures.imin -= min(figures.imin, count)
                if figures.limin >= count {
                    figures.limin -= count
                } else {
                    (figures.limin, figures.timin) = (0, 0)
                }
            }
        }
        domains[domain].figures = figures
        for page in gone { pages.releaseBuffer(page) }
        return gone.count
    }

    // MARK: Small things

    /// A list's lock is found held: another CPU was the last to touch it, and only just.
    private mutating func touch(_ domain: Int, _ cpu: Int, _ nowNs: Int64) {
        if let other = domains[domain].toucher, other != cpu,
            nowNs < domains[domain].touchedNs + lockNs, sizeChanges, size < 254
        {
            events.append(.size(size, size + 1))
            size += 1
        }
        domains[domain].toucher = cpu
        domains[domain].touchedNs = nowNs
    }

    private func home(_ page: PageNumber) -> Int {
        pages.segments.firstIndex { ($0.start..<$0.end).contains(page) } ?? -1
    }

    private static func room(for size: Int) -> Int {
        [2, 4, 8, 16, 30, 62, 126, 254].first { $0 >= size } ?? 254
    }
}

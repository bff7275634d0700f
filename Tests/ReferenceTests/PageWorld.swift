import PhysicalMemory
import TestRandomness

/// The whole page layer of the engine and the slow model side by side: objects and their
/// reservations, buffers, kernel pages, changes of pages, and a reclaim call in slices.
struct PageWorld {
    var memory: PhysicalMemory
    var slow: SlowMemory
    var random: TestRandom
    var reclaim = ReclaimWorld()
    private var objects: [PageObject] = []
    private var slowObjects: [SlowObject] = []
    private var buffers: [Int] = []
    private var kernelPages: [Int] = []
    /// Pages of files and anonymous memory outside objects, with what has become of them.
    private var loose: [Int] = []
    private(set) var operations = 0
    private(set) var broken = 0

    init(seed: UInt64) {
        random = TestRandom(seed: seed, purpose: 42)
        let segments = Self.segments(&random)
        let domainCount = (segments.map(\.domain).max() ?? 0) + 1
        var limits: [SlowMemory.Limits] = []
        for _ in 0..<domainCount { limits.append(Self.limits(&random)) }
        slow = SlowMemory(
            segments.map { .init(start: $0.start, end: $0.end, domain: $0.domain) }, limits)
        memory = PhysicalMemory(
            segments: segments,
            thresholds: limits.map {
                Thresholds(
                    interruptFreeMin: $0.interruptFreeMin, pageoutFreeMin: $0.pageoutFreeMin,
                    reserved: $0.reserved, severe: $0.severe, min: $0.min,
                    target: $0.wakeup + 10, wakeup: $0.wakeup)
            })
        memory.recordsDetails = true
        let start = random.choice([0, 1000, Int64(Int32.max) - 3])
        memory.ticks = Int32(start)
        slow.ticks = Int32(start)
        for number in 0..<random.number(1...5) {
            let (isFile, size) = (random.isOneIn(2), random.number(300...1700))
            let color = random.choice([0, 0, random.number(0...511)])
            objects.append(
                PageObject(id: Int32(number), isFile: isFile, pageCount: size, color: color))
            slowObjects.append(SlowObject(id: number, isFile: isFile, size: size, color: color))
        }
    }

    private static func segments(_ random: inout TestRandom) -> [MemorySegment] {
        var start = random.choice([65_536, 65_541, 66_000])
        let domainCount = random.choice([1, 1, 2, 3])
        return (0..<max(domainCount, random.number(1...4))).map { number in
            let pages = random.choice([random.number(30...900), 1536, random.number(900...1900)])
            let gap = random.choice([0, 0, 11, 512])
            defer { start += pages + gap }
            return MemorySegment(start: start, end: start + pages, domain: number % domainCount)
        }
    }

    private static func limits(_ random: inout TestRandom) -> SlowMemory.Limits {
        let reserved = random.number(4...20)
        let severe = reserved + random.number(1...10)
        let least = severe + random.number(1...20)
        return SlowMemory.Limits(
            interruptFreeMin: random.number(0...4), pageoutFreeMin: random.number(1...30),
            reserved: reserved, severe: severe, min: least,
            wakeup: least + random.number(1...60))
    }

    // MARK: One operation on both

    mutating func step() -> String? {
        operations += 1
        if random.isOneIn(6) {
            memory.ticks &+= 1
            slow.ticks &+= 1
        }
        let domain = random.below(memory.domainCount)
        let difference: String? =
            switch random.below(18) {
            case 0, 1, 2, 3: growObject(domain)
            case 4: shrinkObject()
            case 5: takeBuffer(domain)
            case 6: giveBuffer()
            case 7: takeKernelPage(domain)
            case 8: giveKernelPage()
            case 9: takeLoose(domain)
            case 10: giveLoose()
            case 11, 12: change()
            case 13: takeRange(domain)
            case 14: wait(domain)
            case 15, 16: fillExtent(domain)
            default: reclaim.advance(&memory, &slow, &random)
            }
        broken += slow.happenings.count {
            if case .broke = $0 { true } else { false }
        }
        followMoves()
        return difference ?? Comparison.signals(&memory, &slow)
            ?? Comparison.counts(memory, slow)
    }

    func check() -> String? {
        Comparison.lists(memory, slow) ?? Comparison.reservations(memory, slow)
            ?? Comparison.pages(memory, slow)
    }

    /// Everything the engine's own recount finds.
    func faults() -> [String] { memory.checkInvariants(allowsUnmergedBuddies: false) }

    private static func level(_ random: inout TestRandom) -> (AllocationClass, SlowMemory.Class) {
        random.choice([
            (.normal, .normal), (.normal, .normal), (.system, .system), (.interrupt, .interrupt),
        ])
    }

    private func told(_ what: String, _ got: Int?, _ wanted: Int?) -> String? {
        got == wanted ? nil : "\(what): \(got ?? -1), wanted \(wanted ?? -1)"
    }

    // MARK: Objects

    /// A stretch of an object becomes resident.
    private mutating func growObject(_ domain: Int) -> String? {
        let number = random.below(objects.count)
        let level = Self.level(&random)
        let size = slowObjects[number].size
        let start = random.below(size)
        for index in start..<min(size, start + random.choice([1, 1, 4, 60, 500])) {
            guard slowObjects[number].pages[index] < 0 else { continue }
            let wanted = slow.allocatePage(
                of: &slowObjects[number], at: index, domain, level.1)
            let got = memory.allocatePage(
                of: &objects[number], at: index, domain: domain, class: level.0)
            if got?.page != wanted?.page || got?.isInReservation != wanted?.isInReservation {
                return "page \(index) of object \(number): \(String(describing: got)), wanted "
                    + "\(String(describing: wanted))"
            }
        }
        return nil
    }

    private mutating func shrinkObject() -> String? {
        let number = random.below(objects.count)
        if random.isOneIn(150) {
            memory.breakReservations(of: objects[number])
            slow.breakReservations(of: slowObjects[number])
            return nil
        }
        let isDense = random.isOneIn(12)
        let start = random.below(slowObjects[number].size)
        let length = isDense ? 700 : random.choice([1, 5, 90])
        for index in start..<min(slowObjects[number].size, start + length) {
            let page = slowObjects[number].pages[index]
            guard page >= 0, isDense || random.isOneIn(2) else { continue }
            slow.release(page)
            slowObjects[number].pages[index] = -1
            memory.releasePage(of: &objects[number], at: index)
        }
        return nil
    }

    /// Pages become busy, wired, invalid and so on; those of objects and others.
    private mutating func change() -> String? {
        let kinds: [(PageKind, Character)] = [
            (.file, "v"), (.file, "v"), (.anonymous, "s"), (.anonymous, "s"), (.busy, "b"),
            (.unqueued, "q"), (.wiredWhenUnmapped, "l"), (.wiredObject, "w"),
            (.specialAttribute, "a"), (.otherObject, "d"), (.invalid, "i"),
        ]
        // An object cannot be told that relocation freed a page of it.
        let isLoose = random.isOneIn(2)
        let kind = random.choice(isLoose ? kinds : Array(kinds.dropLast()))
        let pages: [Int]
        if !isLoose {
            let object = slowObjects[random.below(objects.count)]
            let start = random.below(object.size)
            pages = object.pages[start..<min(object.size, start + 20)].filter { $0 >= 0 }
        } else {
            pages = loose.isEmpty ? [] : [loose[random.below(loose.count)]]
        }
        for page in pages {
            memory.changeKind(of: page, to: kind.0)
            slow.setCode(kind.1, page, 1)
        }
        return nil
    }

    /// Pages of content whose reservation the caller remembers itself.
    private mutating func fillExtent(_ domain: Int) -> String? {
        let level = Self.level(&random)
        let isFile = random.isOneIn(2)
        let (kind, code): (PageKind, Character) = isFile ? (.file, "v") : (.anonymous, "s")
        let first = slow.reservations.filter { $0.object >= 100 }.last?.first
        if first == nil || random.isOneIn(20) {
            let (object, offset) = (100 + random.below(50), random.below(512))
            let got = memory.makeReservation(
                in: domain, object: Int32(object), offset: offset, class: level.0, kind: kind)
            let wanted = slow.makeReservation(
                domain, level.1, object: object, index: 0, offset: offset, code: code)
            if let got { loose.append(got) }
            return told("first page of a reservation", got, wanted)
        }
        guard let first else { return nil }
        for _ in 0..<random.choice([1, 6, 200]) {
            let offset = random.below(512)
            let got = memory.populateReservation(
                at: first, offset: offset, class: level.0, kind: kind)
            let wanted = slow.populateReservation(first, level.1, offset: offset, code: code)
            if let difference = told("page of a reservation", got, wanted) { return difference }
            if let got { loose.append(got) }
        }
        return nil
    }

    // MARK: Pages without object

    private mutating func takeBuffer(_ domain: Int) -> String? {
        let breaks = random.isOneIn(5)
        let got = memory.importBuffer(domain, breakReservations: breaks)
        let wanted = slow.importBuffer(domain, breaks: breaks)
        if let got { buffers.append(got) }
        return told("buffer", got, wanted)
    }

    private mutating func giveBuffer() -> String? {
        guard !buffers.isEmpty else { return nil }
        let page = buffers.remove(at: random.below(buffers.count))
        memory.releaseBuffer(page)
        for page in page..<page + 4 { slow.release(page) }
        return nil
    }

    private mutating func takeKernelPage(_ domain: Int) -> String? {
        let level = Self.level(&random)
        let isStray = random.isOneIn(6)
        let got = memory.allocatePage(
            domain, class: level.0, kind: isStray ? .inTransit : .kernel)
        let wanted = slow.allocatePage(domain, level.1, pool: 1, code: isStray ? "x" : "W")
        if let got { kernelPages.append(got) }
        return told("kernel page", got, wanted)
    }

    private mutating func giveKernelPage() -> String? {
        guard !kernelPages.isEmpty else { return nil }
        let page = kernelPages.remove(at: random.below(kernelPages.count))
        memory.free(page)
        slow.release(page)
        return nil
    }

    private mutating func takeRange(_ domain: Int) -> String? {
        let level = Self.level(&random)
        let count = random.choice([1, 2, 3, 6, 8, random.number(1...120)])
        var bounds = SlowMemory.Bounds()
        bounds.alignment = 4096 << UInt64(random.choice([0, 0, 1, 3, 5]))
        bounds.boundary = random.isOneIn(5) ? 512 * 4096 : 0
        if random.isOneIn(4) { bounds.low = UInt64(slow.base + random.below(1500)) * 4096 }
        if random.isOneIn(4) { bounds.high = UInt64(slow.base + random.below(2500)) * 4096 }
        let breaks = random.isOneIn(2)
        let got = memory.allocateRange(
            domain, class: level.0, count: count, bounds: bounds.fast,
            breakReservations: breaks, kind: .kernel)
        let wanted = slow.allocateRange(
            domain, level.1, count: count, bounds, breaks: breaks, code: "W")
        if let got { kernelPages += got..<got + count }
        return told("range of \(count) in \(bounds)", got, wanted)
    }

    private mutating func takeLoose(_ domain: Int) -> String? {
        let level = Self.level(&random)
        let isFile = random.isOneIn(2)
        for _ in 0..<random.choice([1, 1, 30]) {
            let got = memory.allocateMovablePage(
                domain, class: level.0, kind: isFile ? .file : .anonymous)
            let wanted = slow.allocatePage(domain, level.1, pool: 0, code: isFile ? "v" : "s")
            if let difference = told("single page", got, wanted) { return difference }
            if let got { loose.append(got) }
        }
        return nil
    }

    private mutating func giveLoose() -> String? {
        for _ in 0..<random.choice([1, 1, 20]) where !loose.isEmpty {
            let page = loose.remove(at: random.below(loose.count))
            memory.free(page)
            slow.release(page)
        }
        return nil
    }

    private mutating func wait(_ domain: Int) -> String? {
        switch random.below(4) {
        case 0:
            memory.addMinWaiter()
            slow.minWaiters += 1
        case 1:
            memory.addSevereWaiter()
            slow.severeWaiters += 1
        case 2:
            memory.addPageDaemonWaiter(domain)
            slow.domains[domain].isPageDaemonWaiting = true
        default:
            let deficit = memory.collectPageoutDeficit(domain)
            defer { slow.domains[domain].deficit = 0 }
            return told("deficit", deficit, slow.domains[domain].deficit)
        }
        return nil
    }

    /// Content that relocation moved or freed is found again where it lies now.
    private mutating func followMoves() {
        for happening in slow.happenings {
            switch happening {
            case .moved(let from, let to): follow(from, to)
            case .invalidFreed(let page): follow(page, nil)
            default: break
            }
        }
    }

    private mutating func follow(_ from: Int, _ to: Int?) {
        if let place = loose.firstIndex(of: from) {
            if let to { loose[place] = to } else { loose.remove(at: place) }
        }
        for number in objects.indices {
            guard let index = slowObjects[number].pages.firstIndex(of: from) else { continue }
            slowObjects[number].pages[index] = to ?? -1
            if let to { objects[number].movePage(at: index, to: to) }
        }
    }
}

extension SlowMemory.Bounds {
    var fast: AddressBounds {
        AddressBounds(low: low, high: high, alignment: alignment, boundary: boundary)
    }
}

import ReclaimEngine
import TraceCore

/// Everything but TLS records, turnover by turnover: zone drains, the churn of the file cache,
/// short-lived kernel memory and the pages that sendfile wires.
///
/// The generator keeps its own account of which slots are in use; it never asks what became of an
/// allocation, so its inputs are the same whatever the policy does. Where a page daemon runs, that
/// evicts what the file cache has too much; where none does, the inputs say what goes.
struct BackgroundGenerator: Sendable {
    /// Slots of one domain.
    private struct Slots: Sendable {
        /// File content that may be given up; not kept where a page daemon chooses.
        var resident: [Int32] = []
        /// Groups of `chunkPages` slots that sendfile may wire; never given up.
        var served: [Int32]
        /// How many groups at the end of `served` are wired.
        var wiredGroups = 0
        /// What was read where a page daemon evicts, oldest first from `oldestRead` on.
        var reads: [Piece] = []
        var oldestRead = 0
        var readPages = 0
    }

    /// Neighbouring slots.
    private struct Piece: Sendable {
        let first: Int32
        let pages: Int32
    }

    private static let chunkPages = 64
    private static let kernelIntervalNs: Int64 = 10_000_000
    private static let sendfileIntervalNs: Int64 = 1_000_000_000

    private let scenario: Scenario
    private let hasPageDaemon: Bool
    private let victims, sendfile, kernelLifetime, fileRead: KeyedRandom
    private var slots: [Slots]
    private var pool: SlotPool
    private var draws: UInt64 = 0
    private var readDraws: UInt64 = 0
    private var turnover: Int64 = 0
    /// The present turnover's inputs, latest first.
    private var pending: [Input] = []
    /// Inputs that belong to a later turnover.
    private var later: [Input] = []
    /// Slots given up in this turnover; another domain may take in it before they are free.
    private var givenUp: [Int] = []
    /// Slots of kernel memory and when they are free.
    private var kernelSlots: [(freeNs: Int64, first: Int)] = []

    init(_ scenario: Scenario, memory: InitialMemory, hasPageDaemon: Bool) {
        self.scenario = scenario
        self.hasPageDaemon = hasPageDaemon
        let seed = UInt64(bitPattern: scenario.seed)
        victims = KeyedRandom(seed: seed, purpose: Purpose.victims.rawValue)
        sendfile = KeyedRandom(seed: seed, purpose: Purpose.sendfile.rawValue)
        kernelLifetime = KeyedRandom(seed: seed, purpose: Purpose.kernelLifetime.rawValue)
        fileRead = KeyedRandom(seed: seed, purpose: Purpose.fileRead.rawValue)
        // Two streams of file content and one of kernel memory.
        pool = SlotPool(
            above: memory.domains.last?.slots.upperBound ?? 0,
            groupSlots: scenario.fileReservedPpm > 0 ? 512 : Self.chunkPages,
            streams: 2 * memory.domains.count + 1)
        slots = memory.domains.map { domain in
            // Every fourth whole group is served.
            let groups = stride(
                from: domain.slots.lowerBound, to: domain.slots.upperBound - Self.chunkPages,
                by: 4 * Self.chunkPages)
            return Slots(
                resident: hasPageDaemon ? [] : Self.notServed(domain),
                served: groups.map { Int32($0) })
        }
        turnover = scenario.turnoverStartNs > 0 ? -1 : 0
        makeTurnover()
    }

    /// The slots with content that no served group holds.
    private static func notServed(_ domain: InitialMemory.Domain) -> [Int32] {
        var slots: [Int32] = []
        let servedEnd = domain.isContent.count - chunkPages
        for (offset, isContent) in domain.isContent.enumerated() where isContent {
            let place = offset % (4 * chunkPages)
            let isServed = place < chunkPages && offset - place < servedEnd
            if !isServed { slots.append(Int32(domain.firstSlot + offset)) }
        }
        return slots
    }

    /// When the next input comes.
    var nextNs: Int64 { pending.last?.timeNs ?? Int64.max }

    /// The next input.
    mutating func next() -> Input {
        let input = pending.removeLast()
        if pending.isEmpty { makeTurnover() }
        return input
    }

    // MARK: One turnover

    private mutating func makeTurnover() {
        // Before the first turnover everything else goes on already.
        let isBefore = turnover < 0
        let startNs = isBefore ? 0 : scenario.turnoverStartNs + turnover * scenario.turnoverNs
        let endNs = isBefore ? scenario.turnoverStartNs : startNs + scenario.turnoverNs
        var inputs = later
        later = []
        for domain in slots.indices {
            addSendfile(domain, startNs, endNs, &inputs)
            addKernel(domain, startNs, endNs, &inputs)
            addReads(domain, startNs, endNs, &inputs)
            if !isBefore { addTurnover(domain, startNs, &inputs) }
        }
        for slot in givenUp { pool.giveBack(slot) }
        givenUp.removeAll(keepingCapacity: true)
        // A stable order: by time, then by the order of generation.
        let ordered = inputs.enumerated().sorted {
            ($0.element.timeNs, $0.offset) < ($1.element.timeNs, $1.offset)
        }.map(\.element)
        later = ordered.filter { $0.timeNs >= endNs }
        pending = ordered.prefix(ordered.count - later.count).reversed()
        turnover += 1
        // A turnover without inputs is followed by the next one, so that there is always a next.
        if pending.isEmpty {
            pending = [
                Input(
                    timeNs: endNs - 1,
                    .background(Input.Background(domain: 0, operation: .allocate)))
            ]
        }
    }

    /// One turnover: the zone may be drained at 10 % of its length, from 20 to 60 % the file cache
    /// takes pages, from 60 to 90 % it gives as many up elsewhere.
    private mutating func addTurnover(_ domain: Int, _ startNs: Int64, _ inputs: inout [Input]) {
        let tenthNs = scenario.turnoverNs / 10
        if scenario.drainEvery > 0, turnover % scenario.drainEvery == 0 {
            inputs.append(input(startNs + tenthNs, domain, .drain))
        }
        var pages = turnoverPages(domain, startNs + 6 * tenthNs)
        if !hasPageDaemon { pages = min(pages, slots[domain].resident.count) }
        guard pages > 0 else { return }
        var taken: [Int32] = []
        var done = 0
        while done < pages {
            let count = min(Self.chunkPages, pages - done)
            let timeNs = startNs + 2 * tenthNs + 4 * tenthNs * Int64(done) / Int64(pages)
            let first = read(domain, pages: count, timeNs, &inputs)
            if !hasPageDaemon { taken += (first..<(first + count)).map { Int32($0) } }
            done += count
        }
        guard !hasPageDaemon else { return }
        for given in 0..<pages {
            let timeNs = startNs + 6 * tenthNs + 3 * tenthNs * Int64(given) / Int64(pages)
            giveUpVictim(domain, timeNs, &inputs)
        }
        slots[domain].resident += taken
    }

    /// Files read all the time; without a page daemon as many pages are given up elsewhere.
    private mutating func addReads(
        _ domain: Int, _ startNs: Int64, _ endNs: Int64, _ inputs: inout [Input]
    ) {
        func pagesRead(_ timeNs: Int64) -> Int64 {
            let (seconds, restNs) = timeNs.quotientAndRemainder(dividingBy: 1_000_000_000)
            let rate = scenario.fileReadPagesPerSecond
            return seconds * rate + restNs * rate / 1_000_000_000
        }
        let chunkPages = Int64(Self.chunkPages)
        let firstChunk = pagesRead(startNs) / chunkPages
        let chunks = Int(pagesRead(endNs) / chunkPages - firstChunk)
        for chunk in 0..<max(chunks, 0) {
            let timeNs = startNs + (endNs - startNs) * Int64(chunk) / Int64(chunks)
            let first = read(domain, pages: Self.chunkPages, timeNs, &inputs)
            guard !hasPageDaemon else { continue }
            for _ in 0..<min(Self.chunkPages, slots[domain].resident.count) {
                giveUpVictim(domain, timeNs, &inputs)
            }
            slots[domain].resident += (first..<(first + Self.chunkPages)).map { Int32($0) }
        }
    }

    /// A piece of a file is read.
    ///
    /// - Returns: its first slot.
    private mutating func read(
        _ domain: Int, pages: Int, _ timeNs: Int64, _ inputs: inout [Input]
    ) -> Int {
        readDraws += 1
        let isReserved = fileRead.chance(
            millionths: UInt64(scenario.fileReservedPpm), entity: UInt64(domain), index: readDraws)
        if hasPageDaemon { forgetOldReads(domain, timeNs, &inputs) }
        func drawn(_ ppm: Int64, _ entity: Int) -> Bool {
            fileRead.chance(
                millionths: UInt64(ppm), entity: UInt64(entity << 16 | domain), index: readDraws)
        }
        let isDirty = drawn(scenario.dirtyPpm, 1)
        let first = pool.take(pages, stream: 2 * domain + (isReserved ? 1 : 0))
        inputs.append(
            input(
                timeNs, domain, .allocate, handle: first, pages: pages,
                flags: (isReserved ? Input.Background.reserved : 0)
                    | (isDirty ? Input.Background.dirty : 0)))
        if drawn(scenario.touchedPpm, 2) {
            inputs.append(
                input(
                    timeNs + scenario.turnoverNs / 2, domain, .touch, handle: first, pages: pages))
        }
        if hasPageDaemon {
            slots[domain].reads.append(Piece(first: Int32(first), pages: Int32(pages)))
            slots[domain].readPages += pages
        }
        return first
    }

    /// What was read so long ago that half of memory has been read since is given up, so that its
    /// numbers can be used again; the page daemon has evicted most of it by then.
    private mutating func forgetOldReads(
        _ domain: Int, _ timeNs: Int64, _ inputs: inout [Input]
    ) {
        while slots[domain].readPages > scenario.host.domains[domain].pageCount / 2 {
            let piece = slots[domain].reads[slots[domain].oldestRead]
            slots[domain].oldestRead += 1
            slots[domain].readPages -= Int(piece.pages)
            let first = Int(piece.first)
            inputs.append(input(timeNs, domain, .free, handle: first, pages: Int(piece.pages)))
            givenUp += first..<(first + Int(piece.pages))
        }
        if slots[domain].oldestRead > 65_536 {
            slots[domain].reads.removeFirst(slots[domain].oldestRead)
            slots[domain].oldestRead = 0
        }
    }

    private mutating func giveUpVictim(_ domain: Int, _ timeNs: Int64, _ inputs: inout [Input]) {
        let victim = removeVictim(domain)
        givenUp.append(victim)
        inputs.append(input(timeNs, domain, .free, handle: victim, pages: 1))
    }

    /// What the file cache takes: all free memory but the floor and what records are expected to
    /// hold. The expectation comes from the load, not from what became of any record.
    private func turnoverPages(_ domain: Int, _ timeNs: Int64) -> Int {
        let recordsPerSecond = Load(scenario).recordsPerSecond(domain: domain, timeNs)
        // The mean of a log-normal of sigma 0.8 is 1.377 times its median.
        let meanLifetimeUs = scenario.lifetimeMedianNs / 1000 * 1377 / 1000
        let heldPages = 4 * recordsPerSecond * meanLifetimeUs / 1_000_000
        let pageCount = Int64(scenario.host.domains[domain].pageCount)
        let freePages = pageCount * scenario.freePpm / 1_000_000
        return Int(max(freePages - heldPages - scenario.floorPages, 0))
    }

    private mutating func removeVictim(_ domain: Int) -> Int {
        draws += 1
        let count = slots[domain].resident.count
        let position = Int(
            victims.number(below: UInt64(count), entity: UInt64(domain), index: draws))
        slots[domain].resident.swapAt(position, count - 1)
        return Int(slots[domain].resident.removeLast())
    }

    /// Each second the pages that sendfile had wired are unwired and others are wired, in groups
    /// of neighbours as a file is read.
    private mutating func addSendfile(
        _ domain: Int, _ startNs: Int64, _ endNs: Int64, _ inputs: inout [Input]
    ) {
        let groups = min(
            Int(scenario.sendfilePages) / Self.chunkPages, slots[domain].served.count)
        let seconds = (startNs + Self.sendfileIntervalNs - 1) / Self.sendfileIntervalNs
        var timeNs = seconds * Self.sendfileIntervalNs
        while timeNs < endNs {
            for group in slots[domain].served.suffix(slots[domain].wiredGroups) {
                inputs.append(
                    input(
                        timeNs, domain, .unwire, handle: Int(group), pages: Self.chunkPages))
            }
            slots[domain].wiredGroups = groups
            for drawn in 0..<groups {
                let group = drawServed(domain, drawn, timeNs)
                inputs.append(
                    input(timeNs, domain, .wire, handle: group, pages: Self.chunkPages))
            }
            timeNs += Self.sendfileIntervalNs
        }
    }

    /// Moves a group that is not drawn yet to the end of the list, behind `drawn` others.
    private mutating func drawServed(_ domain: Int, _ drawn: Int, _ timeNs: Int64) -> Int {
        let last = slots[domain].served.count - 1 - drawn
        let position = Int(
            sendfile.number(
                below: UInt64(last + 1), entity: UInt64(domain << 32 | drawn),
                index: UInt64(timeNs)))
        slots[domain].served.swapAt(position, last)
        return Int(slots[domain].served[last])
    }

    /// Short-lived kernel memory: allocated every 10 ms, kept for 50 to 550 ms.
    private mutating func addKernel(
        _ domain: Int, _ startNs: Int64, _ endNs: Int64, _ inputs: inout [Input]
    ) {
        let pages = Int(scenario.kernelPages)
        guard pages > 0 else { return }
        let ticks = (startNs + Self.kernelIntervalNs - 1) / Self.kernelIntervalNs
        var timeNs = ticks * Self.kernelIntervalNs
        while timeNs < endNs {
            let keptNs =
                50_000_000
                + Int64(
                    kernelLifetime.number(
                        below: 500_000_000, entity: UInt64(domain), index: UInt64(timeNs)))
            for piece in stride(from: 0, to: pages, by: Self.chunkPages) {
                let count = min(Self.chunkPages, pages - piece)
                let first = takeKernelSlots(timeNs, until: timeNs + keptNs)
                inputs.append(
                    input(
                        timeNs, domain, .allocate, handle: first, pages: count, kind: .kernel))
                inputs.append(
                    input(timeNs + keptNs, domain, .free, handle: first, pages: count))
            }
            timeNs += Self.kernelIntervalNs
        }
    }

    /// A group of slots that is free at an instant: one used before, or a new one.
    private mutating func takeKernelSlots(_ timeNs: Int64, until freeNs: Int64) -> Int {
        if let used = kernelSlots.firstIndex(where: { $0.freeNs < timeNs }) {
            kernelSlots[used].freeNs = freeNs
            return kernelSlots[used].first
        }
        let first = pool.take(Self.chunkPages, stream: 2 * slots.count)
        kernelSlots.append((freeNs, first))
        return first
    }

    private func input(
        _ timeNs: Int64, _ domain: Int, _ operation: Input.Background.Operation,
        handle: Int = 0, pages: Int = 0, kind: Input.Background.PageKind = .file,
        flags: Int64 = 0
    ) -> Input {
        Input(
            timeNs: timeNs,
            .background(
                Input.Background(
                    domain: domain, operation: operation, handle: Int64(handle), pages: pages,
                    kind: kind, flags: flags)))
    }
}

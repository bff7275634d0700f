import EngineTestSupport
import PhysicalMemory
import ReclaimEngine
import ScenarioFiles
import TestRandomness
import Testing
import Workloads

/// The generators by their own account, and the memory they start from.
struct GeneratorTests {
    static let seeds = TestSeeds.chosen(1...80)

    @Test(arguments: seeds)
    func timesAscendAndHandlesAreUnique(seed: UInt64) {
        let random = RandomCase(seed: seed)
        var generator = InputGenerator(
            random.scenario, memory: random.scenario.initialMemory())
        var lastNs: Int64 = 0
        var handles: Set<Int64> = []
        var domains: Set<Int> = []
        while let input = generator.next(before: random.durationNs) {
            #expect(input.timeNs >= lastNs && input.timeNs < random.durationNs, "\(random)")
            lastNs = input.timeNs
            guard case .request(let request) = input.action else { continue }
            #expect(handles.insert(request.handle).inserted, "\(random)")
            #expect((1...4).contains(request.pages), "\(random)")
            #expect(request.lifetimeNs > 0, "\(random)")
            let host = random.scenario.host
            #expect(host.domainOfCpu[request.cpu] == host.domainOfCpu[request.freeCpu])
            domains.insert(host.domainOfCpu[request.cpu])
        }
        #expect(handles.count > 3, "\(random)")
        #expect(domains.count == random.scenario.host.domains.count, "\(random)")
    }

    /// Every slot is allocated while nothing is in it, freed once and used only in between.
    @Test(arguments: seeds)
    func slotsAreUsedBetweenAllocationAndRelease(seed: UInt64) {
        let random = RandomCase(seed: seed)
        let memory = random.scenario.initialMemory()
        var generator = InputGenerator(random.scenario, memory: memory)
        var domains: [Int: Int] = [:]
        for (number, domain) in memory.domains.enumerated() {
            for slot in domain.slots where domain.isContent[slot - domain.firstSlot] {
                domains[slot] = number
            }
        }
        /// Slots of served groups are wired whatever they hold.
        func isInitial(_ slot: Int, in domain: Int) -> Bool {
            memory.domains[domain].slots.contains(slot)
        }
        var wired: Set<Int> = []
        var wrong: [String] = []
        while let input = generator.next(before: random.durationNs) {
            guard case .background(let operation) = input.action else { continue }
            let first = Int(operation.handle)
            for slot in first..<first + operation.pages {
                let fits: Bool
                switch operation.operation {
                case .allocate:
                    fits = domains.updateValue(operation.domain, forKey: slot) == nil
                case .free:
                    fits =
                        domains.removeValue(forKey: slot) == operation.domain
                        && !wired.contains(slot)
                case .wire:
                    fits =
                        isInitial(slot, in: operation.domain) && wired.insert(slot).inserted
                case .unwire: fits = wired.remove(slot) != nil
                case .touch: fits = domains[slot] == operation.domain
                case .busy, .idle, .drain: fits = false
                }
                if !fits { wrong.append("\(operation.operation) of slot \(slot)") }
            }
        }
        #expect(wrong.prefix(3) == [], "\(random)")
    }

    /// A long recording takes up the numbers of slots that were given back.
    @Test func slotNumbersStayNearTheSlotsInUse() throws {
        let scenario = try #require(Presets.named("unit")).scenario
        var generator = InputGenerator(scenario, memory: scenario.initialMemory())
        var allocated = 0
        var highest = 0
        while let input = generator.next(before: 300_000_000_000) {
            guard case .background(let operation) = input.action else { continue }
            if operation.operation == .allocate { allocated += operation.pages }
            highest = max(highest, Int(operation.handle) + operation.pages)
        }
        #expect(allocated > 40 * 16_384)
        #expect(highest < 10 * 16_384)
    }

    /// Records come at the rate of the load: at the peak for half of each period, at the low share
    /// for the other half.
    @Test func recordsComeAtTheRateAskedFor() throws {
        var scenario = try #require(Presets.named("unit")).scenario
        scenario.staggerNs = 0
        scenario.lowSharePpm = 200_000
        var generator = InputGenerator(scenario, memory: scenario.initialMemory())
        var high = 0
        var low = 0
        while let input = generator.next(before: 20_000_000_000) {
            guard case .request = input.action else { continue }
            if input.timeNs % scenario.periodNs < scenario.periodNs / 2 {
                high += 1
            } else {
                low += 1
            }
        }
        // 400 Mb/s are 3052 records a second, for ten seconds; four standard deviations.
        #expect(abs(high - 30_518) < 4 * 175)
        #expect(abs(low - 6104) < 4 * 79)
    }

    @Test func lifetimesHaveTheirMedian() throws {
        let scenario = try #require(Presets.named("unit")).scenario
        var generator = InputGenerator(scenario, memory: scenario.initialMemory())
        var lifetimes: [Int64] = []
        while lifetimes.count < 20_000, let input = generator.next(before: Int64.max) {
            if case .request(let request) = input.action { lifetimes.append(request.lifetimeNs) }
        }
        lifetimes.sort()
        let median = scenario.lifetimeMedianNs
        #expect(abs(lifetimes[10_000] - median) < median / 30)
        // One sigma of 0.8 above the median is a factor of 2.2255.
        #expect(abs(lifetimes[16_827] - median * 22_255 / 10_000) < median / 8)
    }

    @Test(arguments: ["unit", "small"])
    func theInitialMemoryIsFragmented(preset: String) throws {
        let scenario = try #require(Presets.named(preset)).scenario
        let initial = scenario.initialMemory()
        let memory = try PhysicalMemory(initial.snapshot)
        #expect(memory.checkInvariants() == [])
        for (number, domain) in scenario.host.domains.enumerated() {
            let pages = domain.pageCount
            var counts: [PageKind: Int] = [:]
            for page in domain.firstPage..<domain.firstPage + pages {
                counts[memory.kind(of: page), default: 0] += 1
            }
            let free = pages * Int(scenario.freePpm) / 1_000_000
            #expect(memory.domains[number].freeCount == free)
            #expect(counts[.free] == free)
            #expect(counts[.kernel] == pages * Int(scenario.unmovablePpm) / 1_000_000)
            #expect(counts[.file] == initial.domains[number].isContent.count { $0 })
            // A block of four is as rare as chance makes it: the fourth power of the free share.
            let blocks = memory.domains[number].contiguousBlocks
            #expect(blocks < pages / 4 / 500)
        }
    }

    /// As many free blocks of each order as a real host had, in spite of scattered kernel pages.
    @Test(arguments: seeds.prefix(10))
    func freeBlocksOfAHostAreTaken(seed: UInt64) throws {
        var scenario = try #require(Presets.named("unit")).scenario
        scenario.seed = Int64(seed)
        let counts = [300, 120, 40, 30, 11, 7, 5, 3, 2, 1, 1, 0, 1]
        scenario.setFreeBlocks([counts])
        let memory = try PhysicalMemory(scenario.initialMemory().snapshot)
        #expect(memory.checkInvariants() == [])
        for order in counts.indices {
            #expect(memory.domains[0].freeBlockCount(order: order) == counts[order], "\(order)")
        }
        let kernel = scenario.host.segments[0]
        let wired = (kernel.start..<kernel.end).count { memory.kind(of: $0) == .kernel }
        #expect(wired == kernel.pageCount * Int(scenario.unmovablePpm) / 1_000_000)
    }

    /// A host with blocks of 4 MiB at most, nearly all of its memory free.
    @Test func manyLargeBlocksStandForLargerOnes() throws {
        var scenario = try #require(Presets.named("small")).scenario
        scenario.setFreeBlocks([[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 180]])
        let memory = try PhysicalMemory(scenario.initialMemory().snapshot)
        #expect(memory.domains[0].freeCount == 180 * 1024)
    }

    @Test(arguments: seeds.prefix(20))
    func theSeedDecidesOnTheMemory(seed: UInt64) {
        let random = RandomCase(seed: seed)
        var other = random.scenario
        other.seed ^= 1
        let snapshot = random.scenario.initialMemory().snapshot
        #expect(snapshot == random.scenario.initialMemory().snapshot)
        #expect(snapshot != other.initialMemory().snapshot)
    }
}

import EngineTestSupport
import TestRandomness
import Testing

@testable import ReclaimEngine

/// The buckets of the zone by themselves (engine specification 4.3).
struct BufferZoneTests {
    @Test(
        arguments: [
            (1, 2), (2, 2), (3, 4), (4, 4), (5, 8), (8, 8), (9, 16), (16, 16), (17, 30), (30, 30),
            (31, 62), (62, 62), (63, 126), (126, 126), (127, 254), (254, 254),
        ])
    func theSmallestClassThatHoldsTheSize(size: Int, capacity: Int) {
        let zone = BufferZone(bucketSize: size, domainOfCpu: [0], domainCount: 1)
        #expect(zone.bucketCapacity == capacity)
        #expect(zone.bucketImportCount == size)
    }

    @Test func theLastBufferInIsTheFirstOut() {
        var zone = BufferZone(bucketSize: 4, domainOfCpu: [0], domainCount: 1)
        let first = zone.loadImported([10, 20, 30], cpu: 0)
        #expect(first == 30)
        zone.free(30, homeDomain: 0, cpu: 0)
        #expect(take(&zone, 0, 4) == ["30 cpu", "20 cpu", "10 cpu", "none"])
    }

    /// Buckets of two: the first full one stays with the CPU, later ones go to the head of the
    /// list, and come back from there.
    @Test func fullBucketsGoToTheHeadOfTheList() {
        var zone = BufferZone(bucketSize: 2, domainOfCpu: [0, 0], domainCount: 1)
        var listed: [Int] = []
        for page in 1...7 {
            zone.free(page, homeDomain: 0, cpu: 0)
            listed.append(zone.listedItems[0])
        }
        #expect(listed == [0, 0, 0, 0, 2, 2, 4])
        var other = zone
        #expect(
            take(&zone, 0, 8) == [
                "7 cpu", "6 cpu", "5 cpu", "4 list", "3 cpu", "2 list", "1 cpu", "none",
            ])
        #expect(take(&other, 1, 5) == ["4 list", "3 cpu", "2 list", "1 cpu", "none"])
        #expect(other.heldItems(cpus: 0..<1) == 3)
    }

    @Test func aDrainTakesTheListFromItsHead() {
        var zone = BufferZone(bucketSize: 2, domainOfCpu: [0], domainCount: 1)
        for page in 1...7 { zone.free(page, homeDomain: 0, cpu: 0) }
        let drained = zone.drainList(of: 0)
        #expect(drained == [4, 3, 2, 1])
        #expect(zone.released == 4)
        #expect(zone.listedItems == [0])
        let again = zone.drainList(of: 0)
        #expect(again == [])
        #expect(take(&zone, 0, 4) == ["7 cpu", "6 cpu", "5 cpu", "none"])
    }

    @Test func foreignBuffersWaitInACrossBucket() {
        var zone = BufferZone(bucketSize: 2, domainOfCpu: [0, 1], domainCount: 2)
        let isForeign = [
            zone.free(100, homeDomain: 0, cpu: 1), zone.free(900, homeDomain: 1, cpu: 1),
        ]
        #expect(isForeign == [true, false])
        #expect(zone.listedItems == [0, 0])
        #expect(take(&zone, 0, 1) == ["none"])
        zone.free(104, homeDomain: 0, cpu: 1)
        #expect(zone.listedItems == [2, 0])
        #expect(take(&zone, 0, 3) == ["104 list", "100 cpu", "none"])
        #expect(take(&zone, 1, 2) == ["900 cpu", "none"])
    }

    @Test func wrongBooksAreNoticed() {
        var zone = BufferZone(bucketSize: 2, domainOfCpu: [0], domainCount: 1)
        _ = zone.loadImported([4, 8], cpu: 0)
        #expect(zone.invariantViolations(inUse: 1) == [])
        #expect(zone.invariantViolations(inUse: 0).count == 2)
    }

    /// Random traffic on two domains against a plain account of where each buffer is.
    @Test(arguments: 1...32)
    func everyBufferIsInOnePlace(seed: UInt64) {
        var random = TestRandom(seed: seed)
        let size = random.choice([1, 2, 3, 5, 16, 62])
        var zone = BufferZone(bucketSize: size, domainOfCpu: [0, 0, 1], domainCount: 2)
        var held: [Int] = []
        var cached: Set<Int> = []
        var next = 0
        for _ in 0..<400 {
            let cpu = random.number(0...2)
            let domain = cpu / 2
            switch random.number(0...9) {
            case 0...4:
                if let found = zone.takeCached(cpu: cpu) {
                    #expect(cached.remove(found.page) != nil, "seed \(seed)")
                    #expect(found.page % 2 == domain, "seed \(seed)")
                    held.append(found.page)
                } else {
                    let pages = (0..<size).map { _ in
                        next += 1
                        return 2 * next + domain
                    }
                    cached.formUnion(pages)
                    let page = zone.loadImported(pages, cpu: cpu)
                    cached.remove(page)
                    held.append(page)
                }
            case 5...8:
                guard !held.isEmpty else { continue }
                let page = held.remove(at: random.number(0...(held.count - 1)))
                zone.free(page, homeDomain: page % 2, cpu: cpu)
                cached.insert(page)
            default:
                for page in zone.drainList(of: domain) {
                    #expect(page % 2 == domain, "seed \(seed)")
                    #expect(cached.remove(page) != nil, "seed \(seed)")
                }
            }
            #expect(zone.invariantViolations(inUse: held.count) == [], "seed \(seed)")
        }
        var seen: [Int] = []
        zone.forEachCached { seen.append($0) }
        #expect(seen.sorted() == cached.sorted(), "seed \(seed)")
    }

    private func take(_ zone: inout BufferZone, _ cpu: Int, _ count: Int) -> [String] {
        (0..<count).map { _ in
            zone.takeCached(cpu: cpu).map { "\($0.page) \($0.level)" } ?? "none"
        }
    }
}

import EngineTestSupport
import PhysicalMemory
import ReclaimEngine
import TestRandomness
import Testing
import Workloads

/// The initial state as bytes.
struct SnapshotCodingTests {
    @Test(arguments: TestSeeds.chosen(1...30))
    func everySnapshotComesBack(seed: UInt64) throws {
        let random = RandomCase(seed: seed)
        var run = try EngineRun(random.setup())
        let initial = random.setup().memory
        #expect(try MemorySnapshot(encoded: initial.encoded()) == initial, "\(random)")
        run.apply(random.inputs())
        // A used memory has owners, deficits and lists in another order.
        let used = run.engine.memory.snapshot()
        #expect(used != initial, "\(random)")
        #expect(try MemorySnapshot(encoded: used.encoded()) == used, "\(random)")
        #expect(
            try PhysicalMemory(MemorySnapshot(encoded: used.encoded())).stateDigest
                == run.engine.memory.stateDigest, "\(random)")
    }

    @Test func everyNumberComesBack() throws {
        let numbers = [
            0, 1, -1, 63, 64, -64, -65, Int.max, Int.min, Int.max - 1, 1 << 62, -(1 << 62), 0,
        ]
        var snapshot = MemorySnapshot()
        snapshot.segments = numbers
        snapshot.thresholds = [Int.min, Int.max, Int.min]
        snapshot.globals = Array(numbers.reversed())
        snapshot.pageRuns = [0, UInt64.max, 1, 1 << 63, UInt64(Int.max)]
        snapshot.freeLists = [5]
        snapshot.queues = numbers.map { $0 &* 7 }
        #expect(try MemorySnapshot(encoded: snapshot.encoded()) == snapshot)
    }

    /// Equal snapshots have equal bytes, and neighbours cost little.
    @Test func theBytesAreFewAndFixed() {
        let host = PageMap.host((65_536, 1))
        let bytes = PageMap.fragmented(host).encoded()
        #expect(bytes == PageMap.fragmented(host).encoded())
        #expect(bytes.count < 65_536 * 3)
        #expect(PageMap.empty(host).encoded().count < 100)
    }

    private func smallSnapshot() -> MemorySnapshot {
        let host = PageMap.host((1024, 1), (1024, 1))
        return PageMap.memory(host) { domain, offset in
            switch offset % 11 {
            case 0, 1, 2, 5: .free
            case 3: domain == 0 ? .kernel : .anonymous
            default: .file
            }
        }.snapshot()
    }

    @Test func everyTruncationIsAnError() {
        let bytes = smallSnapshot().encoded()
        for length in bytes.indices {
            #expect(throws: SnapshotCodingError.self) {
                try MemorySnapshot(encoded: Array(bytes[..<length]))
            }
        }
    }

    @Test func bytesAfterTheEndAreAnError() {
        let bytes = smallSnapshot().encoded()
        #expect(throws: SnapshotCodingError.trailingBytes(offset: bytes.count)) {
            try MemorySnapshot(encoded: bytes + [0])
        }
    }

    @Test func anotherVersionIsAnError() {
        var bytes = smallSnapshot().encoded()
        bytes[0] = 2
        #expect(throws: SnapshotCodingError.unknownVersion(2)) {
            try MemorySnapshot(encoded: bytes)
        }
    }

    /// A claim of more elements than there are bytes must not reserve memory for them.
    @Test(arguments: [1, 5, 9])
    func aHugeCountIsAnErrorAtOnce(continued: Int) {
        let count = [UInt8](repeating: 0xff, count: continued) + [0x01]
        #expect(throws: SnapshotCodingError.self) { try MemorySnapshot(encoded: [1] + count) }
    }

    @Test func aNumberBeyond64BitsIsAnError() {
        let count = [UInt8](repeating: 0xff, count: 9) + [0x02]
        #expect(throws: SnapshotCodingError.tooLarge(offset: 10)) {
            try MemorySnapshot(encoded: [1] + count)
        }
    }

    /// Each single bit the other way: an error, or a state that is sound as a whole.
    @Test func everyFlippedBitIsAnErrorOrAnotherSoundState() throws {
        let snapshot = smallSnapshot()
        let bytes = snapshot.encoded()
        var decoded = 0
        for bit in 0..<(8 * bytes.count) {
            var damaged = bytes
            damaged[bit / 8] ^= 1 << (bit % 8)
            guard let other = try? MemorySnapshot(encoded: damaged) else { continue }
            decoded += 1
            #expect(other != snapshot, "bit \(bit)")
            guard let memory = try? PhysicalMemory(other) else { continue }
            // The levels are told, not counted; all else is.
            let faults = memory.checkInvariants(allowsUnmergedBuddies: true).filter {
                !$0.contains(" set at ")
            }
            #expect(faults == [], "bit \(bit)")
        }
        #expect(decoded > 0)
    }

    @Test(arguments: TestSeeds.chosen(1...200))
    func randomBytesNeverTrap(seed: UInt64) {
        var random = TestRandom(seed: seed)
        var bytes: [UInt8] = [1]
        for _ in 0..<random.number(0...400) {
            bytes.append(UInt8(truncatingIfNeeded: random.bits() & (random.isOneIn(3) ? 255 : 3)))
        }
        guard let snapshot = try? MemorySnapshot(encoded: bytes) else { return }
        #expect(throws: SnapshotError.self, "seed \(seed)") { try PhysicalMemory(snapshot) }
    }
}

import PhysicalMemory
import TestRandomness
import Testing

struct SnapshotTests {
    private func sample() throws -> PhysicalMemory {
        try PhysicalMemory.fragmented(
            freeSingles: 100, tail: [(4, .file), (4, .free), (8, .wired)])
    }

    /// Two reservations, both queued, and pages of all sorts.
    private func reservedSample() throws -> PhysicalMemory {
        var memory = PhysicalMemory(segments: [
            MemorySegment(start: 65536, end: 65536 + 2048, domain: 0)
        ])
        var object = PageObject(id: 3, isFile: false, pageCount: 2000, color: 0)
        for index in [0, 1, 7, 600, 601] {
            _ = memory.allocatePage(of: &object, at: index, domain: 0, class: .normal)
        }
        _ = memory.importBuffer(0, owner: 12)
        #expect(memory.queuedReservations(0).count == 2)
        return memory
    }

    @Test func restoredStateIsEqual() throws {
        let memory = try sample()
        for memory in [memory, try reservedSample()] {
            let restored = try PhysicalMemory(memory.snapshot())
            #expect(restored.stateDigest == memory.stateDigest)
            #expect(restored.snapshot() == memory.snapshot())
            #expect(restored.checkInvariants().isEmpty)
        }
    }

    @Test func snapshotDoesNotDependOnHistory() {
        let segment = MemorySegment(start: 65536, end: 65536 + 1024, domain: 0)
        let first = PhysicalMemory(segments: [segment])
        var second = first
        let page = second.allocateMovablePage(0, kind: .file, owner: 4)
        if let page { second.free(page) }
        #expect(second.snapshot() == first.snapshot())
        #expect(second.stateDigest == first.stateDigest)
    }

    private func fault(_ change: (inout MemorySnapshot) -> Void) throws -> SnapshotError? {
        var image = try sample().snapshot()
        change(&image)
        do {
            _ = try PhysicalMemory(image)
            return nil
        } catch { return error }
    }

    @Test func everyFaultIsNamed() throws {
        typealias Fault = SnapshotError
        #expect(try fault { _ in } == nil)
        #expect(try fault { $0.segments = [] } == Fault.malformed(field: .segments, index: 0))
        #expect(try fault { $0.segments[1] = 0 } == Fault.malformed(field: .segments, index: 0))
        #expect(
            try fault { $0.thresholds.removeLast() }
                == Fault.malformed(field: .thresholds, index: 8))
        #expect(
            try fault { $0.thresholds[3] = -1 }
                == Fault.malformed(field: .thresholds, index: 3))
        #expect(
            try fault { $0.globals[0] = 1 << 40 }
                == Fault.malformed(field: .globals, index: 0))
        #expect(try fault { $0.globals.append(0) } == Fault.malformed(field: .globals, index: 5))
        #expect(
            try fault { $0.pageRuns.append(0) }
                == Fault.malformed(field: .pageRuns, index: 203))
        #expect(
            try fault { $0.pageRuns.removeLast() }
                == Fault.malformed(field: .pageRuns, index: 202))
        #expect(try fault { $0.counters = [] } == Fault.malformed(field: .counters, index: 0))
        #expect(
            try fault { $0.counters[0] += 1 }
                == Fault.freeCountDiffers(domain: 0, stored: 105, counted: 104))
        #expect(
            try fault { $0.freeLists[2] = 13 }
                == Fault.malformed(field: .freeLists, index: 0))
        #expect(
            try fault { $0.freeLists[4] = 5 }
                == Fault.malformed(field: .freeLists, index: 4))
        #expect(
            try fault { $0.freeLists[5] = $0.freeLists[4] }
                == Fault.inconsistent(field: .freeLists, page: 65536))
        #expect(
            try fault { $0.freeLists[4] = 65537 }
                == Fault.inconsistent(field: .freeLists, page: 65537))
        #expect(
            try fault { $0.freeLists.removeLast(5) }
                == Fault.inconsistent(field: .freeLists, page: 65740))
        #expect(
            try fault { $0.reservations = [65536] }
                == Fault.malformed(field: .reservations, index: 1))
        #expect(
            try fault { $0.reservations = [65536, 1, 0, 0] }
                == Fault.malformed(field: .reservations, index: 0))
        #expect(
            try fault { $0.queues = [0, 1, 65536] }
                == Fault.malformed(field: .queues, index: 2))
        #expect(try fault { $0.queues = [0] } == Fault.malformed(field: .queues, index: 0))
        let lost = MemorySnapshot.runPagesMax
        #expect(lost == 134_217_727)
    }

    @Test func garbageNeverTraps() throws {
        let images = [try sample().snapshot(), try reservedSample().snapshot()]
        for seed in TestSeeds.all {
            var random = TestRandom(seed: seed)
            for _ in 0..<200 {
                var other = images[random.below(2)]
                for _ in 0...random.below(3) { damage(&other, &random) }
                if let memory = try? PhysicalMemory(other) {
                    #expect(memory.stateDigest == memory.recomputedStateDigest(), "seed \(seed)")
                }
            }
        }
    }

    private func damage(_ image: inout MemorySnapshot, _ random: inout TestRandom) {
        func change(_ values: inout [Int]) {
            if values.isEmpty || random.isOneIn(8) {
                values.append(random.below(70000))
            } else if random.isOneIn(6) {
                values.removeLast()
            } else {
                let odd = [-1, 0, 1, 13, 65536, 65540, Int.max, Int.min, 1 << 43]
                values[random.below(values.count)] = odd[random.below(odd.count)]
            }
        }
        switch random.below(8) {
        case 0: change(&image.segments)
        case 1: change(&image.thresholds)
        case 2: change(&image.counters)
        case 3: change(&image.globals)
        case 4: image.pageRuns[random.below(image.pageRuns.count)] ^= 1 << (random.bits() % 64)
        case 5: change(&image.freeLists)
        case 6: change(&image.reservations)
        default: change(&image.queues)
        }
    }
}

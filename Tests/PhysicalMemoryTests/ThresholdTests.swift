import PhysicalMemory
import Testing

struct ThresholdTests {
    @Test(arguments: [
        [262144, 407, 1061, 1716, 5076, 5643], [1_048_576, 1431, 4051, 6672, 20151, 22395],
        [4_194_304, 5527, 16012, 26497, 80460, 89407],
        [16_777_216, 21911, 63853, 105795, 321696, 357447],
        [25_165_824, 32834, 95748, 158662, 482526, 536146],
        [33_554_432, 43756, 127641, 211527, 643356, 714840],
        [67_108_864, 87447, 255218, 422990, 1_286_649, 1_429_619],
    ])
    func tableOfTheSpecification(row: [Int]) {
        let limits = Thresholds(pageCount: row[0], freeCount: row[0], clusterPages: 32)
        let got = [limits.reserved, limits.severe, limits.min, limits.wakeup, limits.target]
        #expect(got == Array(row[1...]))
        #expect(limits.interruptFreeMin == 2)
        #expect(limits.pageoutFreeMin == 34)
    }

    @Test func clusterDependsOnTheWholeSystem() {
        #expect(Thresholds.clusterPages(systemPageCount: 1999) == 8)
        #expect(Thresholds.clusterPages(systemPageCount: 2000) == 32)
    }

    @Test func tooFewFreePagesRefuseTheCallAndMakeItWait() throws {
        var memory = try PhysicalMemory.fragmented(freeSingles: 400, tail: [(64, .file)])
        let limits = memory.domains[0].thresholds
        var taken: [Int] = []
        while memory.domains[0].freeCount > limits.reserved + 4 {
            if let page = memory.allocatePage(0, class: .interrupt) { taken.append(page) }
        }
        for level in AllocationClass.allCases {
            let request = ReclaimRequest(domain: 0, allocationClass: level, desiredRuns: 2)
            #expect(ReclaimCall(request, on: memory).phase == .scanning)
        }
        if let page = memory.allocatePage(0, class: .interrupt) { taken.append(page) }
        #expect(memory.domains[0].freeCount == limits.reserved + 3)
        for level in AllocationClass.allCases {
            let request = ReclaimRequest(domain: 0, allocationClass: level, desiredRuns: 2)
            let call = ReclaimCall(request, on: memory)
            #expect(call.phase == .refused)
            #expect(call.passes.isEmpty)
            #expect(call.result == false)
        }
        #expect(memory.waitNeeded(0))
        memory.addMinWaiter()
        memory.addMinWaiter()
        memory.drainSignals()
        while memory.domains[0].freeCount < limits.min {
            #expect(memory.waitNeeded(0))
            #expect(memory.minWaiters == 2)
            memory.free(taken.removeLast())
        }
        #expect(!memory.waitNeeded(0))
        #expect(memory.signals.contains(.minSetLeft(domain: 0)))
        #expect(memory.signals.contains(.minWaitersWoken(count: 2)))
        #expect(memory.minWaiters == 0)
    }
}

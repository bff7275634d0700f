import PhysicalMemory
import TestRandomness
import Testing

/// Runs of more than 4096 pages: the only ones that can cross a boundary, because smaller ones are
/// aligned to their own size.
struct LargeRunReferenceTests {
    @Test(arguments: TestSeeds.chosen(1...200))
    func theScanJumpsToTheNextBoundary(seed: UInt64) {
        var random = TestRandom(seed: seed, purpose: 43)
        let start = 65_536 + 4096 * random.below(4) + random.choice([0, 0, 17])
        let end = start + random.number(30_000...70_000)
        let limits = SlowMemory.Limits(
            interruptFreeMin: 0, pageoutFreeMin: 0, reserved: 0, severe: 0, min: 0, wakeup: 0)
        var slow = SlowMemory([.init(start: start, end: end, domain: 0)], [limits])
        var memory = PhysicalMemory(
            segments: [MemorySegment(start: start, end: end, domain: 0)],
            thresholds: [
                Thresholds(
                    interruptFreeMin: 0, pageoutFreeMin: 0, reserved: 0, severe: 0, min: 0,
                    target: 0, wakeup: 0)
            ])
        for _ in 0..<random.choice([0, 1, 2, 4]) {
            let low = UInt64(random.number(start...end)) * 4096
            let bounds = SlowMemory.Bounds(low: low)
            let page = slow.allocateRange(
                0, .normal, count: 1, bounds, breaks: false, code: "W")
            let got = memory.allocateRange(
                0, class: .normal, count: 1, bounds: bounds.fast, breakReservations: false,
                kind: .kernel)
            #expect(got == page, "seed \(seed)")
        }
        var bounds = SlowMemory.Bounds()
        bounds.boundary = 4096 << UInt64(random.number(14...15))
        let request = ReclaimRequest(
            domain: 0, pageCount: random.number(4097...16_384), bounds: bounds.fast,
            desiredRuns: 5)
        var call = ReclaimCall(request, on: memory)
        call.recordsFoundRuns = true
        var wanted = SlowReclaim(
            slow, domain: 0, level: .normal, pages: request.pageCount, bounds: bounds, desired: 5,
            canAllocateRing: true)
        while call.phase == .scanning, call.passes.count == 1 {
            _ = call.scan(memory, visitBudget: random.number(1...9))
        }
        while !wanted.isExhausted && wanted.stage == .scanning { wanted.visit(slow) }
        #expect(call.passes.first?.visits == wanted.visits, "seed \(seed): \(request)")
        #expect(call.passes.first?.found == wanted.found.count, "seed \(seed): \(request)")
        if call.passes.count == 1 { #expect(call.foundRuns == wanted.found, "seed \(seed)") }
    }
}

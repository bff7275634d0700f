import PhysicalMemory
import TestRandomness

/// A reclaim call of the engine and a slow one side by side, in slices of random size.
struct ReclaimWorld {
    private var call: ReclaimCall?
    private var slowCall: SlowReclaim?
    private(set) var visits = 0
    private(set) var attempts: [String: Int] = [:]
    private(set) var calls = 0

    /// A few slices; the first difference, or `nil`.
    mutating func advance(
        _ memory: inout PhysicalMemory, _ slow: inout SlowMemory, _ random: inout TestRandom
    ) -> String? {
        for _ in 0..<random.number(1...4) {
            let difference: String? =
                switch slowCall?.stage {
                case .scanning: scan(memory, slow, &random)
                case .trying: tryRuns(&memory, &slow, random.number(1...20))
                default: begin(memory, slow, &random)
                }
            if let difference = difference ?? compareStages() {
                return "reclaim of \(String(describing: call?.request)): \(difference)"
            }
        }
        return nil
    }

    private mutating func begin(
        _ memory: PhysicalMemory, _ slow: SlowMemory, _ random: inout TestRandom
    ) -> String? {
        calls += 1
        let domain = random.below(memory.domainCount)
        let pages = random.choice([4, 4, 4, 4, 1, 2, 3, 5, 8, 30])
        var bounds = SlowMemory.Bounds()
        bounds.alignment = 4096 << UInt64(random.choice([0, 0, 0, 1, 3, 6]))
        if random.isOneIn(4) { bounds.boundary = (32 * 4096) << UInt64(random.below(4)) }
        if random.isOneIn(4) { bounds.low = address(slow, &random) }
        if random.isOneIn(4) { bounds.high = address(slow, &random) }
        let level: (AllocationClass, SlowMemory.Class) = random.choice([
            (.normal, .normal), (.normal, .normal), (.system, .system), (.interrupt, .interrupt),
        ])
        let request = ReclaimRequest(
            domain: domain, allocationClass: level.0, pageCount: pages, bounds: bounds.fast,
            desiredRuns: random.choice([-1, 0, 1, 2, 5, 30, 200]),
            mallocSucceeds: !random.isOneIn(5))
        var next = call ?? ReclaimCall(request, on: memory)
        next.restart(request, on: memory)
        next.recordsFoundRuns = true
        call = next
        slowCall = SlowReclaim(
            slow, domain: domain, level: level.1, pages: pages, bounds: bounds,
            desired: request.desiredRuns, canAllocateRing: request.mallocSucceeds)
        return nil
    }

    private func address(_ slow: SlowMemory, _ random: inout TestRandom) -> UInt64 {
        UInt64(slow.base + random.number(-2...slow.codes.count + 2)) * 4096
            + random.choice([0, 0, 1, 4095])
    }

    private mutating func scan(
        _ memory: PhysicalMemory, _ slow: SlowMemory, _ random: inout TestRandom
    ) -> String? {
        guard var call, var slowCall else { return nil }
        let budget = random.choice([1, 3, random.number(1...60), random.number(1...3000), 1 << 40])
        let pass = call.passes.count - 1
        let progress = call.scan(memory, visitBudget: budget)
        defer { (self.call, self.slowCall) = (call, slowCall) }
        visits += progress.visits
        for _ in 0..<progress.visits {
            if slowCall.isExhausted { return "\(progress.visits) visits are too many" }
            slowCall.visit(slow)
        }
        let told = call.passes[pass]
        guard told.visits == slowCall.visits, told.objectLocks == slowCall.locks,
            told.found == slowCall.found.count, told.option.rawValue == slowCall.option
        else {
            return "pass \(told), wanted \(slowCall.visits) visits \(slowCall.locks) locks "
                + "\(slowCall.found.count) runs option \(slowCall.option)"
        }
        if call.passes.count - 1 == pass, call.foundRuns != slowCall.found {
            return "runs \(call.foundRuns), wanted \(slowCall.found)"
        }
        if progress.isPassComplete != slowCall.isExhausted && progress.visits < budget {
            return "the pass should be \(slowCall.isExhausted ? "over" : "going on")"
        }
        if progress.isPassComplete { slowCall.endScan(slow) }
        return nil
    }

    private mutating func tryRuns(
        _ memory: inout PhysicalMemory, _ slow: inout SlowMemory, _ count: Int
    ) -> String? {
        guard var call, var slowCall else { return nil }
        defer { (self.call, self.slowCall) = (call, slowCall) }
        for _ in 0..<count where slowCall.stage == .trying {
            guard call.phase == .relocating, call.remainingRuns == slowCall.kept.count else {
                return "\(call.remainingRuns) runs left, wanted \(slowCall.kept.count)"
            }
            let known = slow.happenings.count
            let blocks = slow.buffersInLists(slowCall.domain)
            let wanted = slowCall.tryRun(&slow)
            let attempt = call.tryNextRun(&memory)
            let events = Array(slow.happenings[known...])
            guard attempt.page == wanted.page, attempt.outcome.slow == wanted.outcome else {
                return "run \(attempt.page) \(attempt.outcome), wanted \(wanted)"
            }
            if let difference = compare(attempt, slow, events, wanted.outcome, slowCall) {
                return "run \(attempt.page): \(difference)"
            }
            let gain = slow.buffersInLists(slowCall.domain) - blocks
            if attempt.gainedBlocks != gain { return "gain \(attempt.gainedBlocks) not \(gain)" }
            attempts["\(wanted.outcome)", default: 0] += 1
            if attempt.isPhantom { attempts["phantom", default: 0] += 1 }
            if attempt.foreignTargets > 0 { attempts["foreign", default: 0] += 1 }
        }
        return nil
    }

    private func compare(
        _ attempt: RunAttempt, _ slow: SlowMemory, _ events: [SlowMemory.Happening],
        _ outcome: SlowReclaim.Outcome, _ slowCall: SlowReclaim
    ) -> String? {
        var (moved, foreign, failed, broken, invalid) = (0, 0, 0, 0, 0)
        for event in events {
            switch event {
            case .moved(_, let to):
                moved += 1
                foreign += slow.domain(of: to) == slowCall.domain ? 0 : 1
            case .searchFailed: failed += 1
            case .broke: broken += 1
            case .invalidFreed: invalid += 1
            default: break
            }
        }
        if attempt.movedPages != moved || attempt.invalidPagesFreed != invalid
            || attempt.failedSearches != failed || attempt.brokenReservations != broken
            || attempt.foreignTargets < foreign
        {
            return "figures of \(attempt), wanted \(moved) moved \(invalid) invalid "
                + "\(failed) failed \(broken) broken \(foreign) foreign"
        }
        let run = attempt.page..<attempt.page + slowCall.runPages
        let isPhantom = outcome == .ok && run.contains { slow.code($0) == "U" }
        return attempt.isPhantom == isPhantom ? nil : "phantom \(attempt.isPhantom)"
    }

    private func compareStages() -> String? {
        guard let call, let slowCall else { return nil }
        let wanted: ReclaimCall.Phase =
            switch slowCall.stage {
            case .refused: .refused
            case .scanning: .scanning
            case .trying: .relocating
            case .over(let isSuccess): .finished(success: isSuccess)
            }
        guard call.phase == wanted else { return "\(call.phase), wanted \(wanted)" }
        guard call.passes.count == slowCall.passes else {
            return "\(call.passes.count) passes, wanted \(slowCall.passes)"
        }
        return nil
    }
}

extension RunAttempt.Outcome {
    fileprivate var slow: SlowReclaim.Outcome {
        switch self {
        case .ok: .ok
        case .busy: .busy
        case .invalid: .invalid
        case .noMemory: .noMemory
        }
    }
}

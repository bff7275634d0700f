import PhysicalMemory
import TraceCore

/// One call of the reclaim routine by a helper thread: in slices, at its cost, with its events.
///
/// `begin`, then `step` until that returns `nil`, then `end`; then it can begin anew and uses its
/// storage again.
struct BatchCall: Sendable {
    /// Has it begun and not ended?
    private(set) var isUnderWay = false
    /// What it has come to so far.
    private(set) var totals = BatchTotals()
    private var call = ReclaimCall()
    private var passNs: Int64 = 0
    /// Passes whose scan is over, and those of them whose event is recorded.
    private var passesScanned = 0
    private var passesRecorded = 0

    /// Did the call succeed, by its own rules?
    var isOk: Bool { call.result == true }

    /// 16 KiB blocks that appeared in the domain; negative when targets took more apart than the
    /// runs made.
    var gainedBlocks: Int64 { totals.gained }

    /// Where the scan stands, or `nil` if the call was refused before any scan.
    var position: PageNumber? { call.passes.isEmpty ? nil : call.position }

    /// A number that changes with the state of the call.
    var digest: UInt64 {
        let place = UInt64(bitPattern: Int64(call.position)) &* 0x9e37_79b9_7f4a_7c15
        let progress = UInt64(bitPattern: totals.ok) << 32 ^ UInt64(bitPattern: totals.moved)
        return (place ^ progress) &* 2 &+ (isUnderWay ? 1 : 0)
    }

    /// Begins a call at the present instant.
    mutating func begin(_ request: ReclaimRequest, _ engine: inout Engine) {
        isUnderWay = true
        totals = BatchTotals()
        passNs = 0
        passesScanned = 0
        passesRecorded = 0
        engine.recordBatchBegin(request.domain, request)
        call.restart(request, on: engine.memory)
    }

    /// Carries out the next slice.
    ///
    /// - Returns: how long it takes on the CPU, or `nil` when the call is over.
    mutating func step(_ engine: inout Engine) -> Int64? {
        recordScannedPass(&engine)
        switch call.phase {
        case .scanning: return scan(&engine)
        case .relocating: return relocate(&engine)
        case .refused, .finished: return nil
        }
    }

    /// Records the end of the call.
    ///
    /// - Parameters:
    ///   - nominal: what the thread's counter grows by, whatever was gained.
    ///   - usesErrno: the result is told as main of 2024 and later does.
    mutating func end(counting nominal: Int64, usesErrno: Bool = false, _ engine: inout Engine) {
        let domain = call.request.domain
        totals.passes = Int64(call.passes.count)
        totals.eaten = Int64(call.eatenRuns)
        totals.nominal = nominal
        engine.threads[domain].counter += nominal
        engine.recordBatchEnd(domain, totals, result: result(&engine, usesErrno: usesErrno))
        isUnderWay = false
    }

    private func result(_ engine: inout Engine, usesErrno: Bool) -> Int64 {
        guard usesErrno else {
            if call.phase == .refused { return engine.words.refused }
            return isOk ? engine.words.ok : engine.words.failed
        }
        switch call.error(on: engine.memory) {
        case nil: return engine.strings.intern("0")
        case .noMemory: return engine.strings.intern("ENOMEM")
        case .outOfRange: return engine.strings.intern("ERANGE")
        }
    }

    /// One slice of a scan, against the memory as it is now.
    private mutating func scan(_ engine: inout Engine) -> Int64 {
        let worstNs = engine.model.scanVisitNs + engine.model.scanObjectLockNs
        let budget = Int(max(engine.model.sliceNs / worstNs, 1))
        let slice = call.scan(engine.memory, visitBudget: budget)
        let costNs =
            Int64(slice.visits) * engine.model.scanVisitNs
            + Int64(slice.objectLocks) * engine.model.scanObjectLockNs
        passNs += costNs
        if slice.isPassComplete { passesScanned += 1 }
        return costNs
    }

    /// Relocates runs, highest first, until a slice is used up or the pass is over.
    private mutating func relocate(_ engine: inout Engine) -> Int64 {
        let domain = call.request.domain
        var costNs: Int64 = 0
        while call.phase == .relocating, costNs < engine.model.sliceNs {
            let attempt = call.tryNextRun(&engine.memory)
            for index in 0..<attempt.moveCount { engine.follow(moveTo: attempt.move(index).to) }
            costNs +=
                Int64(attempt.movedPages) * engine.model.relocatePageNs
                + Int64(MemoryGeometry.bufferPages - attempt.movedPages)
                * engine.model.checkPageNs
            totals.add(attempt)
            engine.recordRun(domain, attempt)
        }
        return costNs
    }

    private mutating func recordScannedPass(_ engine: inout Engine) {
        guard passesRecorded < passesScanned else { return }
        engine.recordBatchPass(call.request.domain, call.passes[passesRecorded], ns: passNs)
        passesRecorded += 1
        passNs = 0
    }
}

/// What one reclaim call came to.
struct BatchTotals: Sendable {
    var passes: Int64 = 0
    var ok: Int64 = 0
    var busy: Int64 = 0
    var invalid: Int64 = 0
    var noMemory: Int64 = 0
    var moved: Int64 = 0
    var freed: Int64 = 0
    /// 16 KiB blocks that really appeared.
    var gained: Int64 = 0
    var phantom: Int64 = 0
    /// Runs made and then used up by targets of later ones.
    var eaten: Int64 = 0
    /// What the thread's own counter grows by.
    var nominal: Int64 = 0

    /// Adds what one run came to.
    mutating func add(_ attempt: RunAttempt) {
        switch attempt.outcome {
        case .ok: ok += 1
        case .busy: busy += 1
        case .invalid: invalid += 1
        case .noMemory: noMemory += 1
        }
        moved += Int64(attempt.movedPages)
        freed += Int64(attempt.invalidPagesFreed)
        gained += Int64(attempt.gainedBlocks)
        if attempt.isPhantom { phantom += 1 }
    }
}

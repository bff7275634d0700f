import PhysicalMemory
import Testing

/// Whole reclaim calls against the recorded ones.
struct ReclaimVectorTests {
    /// File, calls, tries.
    static let files: [(String, Int, Int)] = [
        ("reclaim-changes-during-scan.txt.gz", 11, 1443),
        ("reclaim-crafted.txt.gz", 35, 8383),
        ("reclaim-free-chunks.txt.gz", 14, 7937),
        ("reclaim-large.txt.gz", 4, 9923),
        ("reclaim-low-memory-full.txt.gz", 12, 3343),
        ("reclaim-malloc-failure.txt", 9, 336),
        ("reclaim-parameters.txt.gz", 28, 3770),
        ("reclaim-plain.txt.gz", 11, 8131),
        ("reclaim-small-requests.txt", 10, 20),
        ("reclaim-superpages.txt.gz", 16, 20366),
        ("reclaim-tight-memory.txt.gz", 27, 781),
        ("reclaim-two-domains.txt.gz", 21, 4859),
    ]

    @Test(arguments: files)
    func reclaimCallsGoAsRecorded(file: String, calls: Int, tries: Int) throws {
        let replay = try replayed(file, visitBudget: 1 << 40)
        #expect(replay.calls == calls)
        #expect(replay.tries == tries)
        if file.contains("superpages") { #expect(replay.phantoms > 1000) }
    }

    @Test(arguments: [1, 7, 64], ["reclaim-crafted.txt.gz", "reclaim-superpages.txt.gz"])
    func sliceSizeChangesNothing(budget: Int, file: String) throws {
        _ = try replayed(file, visitBudget: budget)
    }

    private func replayed(_ file: String, visitBudget: Int) throws -> ReclaimReplay {
        var reader = try VectorReader(file)
        var replay = ReclaimReplay(visitBudget: visitBudget)
        while reader.advance() {
            if reader.word(0) == "end" { break }
            guard reader.word(0) == "case" else { throw reader.mismatch("case expected") }
            try replay.runCase(&reader)
        }
        return replay
    }
}

struct ReclaimReplay {
    var visitBudget: Int
    var memory = PhysicalMemory(segments: [MemorySegment(start: 0, end: 1, domain: 0)])
    var call: ReclaimCall?
    var calls = 0
    var tries = 0
    var phantoms = 0

    init(visitBudget: Int) { self.visitBudget = visitBudget }

    mutating func runCase(_ reader: inout VectorReader) throws {
        let segments = try reader.readSegments()
        memory = try reader.readState(segments)
        memory.recordsDetails = true
        try checkSound(reader)
        while reader.advance() && reader.word(0) != "endcase" {
            switch reader.word(0) {
            case "imp":
                let page = memory.importBuffer(try reader.int(1))
                try reader.expect(try reader.int(2), page ?? -1, "page")
            case "rel": release(try reader.int(1))
            case "al": try allocate(reader, 1, class: try reader.int(2), page: 3)
            case "ticks": memory.ticks = Int32(try reader.int(1))
            case "H": try check(reader)
            case "call": try runCall(&reader)
            case "restate":
                memory = try reader.readState(segments)
                memory.recordsDetails = true
            case "final":
                try reader.expectLines(StateDump.full(memory))
                try checkSound(reader)
            default: throw reader.mismatch("unknown operation")
            }
        }
    }

    /// A released page range need not have been imported in the same file.
    private mutating func release(_ page: Int) {
        let isBuffer = (0..<4).allSatisfy { memory.kind(of: page + $0) == .buffer }
        if isBuffer { return memory.releaseBuffer(page) }
        for offset in 0..<4 { memory.free(page + offset) }
    }

    private mutating func allocate(
        _ reader: VectorReader, _ domain: Int, class level: Int, page: Int
    ) throws {
        let level = AllocationClass(rawValue: UInt8(level)) ?? .normal
        let got = memory.allocatePage(try reader.int(domain), class: level)
        try reader.expect(try reader.int(page), got ?? -1, "page")
    }

    private func checkSound(_ reader: VectorReader) throws {
        let faults = memory.checkInvariants()
        if !faults.isEmpty { throw reader.mismatch("invariants: \(faults.prefix(5))") }
        let restored = try PhysicalMemory(memory.snapshot())
        try reader.expect(memory.stateDigest, restored.stateDigest, "digest after a restore")
    }

    private func check(_ reader: VectorReader) throws {
        let number = try reader.int(1)
        let domain = memory.domains[number]
        try reader.expectLine(
            "H \(number) free \(domain.freeCount) deficit \(domain.pageoutDeficit) "
                + "minset \(domain.isInMinSet ? 1 : 0) severeset \(domain.isInSevereSet ? 1 : 0) "
                + "lists \(StateDump.listHash(memory, number)) "
                + "map \(StateDump.mapHash(memory, number))")
    }

    // MARK: One call

    private mutating func runCall(_ reader: inout VectorReader) throws {
        calls += 1
        let request = ReclaimRequest(
            domain: try reader.int(1),
            allocationClass: AllocationClass(rawValue: UInt8(try reader.int(2))) ?? .normal,
            pageCount: try reader.int(3),
            bounds: AddressBounds(
                low: try reader.uint(4), high: try reader.uint(5),
                alignment: try reader.uint(6), boundary: try reader.uint(7)),
            desiredRuns: try reader.int(8), mallocSucceeds: try reader.int(9) == 1)
        memory.drainSignals()
        var current = call ?? ReclaimCall(request, on: memory)
        current.restart(request, on: memory)
        current.recordsFoundRuns = true
        var wakeups = 0
        var mutationWakeups = 0
        while reader.advance() && reader.word(0) != "endcall" {
            switch reader.word(0) {
            case "pass": try scan(&reader, &current)
            case "mut":
                try mutate(reader)
                mutationWakeups += takeWakeups()
            case "try":
                try tryRun(reader, &current)
                wakeups += takeWakeups()
            case "passend": try endPass(reader, current)
            case "ret":
                let total = wakeups + mutationWakeups
                let result: Bool? = try reader.int(1) == 1
                try reader.expect(result, current.result, "result")
                if reader.count > 3 { try reader.expect(try reader.int(3), total, "pdwake") }
            case "H": try check(reader)
            default: throw reader.mismatch("unknown line in a call")
            }
        }
        try reader.expect(true, current.isOver, "the call is over")
        call = current
    }

    private func endPass(_ reader: VectorReader, _ call: ReclaimCall) throws {
        let isDone =
            call.phase == .finished(success: true)
            && call.passes[call.passes.count - 1].reclaimedPages >= call.request.goalPages
        // A pass that ran out of runs has already begun the next one, if there is one.
        let isLast = call.isOver
        let pass = call.passes[call.passes.count - (isLast ? 1 : 2)]
        try reader.expect(try reader.int(1), pass.reclaimedPages, "sum of the pass")
        try reader.expect(try reader.int(2), isDone ? 1 : 0, "goal reached")
    }

    private mutating func takeWakeups() -> Int {
        var count = 0
        for signal in memory.signals {
            if case .pageDaemonWakeup = signal { count += 1 }
        }
        memory.drainSignals()
        return count
    }

    private func scan(_ reader: inout VectorReader, _ call: inout ReclaimCall) throws {
        try reader.expect(ReclaimCall.Phase.scanning, call.phase, "phase")
        let number = call.passes.count - 1
        try reader.expect(try reader.int(1), call.passes[number].option.rawValue, "option")
        var runs: [Int] = []
        while true {
            let progress = call.scan(memory, visitBudget: visitBudget)
            if call.passes.count - 1 == number { runs = call.foundRuns }
            if progress.isPassComplete { break }
        }
        let pass = call.passes[number]
        try reader.expectLine(
            "pass \(pass.option.rawValue) found \(pass.found) visits \(pass.visits) "
                + "objlocks \(pass.objectLocks)")
        try reader.expect(pass.kept, min(pass.found, call.request.ringSize), "kept")
        guard reader.advance(), reader.word(0) == "found" else {
            throw reader.mismatch("found runs expected")
        }
        var line = "found"
        var last = 0
        for run in runs {
            line += " \(run - last)"
            last = run
        }
        try reader.expectLine(line)
    }

    private mutating func mutate(_ reader: VectorReader) throws {
        switch reader.word(1) {
        case "f": memory.free(try reader.int(2))
        case "al": try allocate(reader, 2, class: 0, page: 3)
        case "w": memory.changeKind(of: try reader.int(2), to: .wiredObject)
        case "b": memory.changeKind(of: try reader.int(2), to: .busy)
        case "q": memory.changeKind(of: try reader.int(2), to: .unqueued)
        default: throw reader.mismatch("unknown change")
        }
    }

    private mutating func tryRun(_ reader: VectorReader, _ call: inout ReclaimCall) throws {
        tries += 1
        try reader.expect(ReclaimCall.Phase.relocating, call.phase, "phase")
        let before = memory.domains[call.request.domain].contiguousBlocks
        let attempt = call.tryNextRun(&memory)
        var line = "try \(attempt.page)"
        var moves = 0
        for signal in memory.signals {
            switch signal {
            case .targetSearchFailed(let domain): line += " n:\(domain)"
            case .reservationBroken(let first, _, _): line += " r:\(first)"
            case .invalidPageFreed(let page): line += " i:\(page)"
            case .pageMoved(let from, let to):
                line += " m:\(from)>\(to)"
                if moves < attempt.moveCount {
                    try reader.expect(from, attempt.move(moves).from, "move from")
                    try reader.expect(to, attempt.move(moves).to, "move to")
                }
                moves += 1
            default: break
            }
        }
        try reader.expect(moves, attempt.movedPages, "moved pages")
        let run = attempt.page..<attempt.page + call.request.roundedPageCount
        let hasHole = run.contains { memory.kind(of: $0) == .reservedFree }
        let isPhantom = attempt.outcome == .ok && hasHole
        try reader.expect(isPhantom, attempt.isPhantom, "phantom")
        if isPhantom { phantoms += 1 }
        switch attempt.outcome {
        case .ok: line += " ok"
        case .busy: line += " EBUSY"
        case .invalid: line += " EINVAL"
        case .noMemory: line += " ENOMEM"
        }
        try reader.expectLine(line)
        let after = memory.domains[call.request.domain].contiguousBlocks
        try reader.expect(after - before, attempt.gainedBlocks, "gained blocks")
    }
}

import PhysicalMemory
import TraceCore

/// The text values the engine's events use.
struct Words: Sendable {
    let worker: Int64
    let sleep: Int64
    let wait: Int64
    let running: Int64
    let noGfp: Int64
    let reclaimRoutine: Int64
    let ok: Int64
    let failed: Int64
    let refused: Int64
    let lowMemory: Int64
    let failure: Int64

    init(_ strings: inout StringTable) {
        worker = strings.intern("ktls worker")
        sleep = strings.intern("sleep")
        wait = strings.intern("vm_wait")
        running = strings.intern("running")
        noGfp = strings.intern("M_NOWAIT|M_NORECLAIM")
        reclaimRoutine = strings.intern("vm_page_reclaim_contig_domain_ext")
        ok = strings.intern("ok")
        failed = strings.intern("failed")
        refused = strings.intern("refused")
        lowMemory = strings.intern("free pages below free_min")
        failure = strings.intern("allocation failure")
    }
}

/// Every event the engine produces, one function each, in the column order of the schema.
extension Engine {
    @discardableResult
    mutating func emit(
        _ kind: KindID, domain: Int = -1, cpu: Int = -1, cause: UInt64 = 0, _ row: Span<Int64>
    ) -> UInt64 {
        lastSequence += 1
        outbox.append(
            EventHeader(
                sequence: lastSequence, timeNs: nowNs, kind: kind, domain: Int32(domain),
                cpu: Int32(cpu), cause: cause), row)
        return lastSequence
    }

    // MARK: Inputs

    /// - Returns: the event's number, or 0 where inputs are not recorded.
    mutating func recordInput(_ input: Input) -> UInt64 {
        if case .set(let name, let value) = input.action {
            let row: InlineArray<2, Int64> = [strings.intern(name), value]
            return emit(.set, row.span)
        }
        guard detail >= 1 else { return 0 }
        switch input.action {
        case .request(let request):
            let row: InlineArray<5, Int64> = [
                request.handle, Int64(request.pages), request.anonymous ? 1 : 0,
                request.lifetimeNs, Int64(request.freeCpu),
            ]
            return emit(
                .request, domain: host.domainOfCpu[request.cpu], cpu: request.cpu, row.span)
        case .background(let background):
            let row: InlineArray<5, Int64> = [
                background.handle, background.operation.rawValue, Int64(background.pages),
                background.kind.rawValue, background.flags,
            ]
            return emit(.background, domain: background.domain, row.span)
        case .set: return 0
        }
    }

    // MARK: Failures and wakeups

    mutating func recordFailure(cpu: Int, cause: UInt64) -> UInt64 {
        let domain = host.domainOfCpu[cpu]
        let row: InlineArray<7, Int64> = [
            2, Int64(MemoryGeometry.bufferPages * MemoryGeometry.pageBytes), words.worker,
            words.noGfp, Int64(memory.domains[domain].freeCount),
            Int64(memory.largestFreeOrder(domain) ?? -1), ThreadNumber.worker(cpu: cpu),
        ]
        return emit(.allocFail, domain: domain, cpu: cpu, cause: cause, row.span)
    }

    mutating func recordWake(
        domain: Int, cpu: Int, effect: WakeEffect, origin: Int64, cause: UInt64
    ) -> UInt64 {
        let row: InlineArray<3, Int64> = [
            ThreadNumber.helper(domain: domain), effect.rawValue, origin,
        ]
        return emit(.wakeSend, domain: domain, cpu: cpu, cause: cause, row.span)
    }

    // MARK: Threads

    mutating func recordThreadNames() {
        for domain in threads.indices {
            let row: InlineArray<3, Int64> = [
                ThreadNumber.helper(domain: domain), strings.intern(threads[domain].name), 0,
            ]
            emit(.threadName, domain: domain, row.span)
        }
        for cpu in workers.indices {
            let row: InlineArray<3, Int64> = [
                ThreadNumber.worker(cpu: cpu), strings.intern("thr_\(cpu)"), 1,
            ]
            emit(.threadName, domain: host.domainOfCpu[cpu], cpu: cpu, row.span)
        }
        for domain in pageDaemons.indices {
            let row: InlineArray<3, Int64> = [
                ThreadNumber.pageDaemon(domain: domain), strings.intern("pagedaemon_\(domain)"), 3,
            ]
            emit(.threadName, domain: domain, row.span)
        }
    }

    mutating func recordThreadRun(_ domain: Int) -> UInt64 {
        let thread = threads[domain]
        let row: InlineArray<2, Int64> = [ThreadNumber.helper(domain: domain), thread.wakeups]
        return emit(
            .threadRun, domain: domain, cpu: thread.lastCpu, cause: thread.cause, row.span)
    }

    mutating func recordThreadSleep(_ domain: Int) {
        let thread = threads[domain]
        let row: InlineArray<2, Int64> = [ThreadNumber.helper(domain: domain), thread.counter]
        emit(.threadSleep, domain: domain, cpu: thread.lastCpu, cause: thread.cause, row.span)
    }

    mutating func recordOnCpu(_ domain: Int, state: Int64) {
        let thread = threads[domain]
        let row: InlineArray<3, Int64> = [
            ThreadNumber.helper(domain: domain), nowNs - thread.onCpuSinceNs, state,
        ]
        emit(.onCpu, domain: domain, cpu: thread.lastCpu, row.span)
    }

    // MARK: Spin and wait

    mutating func recordSpinBegin(_ domain: Int) -> UInt64 {
        let row: InlineArray<1, Int64> = [ThreadNumber.helper(domain: domain)]
        return emit(
            .spinBegin, domain: domain, cpu: threads[domain].lastCpu,
            cause: threads[domain].cause, row.span)
    }

    /// A spin ends; its deficit is that of all its turns, whenever they were counted.
    mutating func recordSpinEnd(_ domain: Int) {
        let turns = flushSpinDeficit(domain)
        let thread = threads[domain]
        let elapsedNs = nowNs - thread.stretchBeganNs
        let row: InlineArray<4, Int64> = [
            ThreadNumber.helper(domain: domain), turns, elapsedNs, turns,
        ]
        emit(
            .spinEnd, domain: domain, cpu: thread.lastCpu, cause: thread.stretchSequence, row.span)
    }

    mutating func recordWaitBegin(
        thread: Int64, domain: Int, cpu: Int, cause: UInt64
    ) -> UInt64 {
        let row: InlineArray<4, Int64> = [
            thread, Int64(memory.domains[domain].freeCount),
            Int64(memory.domains[domain].thresholds.min), words.lowMemory,
        ]
        return emit(.waitBegin, domain: domain, cpu: cpu, cause: cause, row.span)
    }

    mutating func recordWaitEnd(
        thread: Int64, domain: Int, cpu: Int, wokenBy: Int, beganNs: Int64, cause: UInt64
    ) {
        let row: InlineArray<5, Int64> = [
            thread, Int64(memory.domains[domain].freeCount), Int64(wokenBy), words.lowMemory,
            nowNs - beganNs,
        ]
        emit(.waitEnd, domain: domain, cpu: cpu, cause: cause, row.span)
    }

    mutating func recordWaitSkip(_ domain: Int) {
        let row: InlineArray<3, Int64> = [
            ThreadNumber.helper(domain: domain), Int64(memory.domains[domain].freeCount),
            Int64(memory.domains[domain].thresholds.min),
        ]
        emit(
            .waitSkip, domain: domain, cpu: threads[domain].lastCpu,
            cause: threads[domain].cause, row.span)
    }

    mutating func recordLevel(_ domain: Int, severe: Bool, on: Bool) {
        let row: InlineArray<3, Int64> = [
            severe ? 1 : 0, on ? 1 : 0, Int64(memory.domains[domain].freeCount),
        ]
        emit(.domainLevel, domain: domain, row.span)
    }

    /// A scan of a page daemon ends.
    mutating func recordPageout(_ domain: Int) {
        let daemon = pageDaemons[domain]
        let row: InlineArray<6, Int64> = [
            ThreadNumber.pageDaemon(domain: domain), 0, Int64(daemon.shortagePages),
            Int64(daemon.deficitPages), Int64(daemon.scannedPages), Int64(daemon.freedPages),
        ]
        emit(.pageout, domain: domain, row.span)
    }

    mutating func recordTrim(domain: Int, why: TrimReason, buffers: Int, cause: UInt64) {
        let row: InlineArray<2, Int64> = [why.rawValue, Int64(buffers)]
        emit(.zoneTrim, domain: domain, cause: cause, row.span)
    }

    /// - Parameter cpu: the CPU that found a list's lock held, -1 for a reclaim.
    mutating func recordBucketSize(old: Int, new: Int, cpu: Int, cause: UInt64) {
        let row: InlineArray<2, Int64> = [Int64(old), Int64(new)]
        emit(
            .zoneBucket, domain: cpu < 0 ? -1 : host.domainOfCpu[cpu], cpu: cpu, cause: cause,
            row.span)
    }

    mutating func recordReservationBreak(
        _ first: PageNumber, population: Int, _ cause: ReservationBreakCause
    ) {
        let why =
            switch cause {
            case .target: "relocation target"
            case .contiguous: "contiguous request"
            case .shortage: "single page"
            case .object: "object freed"
            }
        let row: InlineArray<3, Int64> = [Int64(first), Int64(population), strings.intern(why)]
        emit(.reservationBreak, domain: memory.domain(of: first), row.span)
    }

    // MARK: Batches

    mutating func recordBatchBegin(_ domain: Int, _ request: ReclaimRequest) {
        let row: InlineArray<8, Int64> = [
            ThreadNumber.helper(domain: domain), 0, words.reclaimRoutine, 2,
            Int64(request.desiredRuns), Int64(request.ringSize), Int64(request.goalPages),
            Int64(memory.domains[domain].freeCount),
        ]
        let sequence = emit(
            .batchBegin, domain: domain, cpu: threads[domain].lastCpu,
            cause: threads[domain].cause, row.span)
        threads[domain].batchSequence = sequence
        threads[domain].batchCpuNs = 0
    }

    mutating func recordBatchPass(_ domain: Int, _ pass: ReclaimCall.PassResult, ns: Int64) {
        let row: InlineArray<7, Int64> = [
            ThreadNumber.helper(domain: domain), Int64(pass.option.rawValue),
            Int64(pass.visits), Int64(pass.objectLocks), Int64(pass.found),
            Int64(pass.kept), ns,
        ]
        emit(
            .batchPass, domain: domain, cpu: threads[domain].lastCpu,
            cause: threads[domain].batchSequence, row.span)
    }

    mutating func recordBatchEnd(_ domain: Int, _ totals: BatchTotals, result: Int64) {
        let thread = threads[domain]
        let row: InlineArray<19, Int64> = [
            ThreadNumber.helper(domain: domain), 0, words.reclaimRoutine, result, totals.passes,
            totals.ok + totals.busy + totals.invalid + totals.noMemory, totals.ok,
            totals.busy, totals.invalid, totals.noMemory, totals.moved, totals.gained,
            totals.phantom, totals.freed, 0, totals.nominal, thread.batchCpuNs, 0, totals.eaten,
        ]
        let sequence = emit(
            .batchEnd, domain: domain, cpu: thread.lastCpu, cause: thread.batchSequence, row.span)
        threads[domain].cause = sequence
    }

    // MARK: Single services, from detail 2 on

    mutating func recordHit(handle: Int64, level: Int64, cpu: Int, cause: UInt64) {
        guard detail >= 2 else { return }
        let row: InlineArray<2, Int64> = [handle, level]
        emit(.hit, domain: host.domainOfCpu[cpu], cpu: cpu, cause: cause, row.span)
    }

    mutating func recordImport(
        handle: Int64, cpu: Int, wanted: Int, got: Int, ns: Int64, phase: Int64, cause: UInt64
    ) {
        guard detail >= 2 else { return }
        let row: InlineArray<5, Int64> = [handle, Int64(wanted), Int64(got), ns, phase]
        emit(.importCall, domain: host.domainOfCpu[cpu], cpu: cpu, cause: cause, row.span)
    }

    mutating func recordLimited(handle: Int64, cpu: Int, ticksLeft: Int64, cause: UInt64) {
        guard detail >= 2 else { return }
        let row: InlineArray<2, Int64> = [handle, ticksLeft]
        emit(.limited, domain: host.domainOfCpu[cpu], cpu: cpu, cause: cause, row.span)
    }

    mutating func recordReturn(
        _ record: Record, cpu: Int, level: BufferZone.Level, isCross: Bool
    ) {
        guard detail >= 2 else { return }
        let row: InlineArray<3, Int64> = [record.handle, level.rawValue, isCross ? 1 : 0]
        emit(.returned, domain: host.domainOfCpu[cpu], cpu: cpu, row.span)
    }

    mutating func recordFallback(_ record: Record, cpu: Int, operation: Int64) {
        guard detail >= 2 else { return }
        let row: InlineArray<3, Int64> = [record.handle, operation, Int64(record.pagesHeld)]
        emit(.fallback, domain: host.domainOfCpu[cpu], cpu: cpu, row.span)
    }

    mutating func recordRun(_ domain: Int, _ attempt: RunAttempt) {
        guard detail >= 2 else { return }
        let row: InlineArray<7, Int64> = [
            ThreadNumber.helper(domain: domain), Int64(attempt.page),
            attempt.outcome.label, Int64(attempt.movedPages),
            Int64(attempt.invalidPagesFreed), attempt.isPhantom ? 1 : 0,
            Int64(attempt.foreignTargets),
        ]
        emit(
            .run, domain: domain, cpu: threads[domain].lastCpu,
            cause: threads[domain].batchSequence, row.span)
    }

    // MARK: Samples

    /// One `sample` per domain and one `service` per CPU.
    mutating func recordSamples() {
        let digest = stateDigest
        for domain in host.domains.indices { recordSample(domain, digest: digest) }
        for cpu in workers.indices {
            let served = workers[cpu].served
            let row: InlineArray<9, Int64> = [
                served.requests, served.hitsCpu, served.hitsList, served.imports, served.failed,
                served.limited, served.fallback, served.small, served.anonymous,
            ]
            emit(.service, domain: host.domainOfCpu[cpu], cpu: cpu, row.span)
        }
    }

    private mutating func recordSample(_ domain: Int, digest: UInt64) {
        let state = memory.domains[domain]
        var row = InlineArray<26, Int64>(repeating: 0)
        row[0] = Int64(state.freeCount)
        for order in 0...MemoryGeometry.orderMax {
            row[1 + order] = Int64(state.freeBlockCount(order: order))
        }
        row[14] = Int64(zone.cachedItems(of: domain, cpus: host.cpus(of: domain)))
        row[15] = inUse[domain]
        row[16] = fallbackPages[domain]
        row[17] = Int64(state.pageoutDeficit)
        if !threads.isEmpty {
            row[18] = threads[domain].wakeups
            row[19] = threads[domain].counter
            row[20] = threads[domain].running ? 1 : 0
        }
        row[21] = Int64(bitPattern: digest)
        for (column, queue) in [(22, PageQueue.active), (23, .inactive), (24, .laundry)] {
            row[column] =
                memory.hasPageQueues
                ? Int64(memory.pageQueueLength(queue, domain: domain)) : -1
        }
        row[25] = Int64(pageCache.pageCounts[domain])
        emit(.sample, domain: domain, row.span)
    }
}

extension RunAttempt.Outcome {
    /// The label of the `result` column of a `run` event.
    fileprivate var label: Int64 {
        switch self {
        case .ok: 0
        case .busy: 1
        case .invalid: 2
        case .noMemory: 3
        }
    }
}

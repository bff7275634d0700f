import PhysicalMemory
import TraceCore

/// Helper threads: sleep, wakeup, dispatch, vm_wait and spin (engine specification 4.13 to 4.16).
extension Engine {
    // MARK: Wakeup

    /// A worker saw a failure and looks at the helper thread of its domain (4.2 step 5).
    mutating func wakeHelper(domain: Int, fromCpu cpu: Int, cause: UInt64) {
        guard !threads.isEmpty else { return }
        threads[domain].failuresSeen += 1
        let effect: WakeEffect
        if threads[domain].running {
            effect = .suppressed
        } else if case .asleep(let fromNs) = threads[domain].state {
            effect = nowNs >= fromNs ? .woke : .lost
        } else {
            effect = .noSleeper
        }
        let sequence = recordWake(
            domain: domain, cpu: cpu, effect: effect, origin: words.failure, cause: cause)
        guard effect == .woke else { return }
        threads[domain].cause = sequence
        makeRunnable(domain)
    }

    /// A policy wants the helper thread to run although nothing has failed. Without effect, and
    /// without an event, unless the thread sleeps and its policy has not asked for quiet.
    mutating func wakeHelperEarly(domain: Int, fromCpu cpu: Int, cause: UInt64) {
        guard !threads.isEmpty, case .asleep(let fromNs) = threads[domain].state,
            nowNs >= fromNs, nowNs >= threads[domain].quietUntilNs
        else { return }
        threads[domain].cause = recordWake(
            domain: domain, cpu: cpu, effect: .woke,
            origin: strings.intern(policy.definition.name), cause: cause)
        makeRunnable(domain)
    }

    /// The thread gets a CPU, or a place in a run queue, from the scheduler.
    private mutating func makeRunnable(_ domain: Int) {
        threads[domain].state = .runnable
        let place = dispatcher.wake(
            thread: domain, cpus: host.cpus(of: domain), lastCpu: threads[domain].lastCpu,
            now: nowNs)
        threads[domain].lastCpu = place.cpu
        follow(place.turn, of: domain)
    }

    /// Comes back when a thread in a run queue may have its turn.
    private mutating func follow(_ turn: Dispatcher.Turn, of domain: Int) {
        switch turn {
        case .runs(let timeNs), .waits(let timeNs): steps.insert(domain, at: timeNs)
        case .queued: break
        }
    }

    /// The thread gives its CPU up; whoever is next in the run queue there may have it.
    private mutating func leaveCpu(_ domain: Int) {
        if let next = dispatcher.leave(thread: domain) { steps.insert(next, at: nowNs) }
    }

    // MARK: Steps

    /// The next instant at which a helper thread does something.
    mutating func step(domain: Int) {
        switch threads[domain].state {
        case .runnable:
            let turn = dispatcher.turn(of: domain, now: nowNs)
            guard case .runs(atNs: ...nowNs) = turn else { return follow(turn, of: domain) }
            comeOntoCpu(domain)
        case .spinning: endSpin(domain)
        case .onCpu: break
        case .asleep, .waiting:
            preconditionFailure("a step was scheduled for a thread that sleeps")
        }
        advance(domain)
    }

    private mutating func comeOntoCpu(_ domain: Int) {
        threads[domain].onCpuSinceNs = nowNs
        threads[domain].state = .onCpu
        if threads[domain].running { return }
        threads[domain].running = true
        threads[domain].wakeups += 1
        threads[domain].cause = recordThreadRun(domain)
    }

    /// Lets the policy carry out one step and does what follows from it.
    private mutating func advance(_ domain: Int) {
        if threads[domain].sleepsAfterWait {
            threads[domain].sleepsAfterWait = false
            fallAsleep(domain)
            return
        }
        // Taken out and put back, so that the program changes its storage in place.
        var program: any ThreadProgram = NoProgram()
        swap(&program, &threads[domain].program)
        let next = program.step(&self, domain: domain)
        swap(&program, &threads[domain].program)
        switch next {
        case .ran(let ns):
            threads[domain].batchCpuNs += ns
            steps.insert(domain, at: nowNs + ns)
        case .waitForMemory: waitForMemory(domain)
        case .waitThenSleep:
            threads[domain].sleepsAfterWait = true
            waitForMemory(domain)
        case .spin: beginSpin(domain)
        case .sleep: fallAsleep(domain)
        }
    }

    private mutating func fallAsleep(_ domain: Int) {
        recordOnCpu(domain, state: words.sleep)
        leaveCpu(domain)
        threads[domain].running = false
        threads[domain].state = .asleep(fromNs: nowNs + model.lostWakeupWindowNs)
        recordThreadSleep(domain)
    }

    // MARK: vm_wait

    /// `vm_wait_domain`: returns at once unless the domain is in the min set (4.13).
    private mutating func waitForMemory(_ domain: Int) {
        guard memory.waitNeeded(domain) else {
            recordWaitSkip(domain)
            steps.insert(domain, at: nowNs)
            return
        }
        threads[domain].stretchBeganNs = nowNs
        threads[domain].stretchSequence = recordWaitBegin(
            thread: ThreadNumber.helper(domain: domain), domain: domain,
            cpu: threads[domain].lastCpu, cause: threads[domain].cause)
        recordOnCpu(domain, state: words.wait)
        leaveCpu(domain)
        threads[domain].state = .waiting
        memory.addMinWaiter()
        waiters.append(.thread(domain: domain))
    }

    /// Everybody on the global channel is woken, whichever domain recovered.
    private mutating func wakeWaiters(recovered domain: Int) {
        let woken = waiters
        waiters.removeAll(keepingCapacity: true)
        for waiter in woken {
            switch waiter {
            case .worker(let cpu): resumeWorker(cpu: cpu, wokenBy: domain)
            case .thread(let waiting):
                recordWaitEnd(
                    thread: ThreadNumber.helper(domain: waiting), domain: waiting,
                    cpu: threads[waiting].lastCpu, wokenBy: domain,
                    beganNs: threads[waiting].stretchBeganNs,
                    cause: threads[waiting].stretchSequence)
                makeRunnable(waiting)
            }
        }
    }

    /// What a change of free memory means to others.
    mutating func react(to signal: MemorySignal) {
        switch signal {
        case .minSetEntered(let domain): recordLevel(domain, severe: false, on: true)
        case .severeSetEntered(let domain): recordLevel(domain, severe: true, on: true)
        case .severeSetLeft(let domain): recordLevel(domain, severe: true, on: false)
        case .minSetLeft(let domain):
            recordLevel(domain, severe: false, on: false)
            recoveredDomain = domain
        case .minWaitersWoken: wakeWaiters(recovered: recoveredDomain)
        case .pageDaemonWakeup(let domain): wakePageDaemon(domain)
        case .waitingPageDaemonWoken(let domain): resumeLaundry(domain)
        case .reservationBroken(let first, let population, let cause):
            recordReservationBreak(first, population: population, cause)
        case .reservationHasRoom(let domain):
            if !threads.isEmpty { threads[domain].spinSeesRoom = true }
        default: break
        }
    }

    // MARK: Spin

    /// The thread turns in place: allocate, fail, return at once from vm_wait, again (5.1).
    private mutating func beginSpin(_ domain: Int) {
        threads[domain].state = .spinning
        threads[domain].stretchBeganNs = nowNs
        threads[domain].stretchSequence = recordSpinBegin(domain)
        threads[domain].spin = SpinClock(beganNs: nowNs, turnNs: spinTurnNs(domain))
        threads[domain].spinSeesRoom = memory.hasReservationWithRoom(domain)
        threads[domain].spinEndsSoon = false
        threads[domain].countedTurns = 0
        spinningThreads += 1
        memory.watchesReservations = true
    }

    /// One turn walks the whole queue of partly populated reservations (5.1).
    private func spinTurnNs(_ domain: Int) -> Int64 {
        model.spinTurnNs
            + Int64(memory.queuedReservationCount(domain)) * model.partpopStepNs
    }

    /// A spin ends at the first turn after a block has appeared, a reservation has come to have
    /// room for one, or the domain has run short.
    mutating func endFutileSpins() {
        for domain in threads.indices {
            guard case .spinning = threads[domain].state else { continue }
            threads[domain].spin.change(turnNs: spinTurnNs(domain), at: nowNs)
            guard !threads[domain].spinEndsSoon,
                memory.domains[domain].contiguousBlocks > 0 || threads[domain].spinSeesRoom
                    || memory.waitNeeded(domain)
            else { continue }
            threads[domain].spinEndsSoon = true
            steps.insert(domain, at: threads[domain].spin.turnEndNs(at: nowNs))
        }
    }

    /// Each turn of a spin adds 1 to the deficit; those not counted yet are added here at once.
    ///
    /// - Returns: all turns of the present spin; 0 when the domain's thread does not spin.
    @discardableResult
    mutating func flushSpinDeficit(_ domain: Int) -> Int64 {
        guard threads.indices.contains(domain), case .spinning = threads[domain].state
        else { return 0 }
        let turns = threads[domain].spin.turns(at: nowNs)
        memory.addPageoutDeficit(Int(turns - threads[domain].countedTurns), domain: domain)
        threads[domain].countedTurns = turns
        return turns
    }

    private mutating func endSpin(_ domain: Int) {
        spinningThreads -= 1
        memory.watchesReservations = spinningThreads > 0
        threads[domain].spinEndsSoon = false
        recordSpinEnd(domain)
        threads[domain].state = .onCpu
    }

    // MARK: End of the recording

    /// Closes what is open on a CPU, so that its time is in the trace.
    mutating func closeStretches() {
        for domain in threads.indices {
            switch threads[domain].state {
            case .spinning:
                recordSpinEnd(domain)
                recordOnCpu(domain, state: words.running)
            case .onCpu: recordOnCpu(domain, state: words.running)
            case .asleep, .runnable, .waiting: break
            }
        }
    }
}

/// What a wakeup found. The raw value is the label of the `effect` column.
enum WakeEffect: Int64, Sendable {
    case woke = 0
    case noSleeper = 1
    case lost = 2
    case suppressed = 3
}

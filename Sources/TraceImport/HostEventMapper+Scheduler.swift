import TraceCore

/// Wakeups, and the way of reclaim threads onto and off the CPUs.
extension HostEventMapper {
    /// A request to wake a reclaim thread.
    ///
    /// It is only traced while the thread sleeps.
    mutating func wakeupRequest(
        _ line: MappedLine<some HostFields>, _ bytes: Span<UInt8>, _ family: ReclaimThread.Family
    ) -> Bool {
        var fields = line.fields
        let node = fields.integer(FieldKey.nid, in: bytes)
        guard let order = fields.integer(FieldKey.order, in: bytes) else { return false }
        let gfp = fields.text(FieldKey.gfpFlags, in: bytes)
        let position = runningThread(line)
        let domain = domain(node)
        let target = "\(family == .kswapd ? "kswapd" : "kcompactd")\(max(0, domain))"
        let values: [4 of Int64] = [
            texts.number(target), order, texts.number(bytes, gfp),
            Int64(table.threads[position].pid),
        ]
        let sequence = emitter.emit(
            .wakeRequest, line.moment, domain: domain, values)
        request = PendingRequest(sequence: sequence, pid: line.pid, family: family)
        return true
    }

    /// `sched_waking` of a reclaim thread becomes `wake_send`.
    ///
    /// It wakes the thread when that is off the CPU and not runnable, which is also assumed
    /// before anything is known about it; it is suppressed while an earlier one is unanswered.
    mutating func waking(_ line: MappedLine<some HostFields>, _ bytes: Span<UInt8>) -> Bool {
        guard let woken = line.fields.wokenTask(in: bytes) else { return false }
        guard let reclaim = ReclaimThread(woken.name) else { return true }
        let position = knownReclaimThread(woken, reclaim, line.moment)
        let effect =
            switch table.threads[position].scheduling {
            case .running, .preempted: WakeEffect.noSleeper
            case .asleep, .unknown:
                table.threads[position].pendingWake == 0
                    ? WakeEffect.woke : WakeEffect.suppressed
            }
        // The wakeup proper follows its request in the same context, so the first one counts.
        let isRequested = request.pid == line.pid && request.family == reclaim.family
        let values: [3 of Int64] = [
            Int64(woken.pid), effect, texts.number(line.task),
        ]
        let sequence = emitter.emit(
            .wakeSend, line.moment, domain: domain(nil, reclaim),
            cause: isRequested ? request.sequence : 0, values)
        if isRequested { request = PendingRequest() }
        if effect == WakeEffect.woke { table.threads[position].pendingWake = sequence }
        return true
    }

    /// `sched_switch`: the end of one stretch on a CPU and the start of another.
    mutating func contextSwitch(_ line: MappedLine<some HostFields>, _ bytes: Span<UInt8>) -> Bool {
        guard let change = line.fields.contextSwitch(in: bytes) else {
            return false
        }
        // Both names are taken in before either side is acted upon.
        let previous = switchedThread(change.previous, line.moment)
        let next = switchedThread(change.next, line.moment)
        if let previous { switchOut(previous, change.state, line, bytes) }
        if let next { switchIn(next, line) }
        return true
    }

    /// A reclaim thread that the scheduler called by its name.
    private mutating func knownReclaimThread(
        _ task: SwitchedTask, _ reclaim: ReclaimThread, _ moment: Moment
    ) -> Int {
        let position = table.findOrAdd(task.pid)
        table.threads[position].reclaim = reclaim
        noteName(position, task.name, moment)
        return position
    }

    /// The thread on one side of a switch if anything depends on it, else `nil`.
    private mutating func switchedThread(_ task: SwitchedTask, _ moment: Moment) -> Int? {
        if let reclaim = ReclaimThread(task.name) {
            return knownReclaimThread(task, reclaim, moment)
        }
        guard isFollowed(task.name) else { return table.find(task.pid) }
        let position = table.findOrAdd(task.pid)
        table.threads[position].isFollowed = true
        return position
    }

    private mutating func switchOut<Fields: HostFields>(
        _ position: Int, _ state: Fields.Text, _ line: MappedLine<Fields>, _ bytes: Span<UInt8>
    ) {
        table.threads[position].clock.switchOut(line.timeNs)
        let thread = table.threads[position]
        guard let reclaim = thread.reclaim else { return }
        var stretchNs: Int64?
        if let sinceNs = thread.onCpuSinceNs {
            stretchNs = line.timeNs - sinceNs
        } else if thread.scheduling != .unknown {
            // It ran without being seen switching in: some kernels leave out the switches from
            // certain tasks. A wakeup that was pending has been answered at an unknown time.
            stretchNs = -1
            table.threads[position].pendingWake = 0
        }
        let isRunnable = state.firstByte(in: bytes) == UInt8(ascii: "R")
        table.threads[position].scheduling = isRunnable ? .preempted : .asleep
        table.threads[position].onCpuSinceNs = nil
        guard let stretchNs else { return }
        let values: [3 of Int64] = [
            Int64(thread.pid), stretchNs, texts.number(bytes, state),
        ]
        emitter.emit(
            .onCpu, line.moment, domain: domain(nil, reclaim), cause: thread.lastRun, values)
    }

    private mutating func switchIn(_ position: Int, _ line: MappedLine<some HostFields>) {
        table.threads[position].clock.switchIn(line.timeNs)
        let thread = table.threads[position]
        guard let reclaim = thread.reclaim else { return }
        if thread.pendingWake != 0 || thread.scheduling == .asleep {
            let values: [2 of Int64] = [Int64(thread.pid), -1]
            table.threads[position].lastRun = emitter.emit(
                .threadRun, line.moment, domain: domain(nil, reclaim), cause: thread.pendingWake,
                values)
        }
        table.threads[position].pendingWake = 0
        table.threads[position].scheduling = .running
        table.threads[position].onCpuSinceNs = line.timeNs
    }
}

import TraceCore

/// Helper threads: wakeups, and their way onto the CPUs and off.
extension DtraceEventMapper {
    /// How long after its failure a worker's wakeup may come.
    private static let answerNs: Int64 = 1_000_000_000

    /// The helper of an item's domain, with its thread noted.
    private mutating func helper(
        _ item: DtraceItem, _ thread: Int64, into sink: inout some EventSink & ~Copyable
    ) -> Helper {
        var helper = helpers[item.domain] ?? Helper()
        guard thread >= 0, helper.thread != thread else { return helper }
        if helperDomains.count >= Self.threadsMax { helperDomains.removeAll() }
        helperDomains[thread] = item.domain
        helper = Helper()
        helper.thread = thread
        helpers[item.domain] = helper
        let name = "\(helperName)_\(item.domain)"
        let values: [3 of Int64] = [thread, number(name, into: &sink), 0]
        writer.emit(.threadName, item, values, into: &sink)
        return helper
    }

    /// A wakeup of a helper; one that ends a wait for pages or for a lock is none of a run.
    mutating func wakeup(_ item: DtraceItem, into sink: inout some EventSink & ~Copyable) {
        guard item.domain >= 0 else { return }
        var helper = helper(item, item.values[0], into: &sink)
        let cause = takeFailure(item)
        switch helper.activity {
        case .away: return
        // Its way off the CPU is missing.
        case .running where cause == 0: return
        case .running, .unknown, .asleep, .woken: break
        }
        let origin = cause == 0 ? "" : "allocation failure"
        let values: [3 of Int64] = [
            helper.thread, WakeEffect.woke, number(origin, into: &sink),
        ]
        helper.wake = writer.emit(.wakeSend, item, cause: cause, values, into: &sink)
        helper.activity = .woken
        helpers[item.domain] = helper
    }

    /// The failure that a thread's wakeup follows, or 0.
    private mutating func takeFailure(_ item: DtraceItem) -> UInt64 {
        guard let failure = failures[item.thread], failure.sequence != 0,
            item.timeNs - failure.timeNs < Self.answerNs
        else { return 0 }
        failures[item.thread]?.sequence = 0
        return failure.sequence
    }

    mutating func switchIn(_ item: DtraceItem, into sink: inout some EventSink & ~Copyable) {
        guard item.domain >= 0 else { return }
        var helper = helper(item, item.thread, into: &sink)
        switch helper.activity {
        case .woken, .asleep:
            let values: [2 of Int64] = [helper.thread, -1]
            helper.lastRun = writer.emit(
                .threadRun, item, cause: helper.wake, values, into: &sink)
        case .unknown, .running, .away: break
        }
        helper.wake = 0
        helper.activity = .running
        helper.onCPUSinceNs = item.timeNs
        helpers[item.domain] = helper
    }

    /// - Parameter message: what the thread waits for; `-` is the next wakeup, and nothing is
    ///   said of one that was interrupted.
    mutating func switchOut(
        _ item: DtraceItem, message: String, into sink: inout some EventSink & ~Copyable
    ) {
        guard item.domain >= 0 else { return }
        var helper = helper(item, item.thread, into: &sink)
        if helper.activity == .woken {
            // It ran without being seen: when is not known.
            helper.wake = 0
        }
        let ns = helper.onCPUSinceNs < 0 ? -1 : item.timeNs - helper.onCPUSinceNs
        let isAsleep = message == "-"
        let state =
            switch message {
            case "-": "sleep"
            case "vmwait": "vm_wait"
            case "": "running"
            default: message
            }
        if isAsleep {
            let values: [2 of Int64] = [helper.thread, -1]
            writer.emit(.threadSleep, item, cause: helper.lastRun, values, into: &sink)
        }
        let values: [3 of Int64] = [helper.thread, ns, number(state, into: &sink)]
        writer.emit(.onCpu, item, cause: helper.lastRun, values, into: &sink)
        helper.onCPUSinceNs = -1
        helper.activity = isAsleep ? .asleep : .away
        helpers[item.domain] = helper
    }

    /// How often a helper that allocates has turned since the last look.
    ///
    /// The item stands at the begin of that stretch.
    mutating func spin(_ item: DtraceItem, into sink: inout some EventSink & ~Copyable) {
        guard var helper = helpers[item.domain], helper.thread >= 0 else { return }
        let turns = max(0, item.values[0])
        if turns > 0 {
            if helper.spin == 0 {
                let values: [1 of Int64] = [helper.thread]
                helper.spin = writer.emit(
                    .spinBegin, item, cause: helper.lastRun, values, into: &sink)
                helper.spinBeganNs = item.timeNs
                helper.turns = 0
            }
            let (sum, overflow) = helper.turns.addingReportingOverflow(turns)
            helper.turns = overflow ? .max : sum
        } else if helper.spin != 0 {
            let values: [4 of Int64] = [
                helper.thread, helper.turns, item.timeNs - helper.spinBeganNs, helper.turns,
            ]
            writer.emit(.spinEnd, item, cause: helper.spin, values, into: &sink)
            helper.spin = 0
        }
        helpers[item.domain] = helper
    }
}

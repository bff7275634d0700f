import TraceCore

/// Collects what pictures over time are drawn from.
///
/// Intervals are paired by the rules of the summaries: batches by thread and routine, waits and
/// spins by thread, wakeups with the run that follows.
///
/// Memory: 64 domains of at most 500 KiB, 65,536 threads of about 100 bytes.
struct TimelineTracker {
    private static let nestingLimit = 8

    private struct OpenBatch {
        var routine: TextKey
        var beginNs: Int64
        var domain: Int32
        var activity: TimelineActivity
    }

    /// A spin or a wait that a thread is in.
    private struct OpenInterval {
        var beginNs: Int64 = -1
        var domain: Int32 = -1
        var wasSeen = false
        /// Whether an event after the window has told all there is to tell.
        var isSettled = false
    }

    private struct ThreadState {
        var batches: [OpenBatch] = []
        /// Routines whose batches were seen to begin or end in the window.
        var seen: [TextKey] = []
        var spin = OpenInterval()
        var wait = OpenInterval()
        var stretch = OpenInterval()
        /// When the effective wakeup was sent whose run is awaited, or -1.
        var wakeNs: Int64 = -1
    }

    private let window: Window
    /// Whether the schema has runs; without them a batch stands for one.
    private let hasRuns: Bool
    private var threads = KeyIndex(limit: 65_536)
    private var states: [ThreadState] = []
    private var lanes = TimelineLanes()
    private var wakeupLatency = HeatMap()
    private var batchDuration = HeatMap()
    private var untracked: UInt64 = 0

    init(_ window: Window, hasRuns: Bool) {
        self.window = window
        self.hasRuns = hasRuns
    }

    private mutating func state(_ thread: Int64) -> Int? {
        guard let index = threads.index(of: thread) else {
            untracked += 1
            return nil
        }
        if index == states.count { states.append(ThreadState()) }
        return index
    }

    /// Takes an event inside the window.
    mutating func take(_ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>) {
        switch kind.meaning {
        case .allocFail: lanes.fail(header.domain, at: header.timeNs - window.beginNs)
        case .wakeSend: send(header, kind, values)
        case .threadRun: run(kind.number(ThreadSlot.thread, values, default: -1), header.timeNs)
        case .onCPU: stretch(header, kind, values)
        case .batchBegin:
            let thread = kind.number(BeginSlot.thread, values, default: -1)
            if !hasRuns, threads.existing(thread) != nil { run(thread, header.timeNs) }
            beginBatch(header, kind, values, isInside: true)
        case .batchEnd: endBatch(header, kind, values)
        case .spinBegin: begin(\.spin, header, thread(kind, SpinSlot.thread, values))
        case .spinEnd:
            let cpuNs = kind.number(SpinSlot.cpuNs, values, default: -1)
            end(\.spin, .spin, header, thread(kind, SpinSlot.thread, values), statedNs: cpuNs)
        case .waitBegin: begin(\.wait, header, thread(kind, WaitSlot.thread, values))
        case .waitEnd:
            let ns = kind.number(WaitSlot.ns, values, default: -1)
            end(\.wait, .wait, header, thread(kind, WaitSlot.thread, values), statedNs: ns)
        default: break
        }
    }

    /// Takes from an event outside the window what it tells of intervals that reach into it.
    mutating func takeOutside(_ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>) {
        let isBefore = header.timeNs < window.beginNs
        switch kind.meaning {
        case .batchBegin:
            if isBefore { beginBatch(header, kind, values, isInside: false) }
        case .batchEnd:
            guard isBefore, let index = threads.existing(thread(kind, EndSlot.thread, values))
            else { return }
            let routine = kind.text(EndSlot.routine, values)
            states[index].batches.removeAll { $0.routine == routine }
        case .spinBegin:
            beginOutside(\.spin, header, thread(kind, SpinSlot.thread, values), isBefore)
        case .waitBegin:
            beginOutside(\.wait, header, thread(kind, WaitSlot.thread, values), isBefore)
        case .spinEnd:
            let ns = kind.number(SpinSlot.cpuNs, values, default: -1)
            endOutside(\.spin, header, thread(kind, SpinSlot.thread, values), ns, isBefore)
        case .onCPU:
            let ns = kind.number(ThreadSlot.ns, values, default: -1)
            endOutside(\.stretch, header, thread(kind, ThreadSlot.thread, values), ns, isBefore)
        case .waitEnd:
            let ns = kind.number(WaitSlot.ns, values, default: -1)
            endOutside(\.wait, header, thread(kind, WaitSlot.thread, values), ns, isBefore)
        default: break
        }
    }

    private func thread(_ kind: BoundKind, _ slot: Int, _ values: Span<Int64>) -> Int64 {
        kind.number(slot, values, default: -1)
    }

    // MARK: Wakeups

    private mutating func send(_ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>) {
        guard kind.label(SendSlot.effect, values, default: 0) == 0,
            let index = state(thread(kind, SendSlot.target, values)), states[index].wakeNs < 0
        else { return }
        states[index].wakeNs = header.timeNs
    }

    private mutating func run(_ thread: Int64, _ timeNs: Int64) {
        guard let index = state(thread), states[index].wakeNs >= 0 else { return }
        wakeupLatency.record(
            timeNs - states[index].wakeNs, at: max(0, timeNs - window.beginNs))
        states[index].wakeNs = -1
    }

    /// Where a stretch has no recorded begin, the run of a pending wakeup was missed.
    private mutating func stretch(
        _ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>
    ) {
        let thread = thread(kind, ThreadSlot.thread, values)
        let ns = kind.number(ThreadSlot.ns, values, default: -1)
        if ns >= 0 {
            end(\.stretch, .onCPU, header, thread, statedNs: ns)
        } else if let index = threads.existing(thread) {
            states[index].wakeNs = -1
        }
    }

    // MARK: Batches

    private mutating func beginBatch(
        _ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>, isInside: Bool
    ) {
        guard let index = state(thread(kind, BeginSlot.thread, values)) else { return }
        let routine = kind.text(BeginSlot.routine, values)
        let isDirect = kind.label(BeginSlot.mode, values, default: 0) == BatchMode.direct.rawValue
        let open = OpenBatch(
            routine: routine, beginNs: header.timeNs, domain: header.domain,
            activity: isDirect ? .direct : .batch)
        if isInside { note(routine, index) }
        if let place = states[index].batches.firstIndex(where: { $0.routine == routine }) {
            states[index].batches[place] = open
        } else if states[index].batches.count < Self.nestingLimit {
            states[index].batches.append(open)
        } else {
            untracked += 1
        }
    }

    private mutating func note(_ routine: TextKey, _ index: Int) {
        if states[index].seen.count < 64, !states[index].seen.contains(routine) {
            states[index].seen.append(routine)
        }
    }

    private mutating func endBatch(
        _ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>
    ) {
        let thread = thread(kind, EndSlot.thread, values)
        guard let index = state(thread) else { return }
        let routine = kind.text(EndSlot.routine, values)
        let isDirect = kind.label(EndSlot.mode, values, default: 0) == BatchMode.direct.rawValue
        var beganNs: Int64?
        if let place = states[index].batches.firstIndex(where: { $0.routine == routine }) {
            let beginNs = states[index].batches.remove(at: place).beginNs
            beganNs = beginNs
            if beginNs >= window.beginNs {
                batchDuration.record(
                    max(0, header.timeNs - beginNs), at: header.timeNs - window.beginNs)
            }
        } else if window.isCutAtBegin, !states[index].seen.contains(routine) {
            // Only a thread's first end of a routine can be of a batch from before the window.
            beganNs = window.beginNs
        }
        note(routine, index)
        guard let beganNs else { return }
        fill(isDirect ? .direct : .batch, header.domain, thread, beganNs, header.timeNs)
    }

    // MARK: Spins and waits

    private typealias Which = WritableKeyPath<ThreadState, OpenInterval>

    private mutating func begin(_ which: Which, _ header: EventHeader, _ thread: Int64) {
        guard let index = state(thread) else { return }
        states[index][keyPath: which].beginNs = header.timeNs
        states[index][keyPath: which].domain = header.domain
        if header.timeNs >= window.beginNs { states[index][keyPath: which].wasSeen = true }
    }

    /// Without a begin an interval has the length it states; without that it began before the
    /// window where it can have.
    private mutating func end(
        _ which: Which, _ activity: TimelineActivity, _ header: EventHeader, _ thread: Int64,
        statedNs: Int64
    ) {
        guard let index = state(thread) else { return }
        let open = states[index][keyPath: which]
        states[index][keyPath: which].beginNs = -1
        states[index][keyPath: which].wasSeen = true
        if open.beginNs >= 0 {
            fill(activity, header.domain, thread, open.beginNs, header.timeNs)
        } else if statedNs >= 0 {
            let beganNs = header.timeNs.addingClamped(-statedNs)
            fill(activity, header.domain, thread, beganNs, header.timeNs)
        } else if window.isCutAtBegin, !open.wasSeen {
            fill(activity, header.domain, thread, window.beginNs, header.timeNs)
        }
    }

    private mutating func beginOutside(
        _ which: Which, _ header: EventHeader, _ thread: Int64, _ isBefore: Bool
    ) {
        if isBefore {
            begin(which, header, thread)
        } else if let index = state(thread) {
            states[index][keyPath: which].isSettled = true
        }
    }

    private mutating func endOutside(
        _ which: Which, _ header: EventHeader, _ thread: Int64, _ statedNs: Int64,
        _ isBefore: Bool
    ) {
        if isBefore {
            if let index = threads.existing(thread) { states[index][keyPath: which].beginNs = -1 }
            return
        }
        guard let index = state(thread), !states[index][keyPath: which].isSettled else { return }
        states[index][keyPath: which].isSettled = true
        guard states[index][keyPath: which].beginNs < 0,
            let beganNs = window.begin(of: statedNs, endingAt: header.timeNs)
        else { return }
        states[index][keyPath: which].beginNs = beganNs
        states[index][keyPath: which].domain = header.domain
    }

    // MARK: Results

    /// Adds the part of an interval that is inside the window.
    private mutating func fill(
        _ activity: TimelineActivity, _ domain: Int32, _ thread: Int64, _ beginNs: Int64,
        _ endNs: Int64
    ) {
        lanes.fill(
            activity, domain,
            TimelineSpan(
                beginNs: max(beginNs, window.beginNs), endNs: endNs, thread: thread),
            windowBeginNs: window.beginNs)
    }

    /// The timeline up to the end of the window, where what is open ends.
    ///
    /// - Complexity: O(threads + bins + intervals x log intervals).
    func finish(endNs: Int64) -> TimelineSummary {
        var tracker = self
        for (thread, state) in zip(threads.keys, states) {
            for open in state.batches {
                tracker.fill(open.activity, open.domain, thread, open.beginNs, endNs)
            }
            if state.spin.beginNs >= 0 {
                tracker.fill(.spin, state.spin.domain, thread, state.spin.beginNs, endNs)
            }
            if state.wait.beginNs >= 0 {
                tracker.fill(.wait, state.wait.domain, thread, state.wait.beginNs, endNs)
            }
            if state.stretch.beginNs >= 0 {
                tracker.fill(.onCPU, state.stretch.domain, thread, state.stretch.beginNs, endNs)
            }
        }
        var result = tracker.lanes.finish(beginNs: window.beginNs, endNs: endNs)
        result.untracked = untracked + tracker.lanes.untracked
        let columnNs = max(wakeupLatency.widthNs, batchDuration.widthNs)
        result.wakeupLatency = wakeupLatency.joined(widthNs: columnNs)
        result.batchDuration = batchDuration.joined(widthNs: columnNs)
        return result
    }
}

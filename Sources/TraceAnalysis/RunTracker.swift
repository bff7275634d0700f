import TraceCore

/// Tells runs of woken threads that did something from those after which the thread just went back
/// to sleep.
struct RunTracker {
    private static let threadLimit = 16_384

    private enum Run {
        /// None that a wakeup of the window led to.
        case none
        /// One without a batch or spin so far.
        case idle
        /// One with.
        case busy
    }

    private struct State {
        var isWoken = false
        /// Whether the thread's last batch or spin event is a begin.
        var isAtWork = false
        var run = Run.none
        var spurious: UInt64 = 0
        var worked: UInt64 = 0

        mutating func endRun() {
            switch run {
            case .none: break
            case .idle: spurious += 1
            case .busy: worked += 1
            }
            run = .none
        }

        /// An effective wakeup finds its thread asleep, so a run before it has ended.
        mutating func wake() {
            endRun()
            isWoken = true
        }

        mutating func begin() {
            endRun()
            if isWoken { run = isAtWork ? .busy : .idle }
            isWoken = false
        }

        mutating func work(isBegin: Bool) {
            isAtWork = isBegin
            if run == .idle { run = .busy }
        }
    }

    private var threads = KeyIndex(limit: threadLimit)
    private var states: [State] = []
    private(set) var untracked: UInt64 = 0

    private mutating func state(_ thread: Int64) -> Int? {
        guard let index = threads.index(of: thread) else {
            untracked += 1
            return nil
        }
        if index == states.count { states.append(State()) }
        return index
    }

    /// Takes an event of a window in its order; those that say nothing of runs are passed over.
    mutating func take(_ kind: BoundKind, _ values: Span<Int64>) {
        switch kind.meaning {
        case .wakeSend:
            guard kind.label(SendSlot.effect, values, default: 0) == 0,
                let index = state(kind.number(SendSlot.target, values, default: -1))
            else { return }
            states[index].wake()
        case .threadRun:
            if let index = state(thread(kind, values)) { states[index].begin() }
        case .threadSleep:
            if let index = threads.existing(thread(kind, values)) { states[index].endRun() }
        case .onCPU:
            // A switch in that was not recorded: the run that a wakeup led to was missed.
            guard kind.number(ThreadSlot.ns, values, default: -1) < 0,
                let index = threads.existing(thread(kind, values))
            else { return }
            states[index].isWoken = false
        default: work(kind, values)
        }
    }

    /// Takes a batch or a spin that begins or ends, also from before the window.
    mutating func work(_ kind: BoundKind, _ values: Span<Int64>) {
        let (slot, isBegin): (Int, Bool)
        switch kind.meaning {
        case .batchBegin: (slot, isBegin) = (BeginSlot.thread, true)
        case .batchEnd: (slot, isBegin) = (EndSlot.thread, false)
        case .spinBegin: (slot, isBegin) = (SpinSlot.thread, true)
        case .spinEnd: (slot, isBegin) = (SpinSlot.thread, false)
        default: return
        }
        if let index = state(kind.number(slot, values, default: -1)) {
            states[index].work(isBegin: isBegin)
        }
    }

    private func thread(_ kind: BoundKind, _ values: Span<Int64>) -> Int64 {
        kind.number(ThreadSlot.thread, values, default: -1)
    }

    /// Adds what became of runs to the counts of their threads and of all.
    func finish(_ summary: inout WakeupSummary) {
        for index in summary.threads.indices {
            guard let found = threads.existing(summary.threads[index].thread) else { continue }
            summary.threads[index].counts.spurious = states[found].spurious
            summary.threads[index].counts.worked = states[found].worked
            summary.counts.spurious += states[found].spurious
            summary.counts.worked += states[found].worked
        }
        summary.untracked += untracked
    }
}

import Histograms
import TraceCore

/// Adds up CPU time per thread.
struct CPUTracker {
    private static let threadLimit = 16_384

    private struct State {
        var domain: Int32 = -1
        var stretches = LatencySeries()
        var cutStretches = CountedTime()
        var missedStretches: UInt64 = 0
        /// When the stretch began that the thread is in, where that is known, or -1.
        var runNs: Int64 = -1
        /// Whether a stretch ended before the window, so that the thread's time is measured.
        var isMeasuredBefore = false
        /// Whether the stretch that the window's end cuts is known from its own end.
        var isCutStretchKnown = false
        /// Whether an event after the window has told all there is to tell.
        var isStretchSettled = false
        var isSpinSettled = false
        var batchNs: Int64 = 0
        var directNs: Int64 = 0
        var batchesWithoutCPU: UInt64 = 0
        var daemonBatches: UInt64 = 0
        var passNs: [4 of Int64] = InlineArray(repeating: 0)
        var visits = KnownSum()
        /// When the spin began that the thread is in, or -1.
        var spinBeginNs: Int64 = -1
        var spins = CountedTime()
        var spinIterations = KnownSum()
        var spinDeficit = KnownSum()

        var hasStretches: Bool {
            stretches.count + cutStretches.count + missedStretches > 0 || isCutStretchKnown
                || (isMeasuredBefore && runNs >= 0)
        }
        var hasSpun: Bool { spins.count > 0 || spinBeginNs >= 0 }

        // Changes go through methods, because reading members through the array would copy the
        // whole state each time.

        mutating func addPass(_ option: Int, ns: Int64, visits: Int64) {
            passNs[option] = passNs[option].addingClamped(ns)
            self.visits.add(visits)
        }

        /// What a batch used whose mode is not known is nobody's.
        mutating func addBatch(ns: Int64?, _ mode: BatchMode) {
            guard mode != .unknown else { return }
            let isDirect = mode == .direct
            if !isDirect { daemonBatches += 1 }
            guard let ns else {
                batchesWithoutCPU += 1
                return
            }
            if isDirect {
                directNs = directNs.addingClamped(ns)
            } else {
                batchNs = batchNs.addingClamped(ns)
            }
        }

        /// A spin keeps its CPU: where its CPU time is not stated, it is the time it took.
        mutating func endSpin(
            _ window: Window, at timeNs: Int64, cpuNs: Int64, iterations: Int64, deficit: Int64
        ) {
            var ns = cpuNs
            if ns < 0 {
                // Without a begin, the first end in a window that cuts the trace is of a spin
                // that went on since before it.
                let isCut = window.isCutAtBegin && spins.count == 0
                let beganNs = spinBeginNs < 0 && isCut ? window.beginNs : spinBeginNs
                ns = beganNs < 0 ? 0 : timeNs - beganNs
            }
            spinBeginNs = -1
            spins.add(window.clipped(ns, endingAt: timeNs))
            spinIterations.add(iterations)
            spinDeficit.add(deficit)
        }

        /// Returns whether the begin of the stretch was recorded.
        mutating func endStretch(_ window: Window, at timeNs: Int64, ns: Int64) -> Bool {
            runNs = -1
            guard ns >= 0 else {
                missedStretches += 1
                return false
            }
            if window.holds(ns, endingAt: timeNs) {
                stretches.record(ns)
            } else {
                cutStretches.add(window.clipped(ns, endingAt: timeNs))
            }
            return true
        }

        /// The thread does something, so it is on a CPU; after a wait no event says since when.
        mutating func isOnCPU(since timeNs: Int64) {
            if runNs < 0 { runNs = timeNs }
        }

        mutating func isSeen(in domain: Int32) {
            if self.domain < 0 { self.domain = domain }
        }
    }

    private let window: Window
    private var threads = KeyIndex(limit: threadLimit)
    private var states: [State] = []
    private var untracked: UInt64 = 0

    init(_ window: Window) { self.window = window }

    @inline(__always)
    private mutating func state(_ thread: Int64, _ domain: Int32) -> Int? {
        guard let index = threads.index(of: thread) else {
            untracked += 1
            return nil
        }
        if index == states.count { states.append(State()) }
        states[index].isSeen(in: domain)
        return index
    }

    mutating func run(_ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>) {
        let thread = kind.number(ThreadSlot.thread, values, default: -1)
        guard let index = state(thread, header.domain) else { return }
        states[index].runNs = header.timeNs
    }

    /// Takes a stretch on a CPU that ends; returns false when its begin was not recorded.
    mutating func stretch(
        _ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>
    ) -> Bool {
        let thread = kind.number(ThreadSlot.thread, values, default: -1)
        let ns = kind.number(ThreadSlot.ns, values, default: -1)
        guard let index = state(thread, header.domain) else { return ns >= 0 }
        return states[index].endStretch(window, at: header.timeNs, ns: ns)
    }

    /// Takes the end of a stretch before the window.
    mutating func stretchBefore(_ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>) {
        let thread = kind.number(ThreadSlot.thread, values, default: -1)
        guard let index = state(thread, header.domain) else { return }
        states[index].runNs = -1
        states[index].isMeasuredBefore = true
    }

    /// Takes the end of a stretch after the window: the thread's first one may have begun in the
    /// window or before it.
    mutating func stretchAfter(_ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>) {
        let thread = kind.number(ThreadSlot.thread, values, default: -1)
        let ns = kind.number(ThreadSlot.ns, values, default: -1)
        guard let index = state(thread, header.domain), !states[index].isStretchSettled else {
            return
        }
        states[index].isStretchSettled = true
        guard let beganNs = window.begin(of: ns, endingAt: header.timeNs) else { return }
        states[index].runNs = beganNs
        states[index].isCutStretchKnown = true
    }

    /// Takes the end of a spin before the window.
    mutating func spinEndBefore(_ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>) {
        let thread = kind.number(SpinSlot.thread, values, default: -1)
        guard let index = state(thread, header.domain) else { return }
        states[index].spinBeginNs = -1
    }

    /// Takes the begin of a spin after the window: what ends later did not begin inside.
    mutating func spinBeginAfter(_ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>) {
        let thread = kind.number(SpinSlot.thread, values, default: -1)
        if let index = state(thread, header.domain) { states[index].isSpinSettled = true }
    }

    /// Takes the end of a spin after the window, which tells since when a spin without a recorded
    /// begin went on.
    mutating func spinEndAfter(_ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>) {
        let thread = kind.number(SpinSlot.thread, values, default: -1)
        let ns = kind.number(SpinSlot.cpuNs, values, default: -1)
        guard let index = state(thread, header.domain), !states[index].isSpinSettled else {
            return
        }
        states[index].isSpinSettled = true
        guard states[index].spinBeginNs < 0,
            let beganNs = window.begin(of: ns, endingAt: header.timeNs)
        else { return }
        states[index].spinBeginNs = beganNs
    }

    /// Takes a pass of a batch and returns the part of its time inside the window, ns.
    mutating func pass(
        _ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>
    ) -> Int64 {
        let thread = kind.number(PassSlot.thread, values, default: -1)
        let ns = Self.passNs(window, header, kind, values)
        guard let index = state(thread, header.domain) else { return ns }
        let label = kind.label(PassSlot.option, values, default: 3)
        let option = label < 0 ? 3 : min(label, 3)
        states[index].addPass(
            option, ns: ns, visits: kind.number(PassSlot.visits, values, default: -1))
        return ns
    }

    /// The part of a pass inside the window, ns.
    static func passNs(
        _ window: Window, _ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>
    ) -> Int64 {
        window.clipped(kind.number(PassSlot.ns, values, default: -1), endingAt: header.timeNs)
    }

    /// Takes the begin of a daemon batch or a direct one.
    mutating func batchBegin(
        _ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>
    ) {
        let thread = kind.number(BeginSlot.thread, values, default: -1)
        guard let index = threads.existing(thread) else { return }
        states[index].isOnCPU(since: header.timeNs)
    }

    mutating func batchEnd(
        _ header: EventHeader, _ cpu: BatchTracker.KnownCPU, _ mode: BatchMode
    ) {
        guard let index = state(cpu.thread, header.domain) else { return }
        states[index].addBatch(ns: cpu.ns, mode)
    }

    mutating func spinBegin(_ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>) {
        let thread = kind.number(SpinSlot.thread, values, default: -1)
        guard let index = state(thread, header.domain) else { return }
        states[index].spinBeginNs = header.timeNs
        states[index].isOnCPU(since: header.timeNs)
    }

    mutating func spinEnd(_ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>) {
        let thread = kind.number(SpinSlot.thread, values, default: -1)
        guard let index = state(thread, header.domain) else { return }
        states[index].endSpin(
            window, at: header.timeNs, cpuNs: kind.number(SpinSlot.cpuNs, values, default: -1),
            iterations: kind.number(SpinSlot.iterations, values, default: -1),
            deficit: kind.number(SpinSlot.deficit, values, default: -1))
    }

    /// The CPU time within the window.
    ///
    /// - Parameters:
    ///   - openPasses: the passes of batches that the window's end cuts.
    ///   - isReclaim: whether a thread's name or its wakeups say that it is a reclaim thread; `nil`
    ///     where they say nothing.
    func finish(
        endNs: Int64, openPasses: [BatchTracker.KnownCPU], isReclaim: (Int64) -> Bool?
    ) -> CPUSummary {
        var openByThread: [Int64: Int64] = [:]
        for open in openPasses { openByThread[open.thread] = open.ns }
        var result = CPUSummary()
        result.untracked = untracked
        for (index, thread) in threads.keys.enumerated() {
            let state = states[index]
            let isDaemon = state.daemonBatches > 0 || state.hasSpun
            let row = row(
                thread, state, endNs: endNs, isReclaim: isReclaim(thread) ?? isDaemon,
                openPassNs: openByThread[thread] ?? 0)
            guard
                row.isReclaim || row.cpuNs > 0 || row.directNs > 0 || state.hasStretches
                    || row.batchesWithoutCPU > 0
            else { continue }
            result.add(row)
        }
        result.threads.sort { $0.thread < $1.thread }
        result.domains.sort { $0.domain < $1.domain }
        return result
    }

    private func row(
        _ thread: Int64, _ state: State, endNs: Int64, isReclaim: Bool, openPassNs: Int64
    ) -> ThreadCPU {
        var row = ThreadCPU(thread: thread)
        row.domain = state.domain
        row.isReclaim = isReclaim
        row.stretches = state.stretches
        row.stretches.sort()
        row.cutStretches = state.cutStretches
        row.missedStretches = state.missedStretches
        row.batchNs = state.batchNs
        row.directNs = state.directNs
        row.batchesWithoutCPU = state.batchesWithoutCPU
        row.openPassNs = openPassNs
        if isReclaim {
            row.batchNs = row.batchNs.addingClamped(openPassNs)
        } else {
            row.directNs = row.directNs.addingClamped(openPassNs)
        }
        row.passNs = state.passNs.indices.map { state.passNs[$0] }
        row.visits = state.visits
        let openSpinNs = window.part(since: state.spinBeginNs, to: endNs)
        row.spins = state.spins
        row.openSpinNs = openSpinNs
        row.spinIterations = state.spinIterations
        row.spinDeficitPages = state.spinDeficit
        if state.hasStretches {
            row.evidence = .stretches
            row.openAtEndNs = window.part(since: state.runNs, to: endNs)
            row.cpuNs = row.stretches.clampedSum.addingClamped(row.cutStretches.timeNs)
                .addingClamped(row.openAtEndNs)
        } else {
            row.openAtEndNs = openSpinNs
            row.cpuNs = row.batchNs.addingClamped(row.spins.timeNs).addingClamped(openSpinNs)
            row.evidence = row.cpuNs > 0 || state.daemonBatches > 0 ? .batches : .none
        }
        return row
    }
}

extension CPUSummary {
    /// Adds a thread.
    ///
    /// Stretches of threads that are not reclaim threads are listed, not added.
    fileprivate mutating func add(_ row: ThreadCPU) {
        threads.append(row)
        batchesWithoutCPU += row.batchesWithoutCPU
        directNs = directNs.addingClamped(row.directNs)
        var domain = DomainCPU(domain: row.domain)
        domain.directNs = row.directNs
        if row.isReclaim {
            reclaimNs = reclaimNs.addingClamped(row.cpuNs)
            openAtEndNs = openAtEndNs.addingClamped(row.openAtEndNs)
            missedStretches += row.missedStretches
            spinNs = spinNs.addingClamped(row.spins.timeNs).addingClamped(row.openSpinNs)
            for option in passNs.indices {
                passNs[option] = passNs[option].addingClamped(row.passNs[option])
            }
            domain.reclaimNs = row.cpuNs
        }
        guard let position = domains.firstIndex(where: { $0.domain == row.domain }) else {
            domains.append(domain)
            return
        }
        domains[position].reclaimNs = domains[position].reclaimNs
            .addingClamped(domain.reclaimNs)
        domains[position].directNs = domains[position].directNs.addingClamped(domain.directNs)
    }
}

import Histograms
import TraceCore

/// Pairs the begins and ends of waits.
struct WaitTracker {
    private struct State {
        var share: WaitShare
        var beginNs: Int64 = -1
        var reason = TextKey.empty
        var domain: Int32 = -1
        var wasSeen = false
        /// Whether an event after the window has told all there is to tell.
        var isSettled = false
        var clock = SwitchClock()
    }

    private struct Reason {
        var key: TextKey
        var group = WaitGroup(reason: "")
    }

    private let window: Window
    private var threads = KeyIndex(limit: 65_536)
    private var states: [State] = []
    private var domainIndex = KeyIndex(limit: 4_096)
    private var domains: [WaitShare] = []
    private var reasons: [Reason] = []
    private var wakers = KeyCounts(limit: 4_096)
    private var skips: UInt64 = 0
    private var untracked: UInt64 = 0

    /// Whether the schema has stretches on a CPU: without them no wait waits for one.
    private let hasStretches: Bool
    private var room = SwitchClock.roomForAll

    init(_ window: Window, hasStretches: Bool) {
        self.window = window
        self.hasStretches = hasStretches
    }

    private mutating func state(_ thread: Int64) -> Int? {
        guard let index = threads.index(of: thread) else {
            untracked += 1
            return nil
        }
        if index == states.count { states.append(State(share: WaitShare(number: thread))) }
        return index
    }

    private mutating func reason(_ key: TextKey) -> Int? {
        if let index = reasons.firstIndex(where: { $0.key == key }) { return index }
        guard reasons.count < 1_024 else {
            untracked += 1
            return nil
        }
        reasons.append(Reason(key: key))
        return reasons.count - 1
    }

    private mutating func withDomain(_ number: Int32, _ change: (inout WaitShare) -> Void) {
        guard let index = domainIndex.index(of: Int64(number)) else {
            untracked += 1
            return
        }
        if index == domains.count { domains.append(WaitShare(number: Int64(number))) }
        change(&domains[index])
    }

    mutating func begin(_ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>) {
        let thread = kind.number(WaitSlot.thread, values, default: -1)
        guard let index = state(thread) else { return }
        if states[index].beginNs >= 0, let reason = reason(states[index].reason) {
            reasons[reason].group.beginsWithoutEnd += 1
        }
        open(index, header, kind, values, beganNs: header.timeNs)
        states[index].wasSeen = true
        if hasStretches { states[index].clock.begin(.empty, at: header.timeNs) }
    }

    private mutating func open(
        _ index: Int, _ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>,
        beganNs: Int64
    ) {
        states[index].beginNs = beganNs
        states[index].reason = kind.text(WaitSlot.reason, values)
        states[index].domain = header.domain
    }

    /// Takes the begin of a wait before the window.
    mutating func beginBefore(_ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>) {
        let thread = kind.number(WaitSlot.thread, values, default: -1)
        guard let index = state(thread) else { return }
        open(index, header, kind, values, beganNs: header.timeNs)
    }

    /// Takes the end of a wait before the window.
    mutating func endBefore(_ kind: BoundKind, _ values: Span<Int64>) {
        let thread = kind.number(WaitSlot.thread, values, default: -1)
        if let index = threads.existing(thread) { states[index].beginNs = -1 }
    }

    /// Takes the begin of a wait after the window: what ends later did not begin inside.
    mutating func beginAfter(_ kind: BoundKind, _ values: Span<Int64>) {
        let thread = kind.number(WaitSlot.thread, values, default: -1)
        if let index = state(thread) { states[index].isSettled = true }
    }

    /// Takes the end of a wait after the window, which may tell that the thread was waiting.
    mutating func endAfter(_ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>) {
        let thread = kind.number(WaitSlot.thread, values, default: -1)
        guard let index = state(thread), !states[index].isSettled else { return }
        states[index].isSettled = true
        let stated = kind.number(WaitSlot.ns, values, default: -1)
        guard states[index].beginNs < 0,
            let beganNs = window.begin(of: stated, endingAt: header.timeNs)
        else { return }
        open(index, header, kind, values, beganNs: beganNs)
    }

    /// Takes the end of a wait.
    ///
    /// Its length is the time since its begin; without a begin, what it states itself; without
    /// that, the time since the window's begin where the wait can be older than the window.
    mutating func end(_ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>) {
        let thread = kind.number(WaitSlot.thread, values, default: -1)
        var key = kind.text(WaitSlot.reason, values)
        guard let index = state(thread) else { return }
        let beginNs = states[index].beginNs
        if beginNs >= 0, key == .empty { key = states[index].reason }
        guard let reason = reason(key) else { return }
        let stated = kind.number(WaitSlot.ns, values, default: -1)
        reasons[reason].group.ended += 1
        wakers.add(kind.number(WaitSlot.wokenBy, values, default: -1))
        _ = states[index].clock.end(.empty, at: header.timeNs, group: reason, &room)
        var insideNs: Int64 = 0
        if beginNs >= 0, beginNs < window.beginNs {
            insideNs = header.timeNs - window.beginNs
            reasons[reason].group.openAtBegin += 1
        } else if beginNs >= 0 || (stated >= 0 && window.holds(stated, endingAt: header.timeNs)) {
            insideNs = beginNs >= 0 ? max(0, header.timeNs - beginNs) : stated
            reasons[reason].group.duration.record(insideNs)
        } else if stated >= 0 || (window.isCutAtBegin && !states[index].wasSeen) {
            insideNs = header.timeNs - window.beginNs
            reasons[reason].group.openAtBegin += 1
        } else {
            reasons[reason].group.endsWithoutBegin += 1
        }
        states[index].beginNs = -1
        states[index].wasSeen = true
        reasons[reason].group.timeNs = reasons[reason].group.timeNs.addingClamped(insideNs)
        states[index].share.add(insideNs)
        withDomain(header.domain) { $0.add(insideNs) }
    }

    /// Takes the end of a stretch on a CPU.
    mutating func stretch(_ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>) {
        let thread = kind.number(ThreadSlot.thread, values, default: -1)
        guard let index = threads.existing(thread) else { return }
        let ns = kind.number(ThreadSlot.ns, values, default: -1)
        states[index].clock.stretch(endingAt: header.timeNs, ns: ns, &room) { wait in
            guard wait.offNs >= 0 else { return }
            reasons[wait.group].group.settle(blockedNs: wait.offNs, wait.lengthNs)
        }
    }

    mutating func skip(_ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>) {
        skips += 1
        if let index = state(kind.number(ThreadSlot.thread, values, default: -1)) {
            states[index].share.skips += 1
        }
        withDomain(header.domain) { $0.skips += 1 }
    }

    func finish(endNs: Int64, _ text: (TextKey) -> String) -> WaitSummary {
        var tracker = self
        for index in tracker.states.indices where tracker.states[index].beginNs >= 0 {
            let insideNs = window.part(since: tracker.states[index].beginNs, to: endNs)
            tracker.states[index].share.add(insideNs)
            tracker.withDomain(tracker.states[index].domain) { $0.add(insideNs) }
            if let reason = tracker.reason(tracker.states[index].reason) {
                tracker.reasons[reason].group.openAtEnd += 1
                tracker.reasons[reason].group.timeNs = tracker.reasons[reason].group.timeNs
                    .addingClamped(insideNs)
            }
        }
        var result = WaitSummary()
        result.skips = skips
        result.byWaker = wakers.ascending
        result.untracked = tracker.untracked + wakers.otherCount
        result.byReason = tracker.reasons.map { entry in
            var group = entry.group
            group.reason = text(entry.key)
            group.blockedNs.unknown = group.ended - group.blockedNs.known
            group.onCPUNs.unknown = group.ended - group.onCPUNs.known
            group.duration.sort()
            return group
        }
        result.byReason.sort { $0.reason < $1.reason }
        for group in result.byReason { result.total.add(group) }
        result.total.duration.sort()
        result.byDomain = tracker.domains.sorted { $0.number < $1.number }
        result.byThread = tracker.states.map(\.share)
            .filter { $0.count + $0.skips > 0 }
            .sorted { $0.number < $1.number }
        return result
    }
}

extension WaitShare {
    fileprivate mutating func add(_ ns: Int64) {
        count += 1
        timeNs = timeNs.addingClamped(ns)
    }
}

extension WaitGroup {
    fileprivate mutating func settle(blockedNs ns: Int64, _ lengthNs: Int64) {
        blockedNs.add(min(ns, lengthNs))
        onCPUNs.add(max(0, lengthNs - ns))
    }

    fileprivate mutating func add(_ other: WaitGroup) {
        ended += other.ended
        openAtEnd += other.openAtEnd
        openAtBegin += other.openAtBegin
        endsWithoutBegin += other.endsWithoutBegin
        beginsWithoutEnd += other.beginsWithoutEnd
        duration.add(other.duration)
        timeNs = timeNs.addingClamped(other.timeNs)
        blockedNs.merge(other.blockedNs)
        onCPUNs.merge(other.onCPUNs)
    }
}

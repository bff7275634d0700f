import TraceCore

/// Divides the stalls of threads that need memory, direct batches, into time on a CPU and time
/// blocked.
struct StallTracker {
    private static let threadLimit = 16_384
    private static let groupLimit = 1_024

    private var threads = KeyIndex(limit: threadLimit)
    private var clocks: [SwitchClock] = []
    private var routines: [TextKey] = []
    private var groups: [StallGroup] = []
    /// By the number of their thread.
    private var shares: [StallShare] = []
    private(set) var untracked: UInt64 = 0
    /// Whether the schema has stretches on a CPU: without them nothing waits for one.
    private let hasStretches: Bool
    private var room = SwitchClock.roomForAll

    init(hasStretches: Bool) { self.hasStretches = hasStretches }

    private func isDirect(_ kind: BoundKind, _ slot: Int, _ values: Span<Int64>) -> Bool {
        kind.label(slot, values, default: 0) == BatchMode.direct.rawValue
    }

    mutating func begin(_ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>) {
        let thread = kind.number(BeginSlot.thread, values, default: -1)
        let routine = kind.text(BeginSlot.routine, values)
        guard isDirect(kind, BeginSlot.mode, values) else {
            if let index = threads.existing(thread) { clocks[index].drop(routine) }
            return
        }
        guard let index = threads.index(of: thread) else {
            untracked += 1
            return
        }
        if index == clocks.count {
            clocks.append(SwitchClock())
            shares.append(StallShare(thread: thread))
        }
        clocks[index].begin(routine, at: header.timeNs)
    }

    /// Takes the end of a batch: its own word for its CPU time counts, else the thread's stretches.
    mutating func end(_ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>) {
        let thread = kind.number(EndSlot.thread, values, default: -1)
        let routine = kind.text(EndSlot.routine, values)
        guard let index = threads.existing(thread) else { return }
        guard isDirect(kind, EndSlot.mode, values), let group = group(routine) else {
            clocks[index].drop(routine)
            return
        }
        let statedNs = kind.number(EndSlot.cpuNs, values, default: -1)
        let lengthNs = clocks[index].end(
            routine, at: header.timeNs, group: group, isSettled: statedNs >= 0 || !hasStretches,
            &room)
        guard let lengthNs else { return }
        groups[group].add(lengthNs)
        shares[index].add(lengthNs)
        if statedNs >= 0 { groups[group].settle(onCPUNs: min(statedNs, lengthNs), lengthNs) }
    }

    private mutating func group(_ routine: TextKey) -> Int? {
        if let index = routines.firstIndex(of: routine) { return index }
        guard groups.count < Self.groupLimit else {
            untracked += 1
            return nil
        }
        routines.append(routine)
        groups.append(StallGroup(routine: ""))
        return groups.count - 1
    }

    /// Takes the end of a stretch on a CPU.
    mutating func stretch(_ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>) {
        let thread = kind.number(ThreadSlot.thread, values, default: -1)
        guard let index = threads.existing(thread) else { return }
        let ns = kind.number(ThreadSlot.ns, values, default: -1)
        clocks[index].stretch(endingAt: header.timeNs, ns: ns, &room) { stall in
            guard stall.offNs >= 0 else { return }
            groups[stall.group].settle(onCPUNs: stall.lengthNs - stall.offNs, stall.lengthNs)
        }
    }

    /// The stalls by thread.
    func finishThreads() -> [StallShare] {
        shares.filter { $0.count > 0 }.sorted { $0.thread < $1.thread }
    }

    /// The stalls by routine; those that nothing has settled are not known.
    func finish(_ text: (TextKey) -> String) -> [StallGroup] {
        zip(routines, groups)
            .map { routine, group in
                var group = group
                group.routine = text(routine)
                group.onCPUNs.unknown = group.count - group.onCPUNs.known
                group.blockedNs.unknown = group.count - group.blockedNs.known
                return group
            }
            .filter { $0.count > 0 }
            .sorted { $0.routine < $1.routine }
    }
}

extension StallShare {
    fileprivate mutating func add(_ ns: Int64) {
        count += 1
        timeNs = timeNs.addingClamped(ns)
        longestNs = max(longestNs, ns)
    }
}

extension StallGroup {
    fileprivate mutating func add(_ ns: Int64) {
        count += 1
        timeNs = timeNs.addingClamped(ns)
    }

    fileprivate mutating func settle(onCPUNs ns: Int64, _ lengthNs: Int64) {
        onCPUNs.add(max(0, ns))
        blockedNs.add(max(0, lengthNs - ns))
    }
}

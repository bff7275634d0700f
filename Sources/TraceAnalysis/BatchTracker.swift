import Histograms
import TraceCore

/// Pairs the begins and ends of batches.
struct BatchTracker {
    private static let threadLimit = 65_536
    private static let groupLimit = 1_024
    /// Batches of different routines that one thread may have open within one another.
    private static let nestingLimit = 8

    private struct Open {
        var group: Int
        var routine: TextKey
        var beginNs: Int64
        /// Time of its passes so far, ns.
        var passNs: Int64 = 0
    }

    private struct ThreadState {
        /// The innermost open batch, and those around it.
        private var inner: Open?
        private var outer: [Open] = []
        /// The group that its batches were of last.
        var group = 0
        /// Routines whose batches were seen to begin or end in the window.
        var seen: [TextKey] = []
        /// Passes of a batch whose begin is not in the window, ns.
        var strayPassNs: Int64 = 0

        /// The open batches, the innermost one last.
        var open: [Open] { outer + [inner].compactMap(\.self) }

        /// Opens a batch, and takes away the one of its routine that is open.
        ///
        /// - Returns: The batch taken away, and whether there is room for the new one.
        mutating func open(_ new: Open) -> (old: Open?, hasRoom: Bool) {
            guard let last = inner else {
                inner = new
                return (nil, true)
            }
            if last.routine == new.routine {
                inner = new
                return (last, true)
            }
            if let position = outer.firstIndex(where: { $0.routine == new.routine }) {
                let old = outer[position]
                outer[position] = new
                return (old, true)
            }
            guard outer.count + 1 < BatchTracker.nestingLimit else { return (nil, false) }
            outer.append(last)
            inner = new
            return (nil, true)
        }

        /// Takes away the open batch of a routine.
        mutating func close(_ routine: TextKey) -> Open? {
            // Nearly always the innermost one.
            if let last = inner, last.routine == routine {
                inner = outer.popLast()
                return last
            }
            guard let position = outer.firstIndex(where: { $0.routine == routine }) else {
                return nil
            }
            return outer.remove(at: position)
        }

        /// Takes the time of a pass, ns.
        mutating func pass(_ ns: Int64) {
            if let passNs = inner?.passNs {
                inner?.passNs = passNs.addingClamped(ns)
            } else {
                strayPassNs = strayPassNs.addingClamped(ns)
            }
        }

        mutating func note(_ routine: TextKey) {
            if seen.first == routine || seen.contains(routine) || seen.count >= 64 { return }
            seen.append(routine)
        }
    }

    private struct GroupKey {
        var routine: TextKey
        var mode: BatchMode
        var domain: Int32
    }

    private struct Group {
        var summary: BatchGroup
        var resultKeys: [TextKey] = []
        var resultCounts: [UInt64] = []
        var otherResults: UInt64 = 0

        // Changes go through methods, because reading members through the array would copy the
        // whole group each time.

        mutating func isBegun() { summary.begun += 1 }
        mutating func isBegunAgain() { summary.beginsWithoutEnd += 1 }

        mutating func isEnded(_ kind: BoundKind, _ values: Span<Int64>, cpuNs: Int64) {
            summary.ended += 1
            summary.cpuNs.add(cpuNs)
            addResult(kind.text(EndSlot.result, values))
            // Of columns that are not there the events are counted, not looked at.
            var columns = kind.boundSlots >> UInt32(EndSlot.firstCounter)
            while columns != 0 {
                let counter = columns.trailingZeroBitCount
                summary.counters.add(
                    counter, kind.number(EndSlot.firstCounter + counter, values, default: -1))
                columns &= columns - 1
            }
        }

        /// Completes the counters by what the schema lacks.
        mutating func finish() {
            for counter in 0..<BatchCounters.count {
                let sum = summary.counters[counter]
                summary.counters.addUnknown(counter, summary.ended - sum.known - sum.unknown)
            }
        }

        mutating func addResult(_ key: TextKey) {
            if resultKeys.first == key {
                resultCounts[0] += 1
            } else if let position = resultKeys.firstIndex(of: key) {
                resultCounts[position] += 1
            } else if resultKeys.count < 256 {
                resultKeys.append(key)
                resultCounts.append(1)
            } else {
                otherResults += 1
            }
        }

        mutating func addTime(_ ns: Int64, isWhole: Bool) {
            if isWhole { summary.duration.record(ns) }
            summary.timeNs = summary.timeNs.addingClamped(ns)
        }
    }

    /// The CPU time that the end of a batch, or the window's end inside one, makes known.
    struct KnownCPU {
        let thread: Int64
        let ns: Int64?
    }

    private let window: Window
    private var threads = KeyIndex(limit: threadLimit)
    private var states: [ThreadState] = []
    private var groups: [Group] = []
    private var groupKeys: [GroupKey] = []
    private var deferredByReason = KeyCounts()
    private var deferredByOrder = KeyCounts()
    private var untracked: UInt64 = 0

    init(_ window: Window) { self.window = window }

    @inline(__always)
    private mutating func state(_ thread: Int64) -> Int? {
        guard let index = threads.index(of: thread) else {
            untracked += 1
            return nil
        }
        if index == states.count { states.append(ThreadState()) }
        return index
    }

    private mutating func group(
        _ routine: TextKey, _ mode: BatchMode, _ domain: Int32, _ state: Int
    ) -> Int? {
        func fits(_ key: GroupKey) -> Bool {
            key.routine == routine && key.mode == mode && key.domain == domain
        }
        let last = states[state].group
        if last < groupKeys.count, fits(groupKeys[last]) { return last }
        if let index = groupKeys.firstIndex(where: fits) {
            states[state].group = index
            return index
        }
        guard groups.count < Self.groupLimit else {
            untracked += 1
            return nil
        }
        groupKeys.append(GroupKey(routine: routine, mode: mode, domain: domain))
        groups.append(Group(summary: BatchGroup(routine: "", mode: mode)))
        states[state].group = groups.count - 1
        return groups.count - 1
    }

    mutating func begin(_ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>) {
        let thread = kind.number(BeginSlot.thread, values, default: -1)
        let routine = kind.text(BeginSlot.routine, values)
        let mode = BatchMode(label: kind.label(BeginSlot.mode, values, default: 0))
        guard let state = state(thread), let group = group(routine, mode, header.domain, state)
        else {
            return
        }
        groups[group].isBegun()
        states[state].note(routine)
        open(routine, group, state, header.timeNs, isCounted: true)
    }

    /// Takes the begin of a batch before the window.
    mutating func beginBefore(_ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>) {
        let thread = kind.number(BeginSlot.thread, values, default: -1)
        let routine = kind.text(BeginSlot.routine, values)
        let mode = BatchMode(label: kind.label(BeginSlot.mode, values, default: 0))
        guard let state = state(thread), let group = group(routine, mode, header.domain, state)
        else {
            return
        }
        open(routine, group, state, header.timeNs, isCounted: false)
    }

    /// Takes the end of a batch before the window.
    mutating func endBefore(_ kind: BoundKind, _ values: Span<Int64>) {
        let routine = kind.text(EndSlot.routine, values)
        guard let state = threads.existing(kind.number(EndSlot.thread, values, default: -1))
        else { return }
        _ = states[state].close(routine)
    }

    private mutating func open(
        _ routine: TextKey, _ group: Int, _ state: Int, _ timeNs: Int64, isCounted: Bool
    ) {
        let open = Open(group: group, routine: routine, beginNs: timeNs)
        let (old, hasRoom) = states[state].open(open)
        if let old, isCounted { groups[old.group].isBegunAgain() }
        if !hasRoom { untracked += 1 }
    }

    /// Takes a pass of the innermost open batch; `ns` is its part inside the window.
    mutating func pass(_ thread: Int64, ns: Int64) {
        if let state = state(thread) { states[state].pass(ns) }
    }

    /// Takes the end of a batch and returns its CPU time within the window where that is known.
    mutating func end(
        _ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>
    ) -> KnownCPU {
        let thread = kind.number(EndSlot.thread, values, default: -1)
        let cpuNs = kind.number(EndSlot.cpuNs, values, default: -1)
        let routine = kind.text(EndSlot.routine, values)
        let mode = BatchMode(label: kind.label(EndSlot.mode, values, default: 0))
        let nothing = KnownCPU(thread: thread, ns: nil)
        guard let state = state(thread), let group = group(routine, mode, header.domain, state)
        else {
            return nothing
        }
        let passNs = close(state, group, routine, header.timeNs)
        var known: Int64?
        if cpuNs >= 0 {
            known = window.clipped(cpuNs, endingAt: header.timeNs)
        } else if passNs > 0 {
            known = passNs
        }
        groups[group].isEnded(kind, values, cpuNs: known ?? -1)
        states[state].note(routine)
        return KnownCPU(thread: thread, ns: known)
    }

    /// Closes the batch that ends and returns the time of its passes within the window.
    private mutating func close(
        _ state: Int, _ group: Int, _ routine: TextKey, _ timeNs: Int64
    ) -> Int64 {
        if let open = states[state].close(routine) {
            let isWhole = open.beginNs >= window.beginNs
            if !isWhole { groups[group].summary.openAtBegin += 1 }
            groups[group].addTime(
                max(0, timeNs - max(open.beginNs, window.beginNs)), isWhole: isWhole)
            return open.passNs
        }
        let passNs = states[state].strayPassNs
        states[state].strayPassNs = 0
        // Only a thread's first end of a routine can belong to a batch from before the window.
        if window.isCutAtBegin, !states[state].seen.contains(routine) {
            groups[group].summary.openAtBegin += 1
            groups[group].addTime(timeNs - window.beginNs, isWhole: false)
        } else {
            groups[group].summary.endsWithoutBegin += 1
        }
        return passNs
    }

    mutating func deferred(_ kind: BoundKind, _ values: Span<Int64>) {
        deferredByReason.add(kind.text(DeferredSlot.reason, values).raw)
        deferredByOrder.add(kind.number(DeferredSlot.order, values, default: -1))
    }

    /// The passes of batches that are open at the end of the window.
    var openPasses: [KnownCPU] {
        zip(threads.keys, states).compactMap { thread, state in
            let ns = state.open.reduce(state.strayPassNs) { $0.addingClamped($1.passNs) }
            return ns > 0 ? KnownCPU(thread: thread, ns: ns) : nil
        }
    }

    func finish(endNs: Int64, _ text: (TextKey) -> String) -> BatchSummary {
        var groups = groups
        for index in groups.indices { groups[index].finish() }
        for state in states {
            for open in state.open {
                groups[open.group].summary.openAtEnd += 1
                groups[open.group].addTime(
                    window.part(since: open.beginNs, to: endNs), isWhole: false)
            }
        }
        // Batches wholly before the window made groups that have nothing to say.
        let touching = groups.indices.filter { groups[$0].summary.touchesWindow }
        let keys = touching.map { groupKeys[$0] }
        groups = touching.map { groups[$0] }
        var result = BatchSummary()
        result.groups = Self.joined(groups, keys, text)
        result.domains = Self.byDomain(groups, keys)
        result.deferredByReason = deferredByReason.named(text)
        result.deferredByOrder = deferredByOrder.ascending
        result.untracked = untracked
        return result
    }

    /// Joins the groups of all domains by routine and mode.
    private static func joined(
        _ groups: [Group], _ keys: [GroupKey], _ text: (TextKey) -> String
    ) -> [BatchGroup] {
        var named: [BatchGroup] = zip(groups, keys).map { group, key in
            var summary = group.summary
            summary.routine = text(key.routine)
            summary.results = zip(group.resultKeys, group.resultCounts)
                .map { NamedCount(name: text($0), count: $1) }
            if group.otherResults > 0 {
                summary.results.append(NamedCount(name: "(other)", count: group.otherResults))
            }
            return summary
        }
        named.sort { ($0.routine, $0.mode.rawValue) < ($1.routine, $1.mode.rawValue) }
        var result: [BatchGroup] = []
        for group in named {
            if let last = result.last, last.routine == group.routine, last.mode == group.mode {
                result[result.count - 1].add(group)
            } else {
                result.append(group)
            }
        }
        for index in result.indices {
            result[index].duration.sort()
            result[index].results.sort(by: NamedCount.isBefore)
        }
        return result
    }

    private static func byDomain(_ groups: [Group], _ keys: [GroupKey]) -> [DomainBatches] {
        var result: [DomainBatches] = []
        for (group, key) in zip(groups, keys).sorted(by: { $0.1.domain < $1.1.domain }) {
            if result.last?.domain != key.domain {
                result.append(DomainBatches(domain: key.domain))
            }
            result[result.count - 1].add(group.summary)
        }
        for index in result.indices { result[index].duration.sort() }
        return result
    }
}

extension DomainBatches {
    fileprivate mutating func add(_ group: BatchGroup) {
        ended += group.ended
        timeNs = timeNs.addingClamped(group.timeNs)
        switch group.mode {
        case .daemon: daemonNs = daemonNs.addingClamped(group.timeNs)
        case .direct: directNs = directNs.addingClamped(group.timeNs)
        case .unknown: break
        }
        duration.add(group.duration)
        gainedBlocks.merge(group.counters[.gainedBlocks])
        nominal.merge(group.counters[.nominal])
        phantom.merge(group.counters[.phantom])
    }
}

extension BatchGroup {
    fileprivate var touchesWindow: Bool { begun + ended + openAtEnd + beginsWithoutEnd > 0 }

    fileprivate mutating func add(_ other: BatchGroup) {
        begun += other.begun
        ended += other.ended
        openAtEnd += other.openAtEnd
        openAtBegin += other.openAtBegin
        endsWithoutBegin += other.endsWithoutBegin
        beginsWithoutEnd += other.beginsWithoutEnd
        duration.add(other.duration)
        timeNs = timeNs.addingClamped(other.timeNs)
        cpuNs.merge(other.cpuNs)
        counters.merge(other.counters)
        for entry in other.results {
            if let position = results.firstIndex(where: { $0.name == entry.name }) {
                results[position].count += entry.count
            } else {
                results.append(entry)
            }
        }
    }
}

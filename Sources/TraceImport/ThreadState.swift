/// Which reclaim thread a task is, from its name.
struct ReclaimThread: Hashable {
    enum Family { case kswapd, kcompactd }

    let family: Family
    /// The memory node the thread serves, or `nil` where its name does not end in a number.
    let node: Int32?

    /// Recognizes `kswapdN` and `kcompactdN`; any other name gives `nil`.
    init?(_ name: TaskName) {
        guard name.firstByte == UInt8(ascii: "k") else { return nil }
        if name.hasPrefix(Self.kswapd) {
            family = .kswapd
            node = name.number(afterPrefix: Self.kswapd.count)
        } else if name.hasPrefix(Self.kcompactd) {
            family = .kcompactd
            node = name.number(afterPrefix: Self.kcompactd.count)
        } else {
            return nil
        }
    }

    private static let kswapd = TaskName("kswapd")
    private static let kcompactd = TaskName("kcompactd")
}

/// A batch that has begun and not ended.
struct OpenBatch {
    /// The number of its `batch_begin`, 0 while no batch is open.
    var sequence: UInt64 = 0
    var movedPages: Int64 = 0
    var failedMoves: Int64 = 0
    var scannedPages: Int64 = 0
    var freedPages: Int64 = 0
    /// The thread's CPU clock when the batch began.
    var clockAtBegin = CpuClock.Reading()

    var isOpen: Bool { sequence != 0 }
}

/// The CPU time of one thread, as far as its context switches and its own events tell.
struct CpuClock {
    struct Reading {
        var totalNs: Int64 = 0
        /// How often events were missing so far: a difference across a gap means nothing.
        var gaps = 0
    }

    private enum State { case unknown, on(sinceNs: Int64), off }

    private var state = State.unknown
    private var closed = Reading()
    /// Whether any context switch of the thread was seen at all.
    private(set) var hasSwitches = false

    mutating func switchIn(_ timeNs: Int64) {
        if case .on = state { closed.gaps += 1 }
        state = .on(sinceNs: timeNs)
        hasSwitches = true
    }

    mutating func switchOut(_ timeNs: Int64) {
        if case .on(let sinceNs) = state {
            closed.totalNs += timeNs - sinceNs
        } else {
            closed.gaps += 1
        }
        state = .off
        hasSwitches = true
    }

    /// Switches were missing until here.
    mutating func isUnknownUntilHere() {
        closed.gaps += 1
        state = .unknown
        hasSwitches = true
    }

    /// The clock at an event that the thread itself reports, which proves it is on a CPU.
    mutating func read(_ timeNs: Int64) -> Reading {
        switch state {
        case .on(let sinceNs):
            return Reading(totalNs: closed.totalNs + timeNs - sinceNs, gaps: closed.gaps)
        case .off:
            closed.gaps += 1
            state = .on(sinceNs: timeNs)
        case .unknown:
            state = .on(sinceNs: timeNs)
        }
        return closed
    }
}

/// What is remembered about one thread.
struct ThreadState {
    /// How the thread left the CPU last, as far as context switches told.
    enum Scheduling { case unknown, asleep, preempted, running }

    let pid: Int32
    /// The name noted last in a `thread_name` event; empty before the first.
    var notedName = TaskName()
    /// Set when a scheduler event called the thread by a reclaim thread's name.
    ///
    /// It is stronger than the name at the start of a line, which comes from a lossy cache.
    var reclaim: ReclaimThread?
    /// Whether all its context switches are taken to be in the text.
    var isFollowed = false
    /// Whether that is so because somebody said it of this very thread.
    var isListed = false

    var scheduling = Scheduling.unknown
    /// When the current stretch on a CPU began; `nil` when no switch in was seen.
    var onCpuSinceNs: Int64?
    /// The `wake_send` that will be answered by the next switch in, or 0.
    var pendingWake: UInt64 = 0
    /// The last `thread_run`, or 0.
    var lastRun: UInt64 = 0
    var clock = CpuClock()

    /// The order that compaction is working for, or -1.
    var compactionOrder: Int64 = -1
    var compaction = OpenBatch()
    var directReclaim = OpenBatch()
    var kswapd = OpenBatch()

    init(pid: Int32) { self.pid = pid }
}

/// The threads by process number.
struct ThreadTable {
    private var positions: [Int32: Int] = [:]
    /// Positions that were found last, by the last bits of the number: most events are of a few
    /// threads.
    private var recent = [Int](repeating: 0, count: Self.recentCount)
    private static let recentCount = 64
    var threads: [ThreadState] = []

    /// The position of a thread, or `nil` when nothing is remembered about it.
    mutating func find(_ pid: Int32) -> Int? {
        let slot = Int(pid) & (Self.recentCount - 1)
        let candidate = recent[slot]
        if candidate < threads.count, threads[candidate].pid == pid { return candidate }
        guard let position = positions[pid] else { return nil }
        recent[slot] = position
        return position
    }

    /// Follows the switches of these threads, and of no others but the reclaim threads.
    mutating func follow(_ followed: Set<Int32>) {
        for position in threads.indices where threads[position].reclaim == nil {
            let isListed = followed.contains(threads[position].pid)
            guard isListed != threads[position].isListed else { continue }
            threads[position].isListed = isListed
            threads[position].clock.isUnknownUntilHere()
        }
    }

    /// The position of a thread, added when it is new.
    mutating func findOrAdd(_ pid: Int32) -> Int {
        if let position = find(pid) { return position }
        let position = threads.count
        threads.append(ThreadState(pid: pid))
        positions[pid] = position
        return position
    }
}

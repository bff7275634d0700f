public import Histograms

/// What became of the wakeups sent to one reclaim thread, or to all.
public struct WakeupCounts: Hashable, Sendable {
    /// All wakeups sent, whatever their effect.
    public var sent: UInt64 = 0
    /// Those that woke a sleeping thread.
    public var woke: UInt64 = 0
    /// Those that found no sleeper.
    public var noSleeper: UInt64 = 0
    /// Those that fell between the decision to sleep and the sleep.
    public var lost: UInt64 = 0
    /// Those not sent because the thread was running or had one pending.
    public var suppressed: UInt64 = 0
    /// Those with an effect that no analysis knows.
    public var unknownEffect: UInt64 = 0
    /// Those that woke a thread whose last wakeup was still waiting for its run.
    public var wokeAgain: UInt64 = 0
    /// Times the thread began to run.
    public var runs: UInt64 = 0
    /// Runs without an effective wakeup in the window.
    public var runsWithoutWakeup: UInt64 = 0
    /// Effective wakeups without a latency, because the run was not recorded.
    public var missedRuns: UInt64 = 0
    /// Effective wakeups still waiting for their run at the end of the window.
    public var pendingAtEnd: UInt64 = 0
    /// Times the thread went to sleep.
    public var sleeps: UInt64 = 0
    /// Runs after an effective wakeup that ended without a batch or a spin; only where runs are
    /// recorded.
    public var spurious: UInt64 = 0
    /// Runs after an effective wakeup that ended and had a batch or a spin; only where runs are
    /// recorded.
    public var worked: UInt64 = 0

    mutating func add(_ other: WakeupCounts) {
        sent += other.sent
        woke += other.woke
        noSleeper += other.noSleeper
        lost += other.lost
        suppressed += other.suppressed
        unknownEffect += other.unknownEffect
        wokeAgain += other.wokeAgain
        runs += other.runs
        runsWithoutWakeup += other.runsWithoutWakeup
        missedRuns += other.missedRuns
        pendingAtEnd += other.pendingAtEnd
        sleeps += other.sleeps
        spurious += other.spurious
        worked += other.worked
    }
}

/// The wakeups of one thread.
public struct ThreadWakeups: Equatable, Sendable {
    /// The thread.
    public var thread: Int64
    /// The domain of its wakeups; -1 for none.
    public var domain: Int32 = -1
    /// What became of them.
    public var counts = WakeupCounts()
    /// Effective wakeup to first instruction, ns.
    public var latency = LatencySeries()
}

/// How long allocation failures of one domain, or of all, waited for an effective wakeup.
public struct FailureAnswers: Equatable, Sendable {
    /// The domain; -1 for none and in the sum of all domains.
    public var domain: Int32 = -1
    /// From the first failure since the last effective wakeup to the next one, ns.
    public var firstFailure = LatencySeries()
    /// From every failure to the next effective wakeup, ns.
    public var everyFailure = LatencySeries()
    /// From the failure that an effective wakeup names as its cause to that wakeup, ns.
    public var namedCause = LatencySeries()
    /// Failures without an effective wakeup by the end of the window.
    public var unanswered: UInt64 = 0
    /// Failures not followed because too many waited at once.
    public var untracked: UInt64 = 0

    /// Makes answers of no failures.
    public init() {}
}

/// What tells that a thread that was woken runs.
public enum RunEvidence: String, Sendable, CaseIterable {
    /// Its runs are recorded.
    case runs = "thread_run"
    /// The trace's schema has no runs: the first batch after the wakeup stands for one.
    case batches = "batch_begin"
}

/// The wakeups of the window.
public struct WakeupSummary: Equatable, Sendable {
    /// What latencies end with.
    public var runEvidence = RunEvidence.runs
    /// What became of them, over all threads.
    public var counts = WakeupCounts()
    /// Effective wakeup to first instruction, ns, over all threads.
    public var latency = LatencySeries()
    /// Per thread, ascending by number.
    public var threads: [ThreadWakeups] = []
    /// Failure to effective wakeup over all domains.
    public var answers = FailureAnswers()
    /// Failure to effective wakeup per domain, ascending.
    public var answersByDomain: [FailureAnswers] = []
    /// Wakeup events not followed because there were too many threads or domains.
    public var untracked: UInt64 = 0
}

public import Histograms

/// What relief is known from.
public enum ReliefEvidence: String, Sendable, CaseIterable {
    /// Events of single services: exact.
    case events = "events"
    /// Counts that were read from time to time: upper bounds.
    case samples = "samples"
    /// Nothing.
    case none = "none"
}

/// How long failures of one domain, or of all, waited for a success.
public struct ReliefSeries: Equatable, Sendable {
    /// The domain; -1 for none and in the sum of all domains.
    public var domain: Int32 = -1
    /// From the first failure since the last success to the first request that got a buffer, from
    /// wherever, ns.
    public var served = LatencySeries()
    /// The same to the first import that brought a buffer, ns.
    public var imported = LatencySeries()
    /// 1 where failures had no request served after them by the end of the window.
    public var unserved: UInt64 = 0
    /// 1 where failures had no import after them by the end of the window.
    public var unimported: UInt64 = 0

    /// Makes series of no failures.
    public init() {}
}

/// From allocation failures to the first success after them.
public struct ReliefSummary: Equatable, Sendable {
    /// What it is known from; with `none`, nothing else means anything.
    public var evidence = ReliefEvidence.none
    /// Over all domains.
    public var total = ReliefSeries()
    /// By domain, ascending.
    public var byDomain: [ReliefSeries] = []
    /// Failures of another order than a buffer's, for which no success is recorded.
    public var otherOrders: UInt64 = 0
    /// Events not followed because there were too many domains or CPUs.
    public var untracked: UInt64 = 0
}

/// From failures of one domain, or of all, to the end of the batch that they led to.
///
/// Over chains: effective wakeups that answer failures, as in `ChainSummary`. Summaries of
/// different traces add up.
public struct BatchRelief: Equatable, Sendable {
    /// The domain of the failures; -1 for none and in the sum of all domains.
    public var domain: Int32 = -1
    /// All chains, also those without a batch or whose batch did not end in the window.
    public var chains: UInt64 = 0
    /// Of the samples of `duration` those of which every link was recorded.
    public var recorded: UInt64 = 0
    /// Of the samples of `duration` those with a link that thread, domain and order suggest.
    public var inferred: UInt64 = 0
    /// From the first failure since the last effective wakeup to the end of the first batch of the
    /// thread that was woken, ns.
    public var duration = LatencySeries()

    /// Makes a row of nothing.
    package init() {}

    /// The chains without such an end in the window.
    public var withoutEnd: UInt64 { chains - min(chains, duration.count + duration.negativeCount) }
}

/// From failures to the end of the batch that they led to.
public struct BatchReliefSummary: Equatable, Sendable {
    /// Over all domains.
    public var total = BatchRelief()
    /// By domain of the failures, ascending.
    public var byDomain: [BatchRelief] = []
    /// Events not followed because there were too many threads or domains.
    public var untracked: UInt64 = 0
}

import RunStatistics
public import TraceAnalysis

/// What a change of one metric may be before it counts.
public struct GateLimit: Hashable, Sendable {
    /// The metric.
    public var metric: String
    /// The domain, or `nil` for the whole trace.
    public var domain: Int32?
    /// The share of the base's mean that a change must exceed, in millionths.
    public var relativePpm: Int64
    /// What a change must exceed in the metric's own unit.
    public var absolute: Int64
    /// Which change is for the better.
    public var better: MetricDirection
    /// Why there is this limit; shown where it fails.
    public var why: String

    /// Makes a limit.
    public init(
        metric: String, domain: Int32? = nil, relativePpm: Int64, absolute: Int64,
        better: MetricDirection, why: String
    ) {
        self.metric = metric
        self.domain = domain
        self.relativePpm = relativePpm
        self.absolute = absolute
        self.better = better
        self.why = why
    }

    /// The name to show, with the domain.
    public var name: String { domain.map { "\(metric), domain \($0)" } ?? metric }

    var worse: WorseDirection { better == .higherIsBetter ? .down : .up }

    /// The change that must be exceeded where the base has this mean: both limits hold.
    ///
    /// - Complexity: O(1).
    func margin(baseMean: Int64) -> Int64 {
        let share = Int128(baseMean.magnitude) * Int128(relativePpm) / 1_000_000
        return max(absolute, Int64(clamping: share))
    }
}

/// The limits of a gate.
public struct GateThresholds: Hashable, Sendable {
    /// What they are for.
    public var name: String
    /// How often a gate without any change may alarm, all limits together, in millionths.
    public var levelPpm: Int64
    /// The limits; no metric twice.
    public var limits: [GateLimit]

    /// Makes thresholds.
    public init(name: String = "", levelPpm: Int64 = Self.defaultLevelPpm, limits: [GateLimit]) {
        self.name = name
        self.levelPpm = levelPpm
        self.limits = limits
    }

    /// One false alarm in twenty.
    public static let defaultLevelPpm: Int64 = 50_000

    /// The few metrics that a run supports, with margins that most changes of a policy exceed: what
    /// `diff` judges without a file.
    public static let standard = GateThresholds(
        name: "standard",
        limits: [
            GateLimit(
                metric: "cpu.reclaim", relativePpm: 50_000, absolute: 1_000_000,
                better: .lowerIsBetter, why: "CPU time in reclaim is taken from the load"),
            GateLimit(
                metric: "service.success", relativePpm: 20_000, absolute: 2_000,
                better: .higherIsBetter, why: "records without a buffer are encrypted page by page"),
            GateLimit(
                metric: "service.fallback_pages", relativePpm: 50_000, absolute: 1_000_000,
                better: .lowerIsBetter, why: "fallback pages are what a missing buffer costs"),
            GateLimit(
                metric: "wait.time", relativePpm: 100_000, absolute: 10_000_000,
                better: .lowerIsBetter, why: "a thread that waits for pages does nothing else"),
        ])
}

/// The unit of a metric's value.
public enum MetricUnit: String, Sendable, CaseIterable {
    case nanoseconds = "ns"
    case count = "count"
    case pages = "pages"
    case blocks = "blocks"
    /// A share, in millionths.
    case millionths = "ppm"
    /// Events per 1000 s.
    case per1000Seconds = "per_1000_s"
    /// Pages held for a time.
    case pageMicroseconds = "page_us"
}

/// Which change of a metric is welcome.
public enum MetricDirection: String, Sendable, CaseIterable {
    case lowerIsBetter = "lower"
    case higherIsBetter = "higher"
    case neutral = "neutral"
}

/// One number of a summary, with what is needed to compare it.
public struct Metric: Hashable, Sendable {
    /// The name, unique together with the domain; the part before the dot is its report.
    public let name: String
    /// The domain it is about, or `nil` for the whole trace.
    public let domain: Int32?
    /// The unit of the value.
    public let unit: MetricUnit
    /// Which change is welcome.
    public let direction: MetricDirection
    /// The value, or `nil` where the trace does not say.
    public let value: Int64?

    /// Makes a metric.
    public init(
        _ name: String, domain: Int32? = nil, _ unit: MetricUnit, _ direction: MetricDirection,
        _ value: Int64?
    ) {
        self.name = name
        self.domain = domain
        self.unit = unit
        self.direction = direction
        self.value = value
    }
}

/// How requests for buffers were served, as cumulative counters say.
public struct ServiceCounts: Hashable, Sendable {
    /// The columns of `service` events.
    static let names = [
        "requests", "hits_cpu", "hits_list", "imports", "failed", "limited", "fallback", "small",
        "anonymous",
    ]

    /// All requests.
    public var requests: Int64 = 0
    /// Served from the CPU's cache.
    public var hitsCPU: Int64 = 0
    /// Served from the domain's list.
    public var hitsList: Int64 = 0
    /// Served by an import.
    public var imports: Int64 = 0
    /// Refused by the zone.
    public var failed: Int64 = 0
    /// Refused by the rate limiter.
    public var limited: Int64 = 0
    /// Served with single pages.
    public var fallback: Int64 = 0
    /// Too small for a buffer.
    public var small: Int64 = 0
    /// Encrypted in place, without a buffer.
    public var anonymous: Int64 = 0

    /// Makes counts of zero.
    public init() {}

    /// The requests that want a buffer: all but the small and the anonymous.
    public var wanting: Int64 { max(0, requests - small.addingClamped(anonymous)) }
    /// The requests that got one.
    public var served: Int64 { hitsCPU.addingClamped(hitsList).addingClamped(imports) }

    /// The share of requests wanting a buffer that got one, in millionths, or `nil` without any.
    public var successPpm: Int64? { served.scaled(by: 1_000_000, over: wanting) }

    /// The share of requests wanting a buffer that the zone refused, in millionths.
    public var failedPpm: Int64? { failed.scaled(by: 1_000_000, over: wanting) }
    /// The share of requests wanting a buffer that the rate limiter refused, in millionths.
    public var limitedPpm: Int64? { limited.scaled(by: 1_000_000, over: wanting) }

    init(_ values: [Int64]) {
        requests = values[0]
        hitsCPU = values[1]
        hitsList = values[2]
        imports = values[3]
        failed = values[4]
        limited = values[5]
        fallback = values[6]
        small = values[7]
        anonymous = values[8]
    }

    mutating func add(_ other: ServiceCounts) {
        requests = requests.addingClamped(other.requests)
        hitsCPU = hitsCPU.addingClamped(other.hitsCPU)
        hitsList = hitsList.addingClamped(other.hitsList)
        imports = imports.addingClamped(other.imports)
        failed = failed.addingClamped(other.failed)
        limited = limited.addingClamped(other.limited)
        fallback = fallback.addingClamped(other.fallback)
        small = small.addingClamped(other.small)
        anonymous = anonymous.addingClamped(other.anonymous)
    }
}

/// The service of one domain or CPU.
public struct NumberedService: Hashable, Sendable {
    /// The domain or CPU; -1 for none.
    public var number: Int64
    /// Its counts.
    public var counts: ServiceCounts
}

/// How requests for buffers were served within the window.
public struct ServiceSummary: Equatable, Sendable {
    /// The number of `service` events; without any, nothing is known.
    public var samples: UInt64 = 0
    /// Over all CPUs.
    public var total = ServiceCounts()
    /// By domain, ascending.
    public var byDomain: [NumberedService] = []
    /// By CPU, ascending.
    public var byCPU: [NumberedService] = []
    /// Counters that went backwards between two samples; their change counts as 0.
    public var decreases: UInt64 = 0
    /// Samples not followed because there were too many CPUs.
    public var untracked: UInt64 = 0
}

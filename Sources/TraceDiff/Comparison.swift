public import TraceAnalysis
import TraceCore
import TraceSummaries

/// Whether two traces stem from the same inputs.
public enum InputRelation: Sendable, Equatable {
    /// The same arrivals at the same host.
    case same
    /// Not the same.
    case different
    /// At least one side has no input identity.
    case unknown
}

/// One metric on both sides.
public struct MetricComparison: Hashable, Sendable {
    /// The name.
    public let name: String
    /// The domain, or `nil` for the whole trace.
    public let domain: Int32?
    /// The unit of the values and of the absolute change.
    public let unit: MetricUnit
    /// Which change is welcome.
    public let direction: MetricDirection
    /// The left value, or `nil` where that trace does not say.
    public let left: Int64?
    /// The right value, or `nil` where that trace does not say.
    public let right: Int64?

    /// Right less left, held at the ends of the range; `nil` where a side is missing.
    public var absoluteChange: Int64? {
        guard let left, let right else { return nil }
        let (change, overflow) = right.subtractingReportingOverflow(left)
        return overflow ? (right < left ? .min : .max) : change
    }

    /// The change in millionths of the left value, rounded toward 0; `nil` where a side is missing
    /// or the left value is 0.
    public var relativeChangePpm: Int64? {
        guard let left, let right, left != 0 else { return nil }
        let change = Int128(right) - Int128(left)
        return Int64(clamping: change * 1_000_000 / Int128(left).magnitudeAsSigned)
    }
}

extension Int128 {
    fileprivate var magnitudeAsSigned: Int128 { self < 0 ? -self : self }
}

/// Two traces side by side.
///
/// It describes and judges nothing: what runs differ by may be chance.
public struct Comparison: Sendable {
    /// The left side.
    public let left: ComparedTrace
    /// The right side.
    public let right: ComparedTrace
    /// Whether both have the same content identity.
    public let isIdentical: Bool
    /// The settings that differ: source, policy, scenario, model, host, seeds, others.
    public let differences: [ParameterDifference]
    /// Whether both stem from the same inputs.
    public let inputs: InputRelation
    /// Every metric that at least one side knows, side by side.
    public let metrics: [MetricComparison]
    /// How the latencies that both sides know differ.
    public let shifts: [LatencyShift]

    /// Compares two traces.
    ///
    /// - Complexity: O(n log n) for n settings and O(m^2) for m domains.
    public init(_ left: ComparedTrace, _ right: ComparedTrace) {
        self.left = left
        self.right = right
        let contents = left.all(\.content)
        isIdentical = contents != nil && contents == right.all(\.content)
        differences = ParameterDifference.all(left.parameters, right.parameters)
        inputs =
            if let one = left.all(\.input), let other = right.all(\.input) {
                one == other ? .same : .different
            } else {
                .unknown
            }
        metrics = Self.pairs(left.summary.metrics, right.summary.metrics)
        shifts = LatencyShift.all(left.summary, right.summary)
    }

    /// Whether one window is more than a thousandth longer than the other, so that totals cannot be
    /// set beside one another.
    public var hasWindowsOfDifferentLength: Bool {
        let lengths = [left, right].map(\.summary.window.lengthNs)
        let (short, long) = (lengths.min() ?? 0, lengths.max() ?? 0)
        return long - short > short / 1000
    }

    private static func pairs(_ left: [Metric], _ right: [Metric]) -> [MetricComparison] {
        var result: [MetricComparison] = []
        func add(_ metric: Metric, _ leftValue: Int64?, _ rightValue: Int64?) {
            guard leftValue != nil || rightValue != nil else { return }
            result.append(
                MetricComparison(
                    name: metric.name, domain: metric.domain, unit: metric.unit,
                    direction: metric.direction, left: leftValue, right: rightValue))
        }
        func isSame(_ one: Metric, _ other: Metric) -> Bool {
            one.name == other.name && one.domain == other.domain
        }
        for metric in left {
            add(metric, metric.value, right.first { isSame($0, metric) }?.value)
        }
        for metric in right where !left.contains(where: { isSame($0, metric) }) {
            add(metric, nil, metric.value)
        }
        return result
    }
}

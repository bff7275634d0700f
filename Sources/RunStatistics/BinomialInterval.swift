/// The rate of an event of which some cases are known, with its interval (Clopper and Pearson, "The
/// use of confidence or fiducial limits illustrated in the case of the binomial", 1934): the rates
/// under which neither so many cases nor so few would be rarer than half of the level.
public struct BinomialInterval: Hashable, Sendable {
    /// How often it happened.
    public let cases: Int
    /// How often it could have happened.
    public let total: Int
    /// The rates that the cases do not rule out, in millionths, rounded outward.
    public let ppm: ClosedRange<Int64>

    /// Most cases.
    public static let limit = 1 << 20

    /// Makes an interval that misses the true rate in at most `levelPpm` millionths of all uses.
    ///
    /// - Complexity: O(total).
    public init(_ cases: Int, of total: Int, levelPpm: Int64 = 50_000) {
        precondition(total > 0 && total <= Self.limit, "a rate of some cases")
        precondition((0...total).contains(cases), "a share of the cases")
        self.cases = cases
        self.total = total
        func isRare(_ tail: (inside: UInt128, all: UInt128)) -> Bool {
            tail.inside * 2_000_000 <= UInt128(UInt64(levelPpm)) * tail.all
        }
        // The tails change in one direction with the rate, so that a bisection finds the end.
        let low = Self.bisect { !isRare(Self.tail(of: cases...total, total, $0)) }
        let high = Self.bisect { isRare(Self.tail(of: 0...cases, total, $0)) }
        ppm = (cases == 0 ? 0 : max(0, low - 1))...(cases == total ? 1_000_000 : high)
    }

    /// The share that was seen, in millionths, rounded down.
    public var sharePpm: Int64 { Int64(cases) * 1_000_000 / Int64(total) }

    /// The smallest rate in millionths of which something holds that holds from there on.
    private static func bisect(_ holds: (Int64) -> Bool) -> Int64 {
        var low: Int64 = 0
        var high: Int64 = 1_000_000
        while low < high {
            let middle = (low + high) / 2
            if holds(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// How likely a number of cases in a range is at a rate: so much of all.
    ///
    /// Each probability is taken relative to the largest, as a number of 2^-62, so that nothing
    /// overflows and what vanishes does not matter.
    private static func tail(
        of range: ClosedRange<Int>, _ total: Int, _ ratePpm: Int64
    ) -> (inside: UInt128, all: UInt128) {
        guard ratePpm > 0 else { return (range.contains(0) ? 1 : 0, 1) }
        guard ratePpm < 1_000_000 else { return (range.contains(total) ? 1 : 0, 1) }
        let (rate, rest) = (UInt128(UInt64(ratePpm)), UInt128(UInt64(1_000_000 - ratePpm)))
        let mode = min(total, (total + 1) * Int(ratePpm) / 1_000_000)
        var (inside, all): (UInt128, UInt128) = (0, 0)
        func add(_ number: Int, _ weight: UInt128) {
            all += weight
            if range.contains(number) { inside += weight }
        }
        var weight: UInt128 = 1 << 62
        for number in mode...total {
            add(number, weight)
            weight =
                weight * UInt128(UInt64(total - number)) * rate
                / (UInt128(UInt64(number + 1)) * rest)
            if weight == 0 { break }
        }
        weight = 1 << 62
        for number in stride(from: mode, to: 0, by: -1) {
            weight =
                weight * UInt128(UInt64(number)) * rest
                / (UInt128(UInt64(total - number + 1)) * rate)
            if weight == 0 { break }
            add(number - 1, weight)
        }
        return (inside, all)
    }
}

import TraceCore

/// Runs drawn again with replacement (Efron, "Bootstrap methods: another look at the jackknife",
/// 1979): how a result over runs would vary had other runs of the kind been made.
///
/// The run is what is drawn, with everything that was seen in it. Of sets with the same inputs the
/// same runs are drawn in all of them, so that what inputs do to all alike cancels out.
public struct RunBootstrap: Sendable {
    /// How often runs are drawn again; then a share is known to about one in a hundred.
    public static let resamples = 10_000

    /// How many runs there are, and are drawn each time.
    public let runs: Int
    private let random: KeyedRandom

    /// Makes draws of so many runs; the same seed makes the same draws.
    public init(runs: Int, seed: UInt64 = 0) {
        precondition(runs > 0, "runs are drawn from some runs")
        self.runs = runs
        random = KeyedRandom(seed: seed, purpose: 0x626F_6F74)
    }

    /// How often each run is drawn in one resample.
    ///
    /// - Complexity: O(runs).
    public func weights(resample: Int) -> [Int64] {
        var weights = [Int64](repeating: 0, count: runs)
        for draw in 0..<runs {
            let run = random.number(
                below: UInt64(runs), entity: UInt64(resample), index: UInt64(draw))
            weights[Int(run)] += 1
        }
        return weights
    }

    /// In how many of all resamples something holds, given how often each run is drawn; in
    /// millionths, rounded down.
    ///
    /// - Complexity: O(resamples x (runs + what is asked)).
    public func sharesPpm(count: Int, _ holds: ([Int64]) -> [Bool]) -> [Int64] {
        var cases = [Int64](repeating: 0, count: count)
        for resample in 0..<Self.resamples {
            for (position, isCase) in holds(weights(resample: resample)).enumerated() where isCase {
                cases[position] += 1
            }
        }
        return cases.map { $0 * 1_000_000 / Int64(Self.resamples) }
    }
}

import Foundation

/// Seeds of the random tests.
public enum TestSeeds {
    /// The seed in `KTLS_TRACE_SEED`, a number or the start of a commit hash, or a fixed set.
    public static let all: [UInt64] = chosen(1...12)

    /// Do the tests run with all their seeds? Only then can they be asked what they reach.
    public static let areComplete = !(hasOne || share > 1)

    /// The seed in `KTLS_TRACE_SEED`, or those given; of these only the first of every
    /// `KTLS_TRACE_SEED_SHARE`, if that is set.
    public static func chosen(_ seeds: ClosedRange<UInt64>) -> [UInt64] {
        let text = value("KTLS_TRACE_SEED")
        if let seed = UInt64(text) ?? UInt64(text.prefix(16), radix: 16) { return [seed] }
        return seeds.filter { ($0 - seeds.lowerBound) % share == 0 }
    }

    private static let hasOne = !value("KTLS_TRACE_SEED").isEmpty
    private static let share = max(UInt64(value("KTLS_TRACE_SEED_SHARE")) ?? 1, 1)

    private static func value(_ name: String) -> String {
        ProcessInfo.processInfo.environment[name] ?? ""
    }
}

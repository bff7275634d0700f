import Foundation

/// Seeds of the random tests.
public enum TestSeeds {
    /// The seed in `KTLS_TRACE_SEED`, a number or the start of a commit hash, or a fixed set.
    public static let all: [UInt64] = chosen(1...12)

    /// The seed in `KTLS_TRACE_SEED`, or those given.
    public static func chosen(_ seeds: ClosedRange<UInt64>) -> [UInt64] {
        let text = ProcessInfo.processInfo.environment["KTLS_TRACE_SEED"] ?? ""
        if let seed = UInt64(text) ?? UInt64(text.prefix(16), radix: 16) { return [seed] }
        return Array(seeds)
    }
}

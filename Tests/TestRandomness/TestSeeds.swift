import Foundation

/// Seeds of the random tests.
public enum TestSeeds {
    /// The seed in `KTLS_TRACE_SEED`, a number or the start of a commit hash, or a fixed set.
    public static let all: [UInt64] = seeds(12)

    /// The seed in `KTLS_TRACE_SEED`, or the first `count` numbers.
    public static func seeds(_ count: Int) -> [UInt64] {
        let text = ProcessInfo.processInfo.environment["KTLS_TRACE_SEED"] ?? ""
        if let seed = UInt64(text) ?? UInt64(text.prefix(16), radix: 16) { return [seed] }
        return (1...count).map { UInt64($0) }
    }
}

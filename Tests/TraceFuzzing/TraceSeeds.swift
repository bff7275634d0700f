public import FuzzProperties
import TestRandomness

/// Small traces to start from.
public enum TraceSeeds {
    /// Traces of various schemas and events, none above `countMax` bytes; the same every time.
    ///
    /// - Complexity: O(bytes).
    /// - Throws: `BrokenProperty` where a trace cannot be written.
    public static func traces(
        _ number: Int, countMax: Int
    ) throws(BrokenProperty) -> [[UInt8]] {
        var seeds: [[UInt8]] = []
        var random = TestRandom(seed: 4)
        while seeds.count < number {
            let trace = try RoundTripTarget.trace(script(&random))
            if trace.count <= countMax { seeds.append(trace) }
        }
        return seeds
    }

    /// Scripts of traces.
    public static func scripts(_ number: Int) -> [[UInt8]] {
        var random = TestRandom(seed: 4)
        return (0..<number).map { _ in script(&random) }
    }

    private static func script(_ random: inout TestRandom) -> [UInt8] {
        (0..<20 + random.below(220)).map { _ in
            random.isOneIn(3) ? UInt8(random.below(256)) : UInt8(random.below(12))
        }
    }
}

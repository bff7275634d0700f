/// Estimates how many bits a general byte coder needs for some sampled values, plane by plane.
///
/// Integer arithmetic throughout: the estimate decides what is written, and the same events must
/// always give the same choice.
struct EntropyEstimate {
    /// Most samples of one estimate.
    static let samplesMax = 256

    // 1024 * n * log2(n), rounded down, for n up to samplesMax.
    private let weights: [Int]
    private var histogram = [Int](repeating: 0, count: 256)

    init() {
        weights = (0...Self.samplesMax).map { $0 < 2 ? 0 : $0 * Self.logarithm($0) }
    }

    /// 1024 * log2(n), by squaring: ten bits after the point.
    private static func logarithm(_ n: Int) -> Int {
        let whole = Int.bitWidth - 1 - n.leadingZeroBitCount
        var result = whole << 10
        var mantissa = (n << 30) >> whole
        for bit in stride(from: 9, through: 0, by: -1) {
            mantissa = (mantissa * mantissa) >> 30
            if mantissa >= 2 << 30 {
                mantissa >>= 1
                result += 1 << bit
            }
        }
        return result
    }

    /// Estimated cost of the first `count` samples, in 1024ths of a bit.
    ///
    /// - Complexity: O(8 * count).
    mutating func cost(_ samples: [UInt64], count: Int) -> Int {
        precondition(count <= Self.samplesMax, "an estimate takes a bounded number of samples")
        var all: UInt64 = 0
        for index in 0..<count { all |= samples[index] }
        var total = 0
        var plane: UInt64 = 0
        while plane < 64, all >> plane != 0 {
            total += weights[count]
            for index in 0..<count { histogram[Int((samples[index] >> plane) & 255)] += 1 }
            for index in 0..<count {
                let byte = Int((samples[index] >> plane) & 255)
                total -= weights[histogram[byte]]
                histogram[byte] = 0
            }
            plane += 8
        }
        return total
    }
}

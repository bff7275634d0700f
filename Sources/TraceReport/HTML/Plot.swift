/// A plane to draw on: where it is in its picture, in the units of the picture.
struct Plot {
    var x: Int64
    var y: Int64
    var width: Int64
    var height: Int64

    var right: Int64 { x + width }
    var bottom: Int64 { y + height }

    /// A place on the line from `begin`, of so much of its length as `value` is of `whole`, with
    /// one decimal.
    static func place(_ begin: Int64, _ length: Int64, _ value: Int64, of whole: Int64) -> String {
        tenths(tenths(length, value, of: whole) + begin * 10)
    }

    /// `length * value / whole` in tenths.
    static func tenths(_ length: Int64, _ value: Int64, of whole: Int64) -> Int64 {
        whole <= 0 ? 0 : Int64(clamping: Int128(length) * 10 * Int128(value) / Int128(whole))
    }

    /// A number given in tenths.
    static func tenths(_ value: Int64) -> String {
        ScaledText.fixed(Int128(value), decimals: 1, trimsZeros: true)
    }

    /// The abscissa of a value on the scale from `low` to `high`.
    func abscissa(_ value: Int64, _ low: Int64, _ high: Int64) -> String {
        Self.place(x, width, value - low, of: high - low)
    }

    /// The ordinate of a value on the scale from `low` (below) to `high`.
    func ordinate(_ value: Int64, _ low: Int64, _ high: Int64) -> String {
        Self.place(y, height, high - value, of: high - low)
    }

    var frame: String {
        "<rect class=\"frame\" x=\"\(x)\" y=\"\(y)\" width=\"\(width)\" height=\"\(height)\"/>"
    }

    /// A line across with its label at the left.
    func level(_ place: String, _ label: String) -> String {
        "<path class=\"grid\" d=\"M\(x) \(place)H\(right)\"/>"
            + "<text x=\"\(x - 6)\" y=\"\(place)\" dy=\".35em\" text-anchor=\"end\">\(label)</text>"
    }

    /// A label under the plane with a line up to its top.
    func upright(_ place: String, _ label: String, anchor: String = "middle") -> String {
        "<path class=\"grid\" d=\"M\(place) \(y)V\(bottom)\"/>"
            + "<text x=\"\(place)\" y=\"\(bottom + 16)\" text-anchor=\"\(anchor)\">\(label)</text>"
    }

    /// The times of the window under the plane.
    func times(_ beginNs: Int64, _ endNs: Int64) -> String {
        Ticks.times(beginNs, endNs, most: Int(width / 90)).map { ns in
            let place = abscissa(ns, beginNs, max(endNs, beginNs + 1))
            let isLast =
                Plot.tenths(width, ns - beginNs, of: max(endNs - beginNs, 1))
                > (width - 24) * 10
            return upright(
                place, HTMLText.time(ns, digits: 6, trimsZeros: true),
                anchor: isLast ? "end" : "middle")
        }.joined()
    }
}

/// Where labels stand.
enum Ticks {
    /// Round times in a stretch.
    static func times(_ beginNs: Int64, _ endNs: Int64, most: Int) -> [Int64] {
        guard endNs > beginNs else { return [beginNs] }
        let step = step(endNs - beginNs, most: most)
        var result: [Int64] = []
        var tick = (beginNs / step) * step
        if tick < beginNs { tick += step }
        while tick <= endNs {
            result.append(tick)
            let (next, overflow) = tick.addingReportingOverflow(step)
            if overflow { break }
            tick = next
        }
        return result
    }

    /// The smallest of 1, 2, 5, 10, ... that divides a length in at most so many parts.
    static func step(_ length: Int64, most: Int) -> Int64 {
        var power: Int64 = 1
        while true {
            for factor: Int64 in [1, 2, 5] {
                let (step, overflow) = power.multipliedReportingOverflow(by: factor)
                if overflow { return .max }
                if length / step <= Int64(max(most, 1)) { return step }
            }
            let (next, overflow) = power.multipliedReportingOverflow(by: 10)
            if overflow { return .max }
            power = next
        }
    }

    /// The powers of ten in a range.
    static func decades(_ low: Int64, _ high: Int64) -> [Int64] {
        var result: [Int64] = []
        var power: Int64 = 1
        while power <= high {
            if power >= low { result.append(power) }
            let (next, overflow) = power.multipliedReportingOverflow(by: 10)
            if overflow { break }
            power = next
        }
        return result
    }
}

/// Logarithms for pictures, on integers so that they are the same everywhere.
enum LogScale {
    /// The logarithm to base 2 in 1/1024; of numbers below 1 that of 1.
    static func log2(_ number: Int64) -> Int64 {
        guard number > 1 else { return 0 }
        let exponent = Int64.bitWidth - 1 - number.leadingZeroBitCount
        // The number as 1.x in 31 fraction bits; each squaring gives a bit of the logarithm.
        var mantissa = (UInt64(number) << UInt64(63 - exponent)) >> 32
        var result = Int64(exponent) << 10
        for bit in (0..<10).reversed() {
            mantissa = (mantissa * mantissa) >> 31
            if mantissa >= 1 << 32 {
                mantissa >>= 1
                result |= 1 << Int64(bit)
            }
        }
        return result
    }
}

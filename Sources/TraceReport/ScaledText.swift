/// Numbers as people read them.
///
/// Integer arithmetic only, so the text is the same everywhere.
package enum ScaledText {
    private static let timeUnits: [(ns: Int64, name: String)] = [
        (1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "us"), (1, "ns"),
    ]

    /// A time in the largest unit that it has one of, with so many significant digits.
    package static func time(_ ns: Int64, digits: Int = 4, trimsZeros: Bool = false) -> String {
        guard ns >= 0 else { return ns == .min ? "-?" : "-" + time(-ns, digits: digits) }
        guard let unit = timeUnits.first(where: { ns >= $0.ns }), unit.ns > 1 else {
            return "\(ns)ns"
        }
        return decimal(
            Int128(ns), per: Int128(unit.ns), digits: digits, trimsZeros: trimsZeros
        ).map { $0 + unit.name } ?? time(1_000 * unit.ns, digits: digits, trimsZeros: trimsZeros)
    }

    /// `value / divisor` with so many significant digits, at least its whole part; `nil` when
    /// rounding reaches 1000 and a larger unit is due.
    private static func decimal(
        _ value: Int128, per divisor: Int128, digits: Int, trimsZeros: Bool
    ) -> String? {
        let whole = value / divisor
        let wholeDigits = String(whole).utf8.count
        var decimals = max(0, digits - wholeDigits)
        var power = powerOfTen(decimals)
        var scaled = (value * power + divisor / 2) / divisor
        if String(scaled / power).utf8.count > wholeDigits {
            if wholeDigits == 3, divisor < 1_000_000_000 { return nil }
            decimals = max(0, decimals - 1)
            power = powerOfTen(decimals)
            scaled = (value * power + divisor / 2) / divisor
        }
        return fixed(scaled, decimals: decimals, trimsZeros: trimsZeros)
    }

    private static func powerOfTen(_ exponent: Int) -> Int128 {
        (0..<exponent).reduce(1) { power, _ in power * 10 }
    }

    /// A number scaled by a power of ten, written with that many decimals.
    static func fixed(_ scaled: Int128, decimals: Int, trimsZeros: Bool = false) -> String {
        let power = powerOfTen(decimals)
        let magnitude = scaled < 0 ? -scaled : scaled
        let sign = scaled < 0 ? "-" : ""
        guard decimals > 0 else { return sign + String(magnitude) }
        var fraction = String(magnitude % power)
        fraction = String(repeating: "0", count: decimals - fraction.utf8.count) + fraction
        if trimsZeros {
            while fraction.hasSuffix("0") { fraction.removeLast() }
        }
        let whole = sign + String(magnitude / power)
        return fraction.isEmpty ? whole : whole + "." + fraction
    }

    /// A share given in millionths as a percentage with two decimals.
    package static func percent(_ ppm: Int64) -> String {
        let half: Int128 = ppm < 0 ? -50 : 50
        return fixed((Int128(ppm) + half) / 100, decimals: 2) + "%"
    }

    /// A rate given per 1000 s as a rate per second with three decimals.
    static func rate(_ per1000Seconds: Int64) -> String {
        fixed(Int128(per1000Seconds), decimals: 3) + "/s"
    }

    /// Page x us as page x s with three decimals.
    static func pageSeconds(_ pageUs: Int64) -> String {
        fixed((Int128(pageUs) + (pageUs < 0 ? -500 : 500)) / 1_000, decimals: 3) + " page s"
    }

    /// A text where it is known, else a dash.
    package static func known(_ value: Int64?, _ text: (Int64) -> String = { String($0) }) -> String
    {
        value.map(text) ?? "-"
    }
}

import ArgumentParser

/// A length of time on the command line: a whole or decimal number and its unit, `250ms`, `1.5s`.
struct TimeSpan: ExpressibleByArgument {
    let ns: Int64

    private static let units: [(name: String, ns: Int64)] = [
        ("ns", 1), ("us", 1000), ("ms", 1_000_000), ("s", 1_000_000_000), ("min", 60_000_000_000),
        ("h", 3_600_000_000_000),
    ]

    /// The longest span, about 292 years.
    private static let limit = Int64.max / 2

    init?(argument: String) {
        let digits = argument.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let name = argument.dropFirst(digits.count)
        guard let unit = Self.units.first(where: { $0.name == name }) else { return nil }
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let first = parts.first, let whole = Int64(first),
            whole <= Self.limit / unit.ns
        else { return nil }
        var total = whole * unit.ns
        if parts.count == 2 {
            let fraction = parts[1]
            guard !fraction.isEmpty, fraction.count <= 9, let value = Int64(fraction) else {
                return nil
            }
            let scale = fraction.reduce(Int64(1)) { product, _ in product * 10 }
            total += unit.ns / scale * value + unit.ns % scale * value / scale
        }
        ns = total
    }

    /// The span in its largest whole unit.
    var defaultValueDescription: String {
        let unit = Self.units.last { ns % $0.ns == 0 } ?? Self.units[0]
        return "\(ns / unit.ns)\(unit.name)"
    }
}

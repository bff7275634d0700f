import Workloads

extension QuantityKind {
    /// The value that a text stands for, exactly: `12.5%` is 125,000 ppm, and `0.3ns` an error.
    ///
    /// - Parameters:
    ///   - text: a number and its unit, or a word for kinds that have words.
    ///   - needsUnit: whether a number without a unit is refused; otherwise it counts what is
    ///     stored (ns, ppm, pages, bits per second). 0 never needs one.
    /// - Throws: ``QuantityError``.
    public func value(of text: String, needsUnit: Bool) throws(QuantityError) -> Int64 {
        switch self {
        case .onOff: return try onOffValue(text)
        case .shape:
            if let shape = LoadShape.allCases.first(where: { $0.name == text }) {
                return shape.rawValue
            }
            if !needsUnit, let number = Int64(text) { return number }
            throw .notANumber(
                text: text, expected: "one of " + LoadShape.names.joined(separator: ", "))
        default: return try measured(text, needsUnit: needsUnit)
        }
    }

    /// The shortest text in the units that the tool writes; `value(of:needsUnit:)` reads it back.
    public func text(of value: Int64) -> String {
        switch self {
        case .onOff: return value == 0 ? "off" : value == 1 ? "on" : String(value)
        case .shape: return LoadShape(rawValue: value)?.name ?? String(value)
        case .share: return Self.percent(value)
        case .number: return String(value)
        default:
            let units = units.filter { $0.isWritten && $0.denominator == 1 }
            guard let smallest = units.first else { return String(value) }
            let unit =
                value == 0 ? smallest : units.last { value % $0.numerator == 0 } ?? smallest
            return "\(value / unit.numerator)\(unit.name)"
        }
    }

    private func onOffValue(_ text: String) throws(QuantityError) -> Int64 {
        switch text {
        case "on", "true", "yes", "1": return 1
        case "off", "false", "no", "0": return 0
        default: throw .notANumber(text: text, expected: "on or off")
        }
    }

    private func measured(_ text: String, needsUnit: Bool) throws(QuantityError) -> Int64 {
        let number = try DecimalNumber(text)
        var unitName = number.rest
        if unitName.first == " " { unitName.removeFirst() }
        if unitName.isEmpty {
            if !units.isEmpty, needsUnit, number.digits != 0 {
                throw .missingUnit(text: text, units: unitNames)
            }
            return try number.times(1, over: 1, text: text, of: "1")
        }
        guard let unit = units.first(where: { $0.name == unitName }) else {
            if units.isEmpty { throw .notANumber(text: text, expected: "a whole number") }
            throw .unknownUnit(unit: String(unitName), units: unitNames)
        }
        return try number.times(
            unit.numerator, over: unit.denominator, text: text, of: storedUnitName)
    }

    /// What is stored, in words.
    private var storedUnitName: String {
        switch self {
        case .time: "nanoseconds"
        case .share: "millionths"
        case .pages: "pages of 4 KiB"
        case .pageRate: "pages of 4 KiB per second"
        case .bitRate: "bits per second"
        case .number, .onOff, .shape: "1"
        }
    }

    /// Millionths as a decimal number of hundredths.
    private static func percent(_ value: Int64) -> String {
        let magnitude = value.magnitude
        let sign = value < 0 ? "-" : ""
        let fraction = magnitude % 10_000
        guard fraction != 0 else { return "\(sign)\(magnitude / 10_000)%" }
        var digits = String(10_000 + fraction).dropFirst()
        while digits.last == "0" { digits.removeLast() }
        return "\(sign)\(magnitude / 10_000).\(digits)%"
    }
}

/// A decimal number at the start of a text, with nothing lost.
private struct DecimalNumber {
    /// The digits as one whole number, with the sign.
    var digits: Int128 = 0
    /// 10 to the power of the digits behind the point.
    var scale: Int128 = 1
    /// What follows the number.
    var rest: Substring

    init(_ text: String) throws(QuantityError) {
        rest = text[...]
        let isNegative = rest.first == "-"
        if isNegative { rest.removeFirst() }
        let whole = takeDigits()
        var fraction: Substring = ""
        var hasPoint = false
        if rest.first == "." {
            hasPoint = true
            rest.removeFirst()
            fraction = takeDigits()
        }
        guard !whole.isEmpty, !hasPoint || !fraction.isEmpty else {
            throw .notANumber(text: text, expected: "a number")
        }
        guard whole.count + fraction.count <= 20 else { throw .tooLarge(text: text) }
        for digit in (whole + fraction).utf8 { digits = digits * 10 + Int128(digit - 48) }
        for _ in fraction { scale *= 10 }
        if isNegative { digits = -digits }
    }

    /// The number times a unit, when that is a whole number.
    func times(
        _ numerator: Int64, over denominator: Int64, text: String, of what: String
    ) throws(QuantityError) -> Int64 {
        let dividend = digits * Int128(numerator)
        let divisor = scale * Int128(denominator)
        guard dividend % divisor == 0 else { throw .inexact(text: text, of: what) }
        guard let value = Int64(exactly: dividend / divisor) else { throw .tooLarge(text: text) }
        return value
    }

    private mutating func takeDigits() -> Substring {
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        rest = rest.dropFirst(digits.count)
        return digits
    }
}

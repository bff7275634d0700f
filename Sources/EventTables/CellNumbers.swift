/// Reads numbers from the bytes of a cell; `nil` for anything but the whole cell a number that fits.
enum CellNumbers {
    /// A decimal number, perhaps with a sign.
    static func signed(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int64? {
        guard let first = range.first else { return nil }
        let isNegative = bytes[first] == UInt8(ascii: "-")
        let digits = isNegative ? first + 1..<range.upperBound : range
        guard let magnitude = unsigned(bytes, digits) else { return nil }
        if isNegative {
            return magnitude <= 1 << 63 ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil
        }
        return Int64(exactly: magnitude)
    }

    /// A decimal number without a sign.
    static func unsigned(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64? {
        guard !range.isEmpty else { return nil }
        var value: UInt64 = 0
        // 19 digits always fit.
        let safeEnd = min(range.upperBound, range.lowerBound + 19)
        var index = range.lowerBound
        while index < safeEnd {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            value = value &* 10 &+ UInt64(digit)
            index += 1
        }
        while index < range.upperBound {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            let (tens, isLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, isLarger) = tens.addingReportingOverflow(UInt64(digit))
            guard !isLarge, !isLarger else { return nil }
            value = sum
            index += 1
        }
        return value
    }

    /// 64 bits: hexadecimal with `0x` before it, or decimal.
    static func bits(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64? {
        let start = range.lowerBound
        guard range.count > 2, bytes[start] == UInt8(ascii: "0"),
            bytes[start + 1] | 0x20 == UInt8(ascii: "x")
        else {
            return unsigned(bytes, range) ?? signed(bytes, range).map { UInt64(bitPattern: $0) }
        }
        var value: UInt64 = 0
        for index in start + 2..<range.upperBound {
            guard value >> 60 == 0, let digit = hexDigit(bytes[index]) else { return nil }
            value = value << 4 | UInt64(digit)
        }
        return value
    }

    /// The value of a hexadecimal digit.
    static func hexDigit(_ byte: UInt8) -> UInt8? {
        let digit = byte &- UInt8(ascii: "0")
        if digit < 10 { return digit }
        let letter = (byte | 0x20) &- UInt8(ascii: "a")
        return letter < 6 ? letter + 10 : nil
    }
}

/// Whether a part of some bytes is as told.
func isEqual(_ bytes: Span<UInt8>, _ range: Range<Int>, _ other: [UInt8]) -> Bool {
    guard range.count == other.count else { return false }
    for index in 0..<other.count where bytes[range.lowerBound + index] != other[index] {
        return false
    }
    return true
}

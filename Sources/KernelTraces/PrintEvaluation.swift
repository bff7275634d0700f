/// Values of records as the kernel would print them.
extension EventFormat {
    /// The number that is printed behind a key, or `nil` where it is no number or unknown.
    ///
    /// - Parameter argument: from `PrintFormat.argument`.
    public func integer(_ argument: Int, _ bytes: Span<UInt8>, _ record: Range<Int>) -> Int64? {
        let found = print.arguments[argument]
        guard found.expressions.count == 1 else { return nil }
        return number(found.expressions[0], bytes, record).map(found.width.apply)
    }

    /// The text that is printed behind a key, or `nil` where only the kernel can tell.
    ///
    /// Numbers are decimal.
    ///
    /// - Parameter argument: from `PrintFormat.argument`.
    public func text(_ argument: Int, _ bytes: Span<UInt8>, _ record: Range<Int>) -> String? {
        var text = ""
        for expression in print.arguments[argument].expressions {
            guard let piece = self.text(expression, bytes, record) else { return nil }
            text += piece
        }
        return text
    }

    /// The only field on which what is printed behind a key depends, or `nil`.
    public func field(ofArgument argument: Int) -> RecordField? {
        var found: Set<Int> = []
        for expression in print.arguments[argument].expressions {
            expression.addFields(to: &found)
        }
        return found.count == 1 ? found.first.map { fields[$0] } : nil
    }

    /// Where the number is that is printed as it is behind a key, or `nil`.
    public func plainNumber(ofArgument argument: Int) -> NumberPlace? {
        let found = print.arguments[argument]
        guard let place = found.field.flatMap({ fields[$0].number }) else { return nil }
        switch found.width {
        case .all: return place
        case .signed32, .unsigned32:
            // Shorter numbers become whole ones before they are printed; then one without a sign
            // is not what stands there.
            guard place.size == 4 || place.size < 4 && !(place.isSigned && found.width != .signed32)
            else { return nil }
            let isSigned = place.size == 4 ? found.width == .signed32 : place.isSigned
            return NumberPlace(offset: place.offset, size: place.size, isSigned: isSigned)
        }
    }

    private func number(
        _ expression: PrintExpression, _ bytes: Span<UInt8>, _ record: Range<Int>
    ) -> Int64? {
        switch expression {
        case .integer(let value): return value
        case .field(let position): return fields[position].integer(bytes, record)
        case .unary(let found, let operand):
            return number(operand, bytes, record).flatMap(found.apply)
        case .binary(let found, let left, let right):
            guard let left = number(left, bytes, record), let right = number(right, bytes, record)
            else { return nil }
            return found.apply(left, right)
        case .conditional(let condition, let left, let right):
            guard let condition = number(condition, bytes, record) else { return nil }
            return number(condition != 0 ? left : right, bytes, record)
        case .text, .flags, .symbolic, .unknown: return nil
        }
    }

    private func text(
        _ expression: PrintExpression, _ bytes: Span<UInt8>, _ record: Range<Int>
    ) -> String? {
        switch expression {
        case .text(let text): return text
        case .field(let position) where fields[position].shape != .integer:
            guard let place = fields[position].text(bytes, record) else { return nil }
            return String(decoding: place.map { bytes[$0] }, as: UTF8.self)
        case .conditional(let condition, let left, let right):
            guard let condition = number(condition, bytes, record) else { return nil }
            return text(condition != 0 ? left : right, bytes, record)
        case .flags(let operand, let delimiter, let table):
            return number(operand, bytes, record).map {
                Self.flagText($0, delimiter: delimiter, table)
            }
        case .symbolic(let operand, let table):
            guard let value = number(operand, bytes, record) else { return nil }
            return table.first { $0.value == value }?.name ?? Self.hexText(value)
        default: return number(expression, bytes, record).map { String($0) }
        }
    }

    /// Names of bits as the kernel prints them: tables are walked in their order, bits that were
    /// named are taken away, and what is left at the end is a hexadecimal number.
    static func flagText(_ value: Int64, delimiter: String, _ table: [PrintName]) -> String {
        var rest = value
        var pieces: [String] = []
        for line in table {
            if rest == 0 { break }
            guard rest & line.value == line.value else { continue }
            pieces.append(line.name)
            rest &= ~line.value
        }
        if rest != 0 { pieces.append(hexText(rest)) }
        return pieces.joined(separator: delimiter)
    }

    static func hexText(_ value: Int64) -> String {
        "0x" + String(UInt64(bitPattern: value), radix: 16)
    }
}

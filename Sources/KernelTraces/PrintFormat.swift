/// What `print fmt` says: which text stands for which value.
///
/// The kernel prints most events as `key=value` pairs. An argument is found by its key, so that a
/// reader of records can ask for what a reader of lines sees.
public struct PrintFormat: Sendable {
    /// One or several values that are printed behind a key.
    struct Argument: Sendable {
        let key: String
        /// How many bits of a number are printed, and whether with a sign.
        let width: PrintWidth
        var expressions: [PrintExpression]
        /// The field, where the only expression is one.
        var field: Int? {
            guard expressions.count == 1, case .field(let position) = expressions[0] else {
                return nil
            }
            return position
        }
    }

    let arguments: [Argument]

    /// The keys in the order in which they are printed.
    public var keys: [String] { arguments.map(\.key) }

    init(_ bytes: ArraySlice<UInt8>, fields: [RecordField], constants: [String: Int64]) {
        var tokens = PrintTokens.read(bytes)[...]
        var text = ""
        while case .text(let piece)? = tokens.first {
            text += piece
            tokens = tokens.dropFirst()
        }
        if tokens.first == .symbol(",") { tokens = tokens.dropFirst() }
        var parser = PrintParser(Array(tokens), fields: fields, constants: constants)
        let values = parser.arguments()
        var arguments: [Argument] = []
        for (number, found) in Self.conversions(text).enumerated() where number < values.count {
            if let key = found.key {
                arguments.append(
                    Argument(key: key, width: found.width, expressions: [values[number]]))
            } else if number > 0, !arguments.isEmpty {
                arguments[arguments.count - 1].expressions.append(values[number])
            }
        }
        self.arguments = arguments
    }

    /// The place of a key, or `nil` where nothing is printed behind it.
    public func argument(_ key: String) -> Int? { arguments.firstIndex { $0.key == key } }

    /// The keys of all conversions of a format text; `nil` for one that follows another directly.
    ///
    /// A conversion without a key has the empty one, and so has a width that is an argument.
    static func conversions(_ text: String) -> [(key: String?, width: PrintWidth)] {
        let bytes = Array(text.utf8)
        var keys: [(key: String?, width: PrintWidth)] = []
        var literal = 0
        var position = 0
        while position < bytes.count {
            guard bytes[position] == UInt8(ascii: "%") else {
                position += 1
                continue
            }
            let start = position
            position += 1
            if position < bytes.count, bytes[position] == UInt8(ascii: "%") {
                position += 1
                continue
            }
            while position < bytes.count, isModifier(bytes[position]) {
                if bytes[position] == UInt8(ascii: "*") { keys.append(("", .all)) }
                position += 1
            }
            let letter = position < bytes.count ? bytes[position] : 0
            let width = PrintWidth(letter, modifiers: bytes[start..<position])
            position += 1
            // Letters behind %p say what it points to.
            while letter == UInt8(ascii: "p"), position < bytes.count, isLetter(bytes[position]) {
                position += 1
            }
            let isDirect = start == literal && literal > 0
            keys.append((isDirect ? nil : key(bytes[literal..<start]), width))
            literal = position
        }
        return keys
    }

    private static func isModifier(_ byte: UInt8) -> Bool {
        0x30...0x39 ~= byte || "#-+ .*hljztLq".utf8.contains(byte)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- 0x61 < 26 || 0x30...0x39 ~= byte
    }

    /// The word in front of the equals sign that ends a piece of the text, or the empty text.
    private static func key(_ literal: ArraySlice<UInt8>) -> String {
        var literal = literal
        if literal.suffix(2).elementsEqual("0x".utf8) { literal = literal.dropLast(2) }
        guard literal.last == UInt8(ascii: "=") else { return "" }
        literal = literal.dropLast()
        let word = literal.suffix(while: { isLetter($0) || $0 == UInt8(ascii: "_") })
        return string(word)
    }
}

/// The bits of a number that are printed.
enum PrintWidth: Sendable {
    case signed32, unsigned32, all

    init(_ letter: UInt8, modifiers: ArraySlice<UInt8>) {
        let isLong = modifiers.contains { "lqjztL".utf8.contains($0) }
        switch letter {
        case UInt8(ascii: "d"), UInt8(ascii: "i"): self = isLong ? .all : .signed32
        case UInt8(ascii: "u"), UInt8(ascii: "x"), UInt8(ascii: "X"), UInt8(ascii: "o"):
            self = isLong ? .all : .unsigned32
        default: self = .all
        }
    }

    func apply(_ value: Int64) -> Int64 {
        switch self {
        case .signed32: Int64(Int32(truncatingIfNeeded: value))
        case .unsigned32: Int64(UInt32(truncatingIfNeeded: value))
        case .all: value
        }
    }
}

extension ArraySlice {
    /// The longest end of the slice whose elements all fit.
    fileprivate func suffix(while fits: (Element) -> Bool) -> ArraySlice {
        var start = endIndex
        while start > startIndex, fits(self[start - 1]) { start -= 1 }
        return self[start...]
    }
}

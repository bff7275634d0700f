/// What a file must be before the YAML library sees it. Foreign bytes can be made to cost a parser
/// much memory or time; none of what is refused here has a use in a file of settings.
enum YAMLText {
    private typealias Position = YAMLFileError.Position

    /// The text of a file that is small, UTF-8, free of control characters and of anchors.
    ///
    /// - Throws: ``YAMLFileError`` with the place of the first that is not so.
    /// - Complexity: O(bytes).
    static func checked(_ bytes: [UInt8]) throws(YAMLFileError) -> String {
        guard bytes.count <= YAMLTree.byteLimit else {
            throw YAMLFileError(
                .start, "the file has \(bytes.count) bytes",
                allowed: "at most \(YAMLTree.byteLimit)")
        }
        // Some editors put a byte order mark before the text.
        let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]
        let content = bytes.starts(with: byteOrderMark) ? bytes[3...] : bytes[...]
        guard let text = String(validating: content, as: UTF8.self) else {
            throw YAMLFileError(firstInvalid(content), "not UTF-8")
        }
        try check(text)
        return text
    }

    private static func check(_ text: String) throws(YAMLFileError) {
        var line = 1
        var column = 1
        var previous: Unicode.Scalar = "\n"
        var mark: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            if let sign = mark, isAnchorCharacter(scalar) {
                throw YAMLFileError(
                    Position(line: line, column: column - 1),
                    "'\(sign)' before a word makes an anchor or an alias, which are not allowed; "
                        + "in a text put a space behind it")
            }
            // libyaml takes an anchor's name for what follows one of these signs where a value can
            // begin; behind a letter or a digit none can.
            mark =
                (scalar == "&" || scalar == "*") && !isAnchorCharacter(previous) ? scalar : nil
            guard isAllowed(scalar) else {
                throw YAMLFileError(
                    Position(line: line, column: column),
                    "control character U+00\(hexadecimal(scalar.value))")
            }
            previous = scalar
            column += 1
            if scalar == "\n" {
                line += 1
                column = 1
            }
        }
    }

    private static func isAnchorCharacter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "-": true
        default: false
        }
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0a, 0x0d: true
        case 0..<0x20, 0x7f..<0xa0: false
        default: true
        }
    }

    private static func hexadecimal(_ value: UInt32) -> String {
        let text = String(value, radix: 16, uppercase: true)
        return value < 16 ? "0" + text : text
    }

    /// Where the first byte stands that is not UTF-8.
    private static func firstInvalid(_ bytes: ArraySlice<UInt8>) -> Position {
        var line = 1
        var column = 1
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        while case .scalarValue(let scalar) = decoder.decode(&iterator) {
            column += 1
            if scalar == "\n" {
                line += 1
                column = 1
            }
        }
        return Position(line: line, column: column)
    }
}

/// Writes JSON with keys in the order they are given, integers only, two spaces of indentation.
package struct JSONWriter {
    /// Makes a writer with nothing written; what goes beyond so many bytes is not.
    package init(mostBytes: Int = .max) { self.mostBytes = mostBytes }

    private let mostBytes: Int
    /// Whether there was more than the writer takes.
    package private(set) var isCut = false

    /// What was written.
    package private(set) var text = ""
    private var depth = 0
    private var needsComma = false

    // MARK: Values

    package mutating func value(_ number: some BinaryInteger) { raw(String(number)) }
    package mutating func value(_ flag: Bool) { raw(flag ? "true" : "false") }
    package mutating func value(_ string: String) { raw(Self.quoted(string)) }

    package mutating func value(_ number: Int64?) {
        if let number { raw(String(number)) } else { raw("null") }
    }

    package mutating func value(_ string: String?) {
        if let string { raw(Self.quoted(string)) } else { raw("null") }
    }

    package mutating func object(_ body: (inout JSONWriter) -> Void) { nested("{", "}", body) }

    package mutating func array<Element>(
        _ elements: [Element], _ body: (inout JSONWriter, Element) -> Void
    ) {
        nested("[", "]") { writer in
            for element in elements where !writer.isCut {
                writer.separate()
                body(&writer, element)
            }
        }
    }

    // MARK: Members of objects

    package mutating func key(_ name: String) {
        separate()
        append(Self.quoted(name) + ": ")
    }

    package mutating func member(_ name: String, _ number: some BinaryInteger) {
        key(name)
        value(number)
    }

    package mutating func member(_ name: String, _ number: Int64?) {
        key(name)
        value(number)
    }

    package mutating func member(_ name: String, _ flag: Bool) {
        key(name)
        value(flag)
    }

    package mutating func member(_ name: String, _ string: String) {
        key(name)
        value(string)
    }

    package mutating func member(_ name: String, _ string: String?) {
        key(name)
        value(string)
    }

    package mutating func member(_ name: String, _ body: (inout JSONWriter) -> Void) {
        key(name)
        object(body)
    }

    package mutating func member<Element>(
        _ name: String, each elements: [Element], _ body: (inout JSONWriter, Element) -> Void
    ) {
        key(name)
        array(elements, body)
    }

    /// Numbers in one line, since there can be many.
    package mutating func member(_ name: String, numbers: [UInt64]) {
        key(name)
        raw("[")
        for (position, number) in numbers.enumerated() {
            if position > 0 { raw(", ") }
            raw(String(number))
        }
        raw("]")
    }

    // MARK: Layout

    private mutating func nested(
        _ open: String, _ close: String, _ body: (inout JSONWriter) -> Void
    ) {
        append(open)
        depth += 1
        needsComma = false
        body(&self)
        depth -= 1
        if needsComma { newLine() }
        append(close)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { append(",") }
        newLine()
        needsComma = false
    }

    private mutating func newLine() {
        append("\n" + String(repeating: "  ", count: depth))
    }

    private mutating func append(_ piece: String) {
        guard !isCut, piece.utf8.count <= mostBytes - text.utf8.count else {
            isCut = true
            return
        }
        text += piece
    }

    private mutating func raw(_ token: String) {
        append(token)
        needsComma = true
    }

    /// A string in quotes, with everything escaped that JSON does not allow.
    private static func quoted(_ string: String) -> String {
        var result = "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

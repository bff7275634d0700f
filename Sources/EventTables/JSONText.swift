/// Writes JSON on one line.
struct JSONText {
    private(set) var bytes: [UInt8]
    private var needsComma = false

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func object(_ body: (inout JSONText) -> Void) { nested("{", "}", body) }

    mutating func list<Element>(_ items: [Element], _ body: (inout JSONText, Element) -> Void) {
        nested("[", "]") { json in
            for item in items {
                json.separate()
                body(&json, item)
            }
        }
    }

    /// The name of a member; its value comes next.
    mutating func key(_ name: String) {
        separate()
        TextSpelling.appendJSON(name, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
    }

    mutating func value(_ text: String) {
        TextSpelling.appendJSON(text, to: &bytes)
        needsComma = true
    }

    mutating func value(_ number: some BinaryInteger) {
        bytes += String(number).utf8
        needsComma = true
    }

    mutating func value(_ flag: Bool) {
        bytes += (flag ? "true" : "false").utf8
        needsComma = true
    }

    mutating func member(_ name: String, _ text: String) {
        key(name)
        value(text)
    }

    mutating func member(_ name: String, _ number: some BinaryInteger) {
        key(name)
        value(number)
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = false
    }

    private mutating func nested(
        _ open: String, _ close: String, _ body: (inout JSONText) -> Void
    ) {
        bytes += open.utf8
        needsComma = false
        body(&self)
        bytes += close.utf8
        needsComma = true
    }
}

/// Reads a line `field:TYPE NAME; offset:N; size:N; signed:N;`.
enum FieldLine {
    /// Nothing in a record lies further from its start.
    static let offsetMax = 1 << 20

    /// The field, or `nil` where the line is not of that form.
    static func read(_ line: ArraySlice<UInt8>) -> RecordField? {
        let parts = line.split(separator: UInt8(ascii: ";")).map(trimmed)
        guard parts.count >= 3, let declaration = rest(parts[0], after: "field:"),
            let offset = number(parts[1], "offset:"), let size = number(parts[2], "size:")
        else { return nil }
        // Very old kernels do not say whether a number has a sign.
        var isSigned = false
        if parts.count > 3 {
            guard let sign = number(parts[3], "signed:") else { return nil }
            isSigned = sign == 1
        }
        return field(trimmed(declaration), offset, size, isSigned)
    }

    private static func number(_ part: ArraySlice<UInt8>, _ key: StaticString) -> Int? {
        rest(part, after: key).flatMap { decimal(trimmed($0), atMost: offsetMax) }
    }

    /// Splits a declaration such as `char comm[16]` or `__data_loc char[] name`.
    private static func field(
        _ declaration: ArraySlice<UInt8>, _ offset: Int, _ size: Int, _ isSigned: Bool
    ) -> RecordField? {
        // `char comm[16]` is an array; in `__data_loc char[] name` the brackets belong to the type.
        let isArray = declaration.last == UInt8(ascii: "]")
        let bare = isArray ? declaration.lastIndex(of: UInt8(ascii: "[")) : declaration.endIndex
        guard let bare else { return nil }
        var words = declaration[..<bare].split(separator: 0x20)
        guard var name = words.popLast() else { return nil }
        while name.first == UInt8(ascii: "*") { name = name.dropFirst() }
        guard !name.isEmpty, name.count <= 128 else { return nil }
        let type = words.map { string($0) }.joined(separator: " ")
        let shape: RecordField.Shape =
            if type.hasPrefix("__data_loc") {
                .dataLocation
            } else if type.hasPrefix("__rel_loc") {
                .relativeLocation
            } else if isArray || ![1, 2, 4, 8].contains(size) {
                .array
            } else {
                .integer
            }
        return RecordField(
            name: string(name), type: type, offset: offset, size: size, isSigned: isSigned,
            shape: shape)
    }
}

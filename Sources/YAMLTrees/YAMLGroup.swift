/// The keys of one group of a YAML file.
package struct YAMLGroup {
    package typealias Position = YAMLFileError.Position

    package let position: Position
    private let path: String
    private let entries: [YAMLTree.Entry]

    /// - Parameters:
    ///   - path: the keys around it, empty for the file itself.
    ///   - allowed: the keys it may have.
    package init(_ tree: YAMLTree, _ path: String, allowed: [String]) throws(YAMLFileError) {
        guard case .mapping(let entries, let position) = tree else {
            throw YAMLFileError(
                tree.position, key: path, "\(tree.form) where keys are expected",
                allowed: allowed.joined(separator: ", "))
        }
        self.position = position
        self.path = path
        self.entries = entries
        for entry in entries where !allowed.contains(entry.key) {
            let nearest = nearestName(to: entry.key, among: allowed)
            throw YAMLFileError(
                entry.keyPosition, key: name(shown(entry.key)),
                "unknown key" + (nearest.map { ", did you mean \($0)?" } ?? ""),
                allowed: allowed.joined(separator: ", "))
        }
    }

    /// The whole name of a key.
    package func name(_ key: String) -> String { path.isEmpty ? key : path + "." + key }

    /// The value of a key, or `nil`.
    package func optional(_ key: String) -> YAMLTree? { entries.first { $0.key == key }?.value }

    package subscript(_ key: String) -> YAMLTree {
        get throws(YAMLFileError) {
            guard let value = optional(key) else {
                throw YAMLFileError(position, key: name(key), "is missing")
            }
            return value
        }
    }

    /// An error about a key's value.
    package func error(_ key: String, _ problem: String, allowed: String? = nil) -> YAMLFileError {
        YAMLFileError(
            optional(key)?.position ?? position, key: name(key), problem, allowed: allowed)
    }

    /// A text of one line.
    package func text(_ key: String, limit: Int = 256) throws(YAMLFileError) -> String {
        let value = try self[key]
        guard case .text(let text, _) = value, !text.isEmpty else {
            throw error(key, "\(value.form) where a text is expected")
        }
        guard text.utf8.count <= limit, !text.unicodeScalars.contains(where: { $0.value < 0x20 })
        else { throw error(key, "not a text of one line with at most \(limit) bytes") }
        return text
    }

    /// A text, or another where the key is not there.
    package func text(_ key: String, default fallback: String) throws(YAMLFileError) -> String {
        optional(key) == nil ? fallback : try text(key)
    }

    /// A whole number in a range.
    package func number(
        _ key: String, in range: ClosedRange<Int64>
    ) throws(YAMLFileError) -> Int64 {
        let value = try self[key]
        guard case .text(let text, _) = value, let number = wholeNumber(text) else {
            throw error(
                key, "\(value.form == "a single value" ? "not a whole number" : value.form)",
                allowed: "\(range.lowerBound) to \(range.upperBound)")
        }
        guard range.contains(number) else {
            throw error(
                key, "\(number) is out of range",
                allowed: "\(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// One of several words.
    package func choice<Value>(
        _ key: String, _ values: [(word: String, value: Value)]
    ) throws(YAMLFileError) -> Value {
        let text = try text(key)
        guard let value = values.first(where: { $0.word == text }) else {
            throw error(
                key, "'\(shown(text))' is not known",
                allowed: values.map(\.word).joined(separator: ", "))
        }
        return value.value
    }

    /// The items of a list.
    package func list(_ key: String, limit: Int) throws(YAMLFileError) -> [YAMLTree] {
        let value = try self[key]
        guard case .list(let items, _) = value else {
            throw error(key, "\(value.form) where a list is expected")
        }
        guard !items.isEmpty, items.count <= limit else {
            throw error(key, "a list of \(items.count)", allowed: "1 to \(limit) items")
        }
        return items
    }

    /// A list of texts.
    package func texts(_ key: String, limit: Int) throws(YAMLFileError) -> [String] {
        var texts: [String] = []
        for item in try list(key, limit: limit) {
            guard case .text(let text, let position) = item else {
                throw YAMLFileError(
                    item.position, key: name(key), "\(item.form) where a text is expected")
            }
            guard text.utf8.count <= 256 else {
                throw YAMLFileError(position, key: name(key), "a text of more than 256 bytes")
            }
            texts.append(text)
        }
        return texts
    }
}

/// A number in decimal, or in hexadecimal behind `0x`.
package func wholeNumber(_ text: String) -> Int64? {
    guard text.utf8.first != UInt8(ascii: "+") else { return nil }
    guard text.hasPrefix("0x") else { return Int64(text) }
    let digits = text.dropFirst(2)
    guard digits.utf8.first != UInt8(ascii: "-"), digits.utf8.first != UInt8(ascii: "+") else {
        return nil
    }
    return UInt64(digits, radix: 16).map { Int64(bitPattern: $0) }
}

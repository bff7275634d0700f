import Foundation
import Testing

/// A parsed JSON document, read without much ado: what is not there is null.
struct JSON {
    private let value: Any?

    init(_ text: some DataProtocol) throws {
        value = try JSONSerialization.jsonObject(with: Data(text))
    }

    private init(value: Any?) { self.value = value }

    subscript(key: String) -> JSON { JSON(value: (value as? [String: Any])?[key]) }

    subscript(index: Int) -> JSON {
        let list = value as? [Any] ?? []
        return JSON(value: list.indices.contains(index) ? list[index] : nil)
    }

    var isNull: Bool { value == nil || value is NSNull }
    var integer: Int64? { (value as? NSNumber)?.int64Value }
    var flag: Bool? { value as? Bool }
    var text: String? { value as? String }
    var list: [JSON] { (value as? [Any] ?? []).map { JSON(value: $0) } }
    var keys: [String] { (value as? [String: Any])?.keys.sorted() ?? [] }

    /// The value as text, the keys sorted.
    var canonical: String {
        let data = try? JSONSerialization.data(
            withJSONObject: value ?? NSNull(), options: [.sortedKeys, .fragmentsAllowed])
        return String(decoding: data ?? Data(), as: UTF8.self)
    }

    /// The element of a list whose member has this text.
    func first(_ key: String, _ text: String) -> JSON {
        list.first { $0[key].text == text } ?? JSON(value: nil)
    }

    /// All keys at any depth, but not those inside members called `name`.
    func allKeys(without name: String) -> Set<String> {
        var result = Set(keys)
        for key in keys where key != name { result.formUnion(self[key].allKeys(without: name)) }
        for element in list { result.formUnion(element.allKeys(without: name)) }
        return result
    }
}

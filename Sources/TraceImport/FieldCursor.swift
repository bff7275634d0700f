/// Finds `key=value` fields of an event line by name.
///
/// Fields are usually asked for in the order in which the kernel prints them, so a search starts
/// behind the field found last and only then goes back to the start: fields may come in any order
/// and new ones may appear between them.
struct FieldCursor {
    private let start: Int
    private var position: Int

    init(bodyStart: Int) {
        start = bodyStart
        position = bodyStart
    }

    /// The place of a field's value, up to the next blank, or `nil` where there is no such field.
    ///
    /// - Complexity: O(line).
    mutating func value(_ key: Literal, in line: Span<UInt8>) -> Range<Int>? {
        guard
            let found = Self.find(key, in: line, from: position, to: line.count)
                ?? Self.find(key, in: line, from: start, to: position)
        else { return nil }
        position = found.upperBound
        return found
    }

    /// The integer value of a field, or `nil` where it is missing or not a number.
    mutating func integer(_ key: Literal, in line: Span<UInt8>) -> Int64? {
        guard let range = text(key, in: line) else { return nil }
        return readInteger(line, range)
    }

    /// The value of a field without a trailing comma.
    mutating func text(_ key: Literal, in line: Span<UInt8>) -> Range<Int>? {
        guard let range = value(key, in: line) else { return nil }
        let hasComma = !range.isEmpty && line[range.upperBound - 1] == Ascii.comma
        return range.lowerBound..<(hasComma ? range.upperBound - 1 : range.upperBound)
    }

    private static func find(
        _ key: Literal, in line: Span<UInt8>, from: Int, to: Int
    ) -> Range<Int>? {
        var index = from
        while index < to {
            skipSpaces(line, &index)
            let word = index
            while index < line.count, line[index] != Ascii.space, line[index] != Ascii.equals {
                index += 1
            }
            let isKey =
                index < line.count && line[index] == Ascii.equals && index - word == key.count
                && matches(line, at: word, key)
            let end = wordEnd(line, from: index)
            if isKey { return (index + 1)..<end }
            index = end
        }
        return nil
    }
}

/// The names of the fields that are read.
enum FieldKey {
    static let page = Literal("page")
    static let pageFrame = Literal("pfn")
    static let order = Literal("order")
    static let gfpFlags = Literal("gfp_flags")
    static let allocOrder = Literal("alloc_order")
    static let fallbackOrder = Literal("fallback_order")
    static let allocType = Literal("alloc_migratetype")
    static let fallbackType = Literal("fallback_migratetype")
    static let nid = Literal("nid")
    static let node = Literal("node")
    static let mode = Literal("mode")
    static let status = Literal("status")
    static let migrated = Literal("nr_migrated")
    static let failed = Literal("nr_failed")
    static let scanned = Literal("nr_scanned")
    static let reclaimed = Literal("nr_reclaimed")
    static let delayed = Literal("usec_delayed")
    /// How kernels up to at least 6.18 spell the field above.
    static let delayedMisspelt = Literal("usect_delayed")
    static let reason = Literal("reason")
    static let mono = Literal("mono")
    static let real = Literal("real")
}

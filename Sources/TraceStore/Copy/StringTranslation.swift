import TraceCore
import TraceFormat

/// The numbers that one trace's strings have in another trace's table.
///
/// Strings enter the other table when they are first needed.
struct StringTranslation {
    /// Texts whose number has no string in the trace they come from.
    private(set) var missingTexts: UInt64 = 0
    private var strings: [String] = [""]
    // By number in the trace they come from; -1 where it was not needed yet.
    private var numbers: [Int64] = [0]

    /// Takes the strings that the trace has now.
    ///
    /// - Complexity: O(strings that are new).
    mutating func update(_ strings: [String]) {
        guard strings.count != self.strings.count else { return }
        self.strings = strings
        numbers += [Int64](repeating: -1, count: max(0, strings.count - numbers.count))
    }

    /// The number of a string in the table of `sink`.
    ///
    /// A number without a string gives the text that a reader shows for it.
    ///
    /// - Complexity: O(1), O(length) for a string that was not needed before.
    mutating func number(of value: Int64, in sink: inout some EventSink & ~Copyable) -> Int64 {
        guard value >= 0, value < Int64(numbers.count) else {
            missingTexts &+= 1
            // No table has more numbers, and so no file makes us invent more texts.
            let isPossible = value >= 0 && value < Int64(FormatLimits.strings)
            return sink.intern(isPossible ? "?\(value)" : "?")
        }
        let known = numbers[Int(value)]
        if known >= 0 { return known }
        let number = sink.intern(strings[Int(value)])
        numbers[Int(value)] = number
        return number
    }
}

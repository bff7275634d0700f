/// Strings numbered in the order of their first use. Number 0 is the empty string.
public struct StringTable: Sendable {
    /// The strings by number.
    public private(set) var strings: [String] = [""]
    /// By UTF-8 bytes: two spellings that Unicode holds equal are two strings here.
    private var numbers: [[UInt8]: Int64] = [[]: 0]

    /// Makes a table that holds the empty string only.
    public init() {}

    /// The number of a string, added when it is new.
    ///
    /// - Complexity: O(length).
    public mutating func intern(_ text: String) -> Int64 {
        let bytes = Array(text.utf8)
        if let number = numbers[bytes] { return number }
        let number = Int64(strings.count)
        strings.append(text)
        numbers[bytes] = number
        return number
    }

    /// The string with a number; a number outside the table gives `"?"` and the number.
    public subscript(_ number: Int64) -> String {
        guard number >= 0, number < strings.count else { return "?\(number)" }
        return strings[Int(number)]
    }
}

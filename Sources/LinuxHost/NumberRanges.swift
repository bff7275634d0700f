/// Lists of CPUs and nodes as the kernel writes them: `0-3,8`.
enum NumberRanges {
    /// Far more CPUs than Linux can have.
    static let numbersMax = 1 << 16

    /// The numbers, ascending, or `nil` where the text is no such list.
    static func numbers(_ text: String) -> [Int]? {
        var numbers: [Int] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false)
            guard let first = Int(ends[0]), let last = Int(ends[ends.count - 1]), ends.count <= 2,
                first >= 0, last >= first, first > numbers.last ?? -1,
                last - first < numbersMax - numbers.count
            else { return nil }
            numbers.append(contentsOf: first...last)
        }
        return numbers
    }
}

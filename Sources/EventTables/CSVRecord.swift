/// One line of a CSV table, split into cells by RFC 4180.
struct CSVRecord {
    /// Where a cell's text stands, without its quotes.
    struct Cell {
        var range: Range<Int>
        var isQuoted: Bool
        /// Whether quotes in it are written twice.
        var hasDoubledQuotes: Bool
    }

    /// The cells; those behind `count` are left over.
    private var cells: [Cell] = []
    private(set) var count = 0

    subscript(_ index: Int) -> Cell { cells[index] }

    /// Reads the line that starts at a position.
    ///
    /// - Returns: Where the next one starts, or `nil` where the end is not among the bytes.
    /// - Complexity: O(bytes of the line).
    mutating func read(
        _ bytes: Span<UInt8>, from start: Int, isAtEnd: Bool
    ) throws(RecordFault) -> Int? {
        count = 0
        var position = start
        while true {
            let cell: Cell
            if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
                guard let quoted = try Self.quoted(bytes, from: position, isAtEnd: isAtEnd) else {
                    return nil
                }
                cell = quoted
                position = quoted.range.upperBound + 1
            } else {
                let end = try Self.endOfPlain(bytes, from: position)
                cell = Cell(range: position..<end, isQuoted: false, hasDoubledQuotes: false)
                position = end
            }
            keep(cell)
            guard position < bytes.count else { return isAtEnd ? position : nil }
            switch bytes[position] {
            case UInt8(ascii: ","): position += 1
            case UInt8(ascii: "\n"): return position + 1
            case UInt8(ascii: "\r"):
                guard position + 1 < bytes.count else {
                    if isAtEnd { return position + 1 }
                    return nil
                }
                guard bytes[position + 1] == UInt8(ascii: "\n") else {
                    throw RecordFault(position, "a carriage return that ends no line")
                }
                return position + 2
            default: throw RecordFault(position, "text behind the quote that ends a cell")
            }
        }
    }

    private mutating func keep(_ cell: Cell) {
        if count < cells.count { cells[count] = cell } else { cells.append(cell) }
        count += 1
    }

    /// Where a cell without quotes ends.
    private static func endOfPlain(
        _ bytes: Span<UInt8>, from start: Int
    ) throws(RecordFault) -> Int {
        var position = start
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: ","), UInt8(ascii: "\n"), UInt8(ascii: "\r"): return position
            case UInt8(ascii: "\""):
                throw RecordFault(position, "a quote inside a cell that does not begin with one")
            default: position += 1
            }
        }
        return position
    }

    /// The cell whose opening quote is at a position, or `nil` where its end is not there yet.
    private static func quoted(
        _ bytes: Span<UInt8>, from start: Int, isAtEnd: Bool
    ) throws(RecordFault) -> Cell? {
        var position = start + 1
        var hasDoubled = false
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "\"") {
                let next = position + 1
                // Without the next byte a doubled quote cannot be told from the last.
                guard next < bytes.count || isAtEnd else { return nil }
                guard next < bytes.count, bytes[next] == UInt8(ascii: "\"") else {
                    return Cell(
                        range: start + 1..<position, isQuoted: true, hasDoubledQuotes: hasDoubled)
                }
                hasDoubled = true
                position += 1
            }
            position += 1
        }
        guard isAtEnd else { return nil }
        throw RecordFault(start, "a quote that nothing ends")
    }

    /// The bytes of a cell with doubled quotes made single.
    ///
    /// - Complexity: O(bytes of the cell).
    static func unquoted(_ bytes: Span<UInt8>, _ cell: Cell) -> [UInt8] {
        var result: [UInt8] = []
        var position = cell.range.lowerBound
        while position < cell.range.upperBound {
            result.append(bytes[position])
            position += bytes[position] == UInt8(ascii: "\"") ? 2 : 1
        }
        return result
    }
}

/// What is wrong with a table, and where.
public struct TableError: Error, Equatable, Sendable {
    /// The line, counted from 1.
    public let line: Int
    /// The byte within its line, counted from 1.
    public let column: Int
    /// The name of the table's column, or what else it is about; empty for the line itself.
    public let field: String
    /// What is wrong.
    public let problem: String

    init(line: Int, column: Int, field: String = "", _ problem: String) {
        self.line = line
        self.column = column
        self.field = field
        self.problem = problem
    }

    /// One line: place, what it is about, what is wrong.
    ///
    /// - Parameter file: the name to show for the table.
    public func sentence(file: String) -> String {
        let about = field.isEmpty ? "" : shown(field) + ": "
        return "\(file):\(line):\(column): \(about)\(problem)"
    }
}

/// What is wrong at a byte of the record that is read; its line is known further out.
struct RecordFault: Error {
    /// Position of the byte among those of the table that are at hand.
    let position: Int
    let field: String
    let problem: String

    init(_ position: Int, field: String = "", _ problem: String) {
        self.position = position
        self.field = field
        self.problem = problem
    }
}

/// A foreign text as messages show it: short, without control characters.
func shown(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars.prefix(40) {
        let isControl = scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
        result.unicodeScalars.append(isControl ? "?" : scalar)
    }
    return text.unicodeScalars.count > 40 ? result + "..." : result
}

/// Bytes as messages show them.
func shown(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
    var part: [UInt8] = []
    for index in range.prefix(200) { part.append(bytes[index]) }
    return shown(String(decoding: part, as: UTF8.self))
}

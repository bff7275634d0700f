/// Why a live recording cannot be made as it was asked for.
public enum LiveError: Error, Equatable, Sendable {
    /// A trigger's text is wrong at a column, from 1, where something else is needed.
    case triggerSyntax(column: Int, needed: String)
    /// A trigger names a kind that the schema does not have.
    case unknownKind(String)
    /// A trigger names a column that its kind does not have.
    case unknownColumn(kind: String, column: String)
    /// A trigger compares a column of labels with what is none of them, or not for being equal.
    case notALabel(kind: String, column: String, value: String)
    /// A trigger compares a column with a text, and it holds numbers.
    case notANumber(kind: String, column: String, value: String)
    /// A trigger names a column of texts, which it cannot compare.
    case textColumn(kind: String, column: String)
}

extension LiveError: CustomStringConvertible {
    /// What is wrong, in words.
    public var description: String {
        switch self {
        case .triggerSyntax(let column, let needed): "column \(column): \(needed) is needed here"
        case .unknownKind(let name): "there is no kind \(name)"
        case .unknownColumn(let kind, let column): "\(kind) has no column \(column)"
        case .notALabel(let kind, let column, let value):
            "\(kind).\(column) is a label, and can only be = or != one of its labels, not \(value)"
        case .notANumber(let kind, let column, let value):
            "\(kind).\(column) is a number, and \(value) is none"
        case .textColumn(let kind, let column):
            "\(kind).\(column) is a text, which no trigger reads"
        }
    }
}

/// What makes a flight recording write what it has kept.
public enum DumpTrigger: Hashable, Sendable {
    /// More than `count` events of a kind within `windowNs` nanoseconds of the trace's time.
    case rate(kind: String, count: Int, windowNs: Int64)
    /// An event of a kind with such a value in a column.
    case condition(kind: String, column: String, Comparison, Operand)
    /// The end of the recording.
    case exit

    /// How a value is compared.
    public enum Comparison: String, Hashable, Sendable, CaseIterable {
        case less = "<"
        case atMost = "<="
        case more = ">"
        case atLeast = ">="
        case equal = "="
        case notEqual = "!="

        /// Whether the comparison holds.
        func holds(_ value: Int64, _ other: Int64) -> Bool {
            switch self {
            case .less: value < other
            case .atMost: value <= other
            case .more: value > other
            case .atLeast: value >= other
            case .equal: value == other
            case .notEqual: value != other
            }
        }
    }

    /// What a value is compared with.
    public enum Operand: Hashable, Sendable {
        case number(Int64)
        case label(String)
    }

    /// Most events that a rate counts; it remembers the time of each.
    public static let countLimit = 1_000_000

    /// Reads a trigger: `KIND>COUNT/DURATION`, `KIND.COLUMN<VALUE` or `exit`.
    ///
    /// - Complexity: O(length).
    /// - Throws: `LiveError.triggerSyntax`.
    public init(_ text: String) throws(LiveError) {
        if text == "exit" {
            self = .exit
            return
        }
        var parser = TriggerParser(text)
        self = try parser.trigger()
    }
}

extension DumpTrigger: CustomStringConvertible {
    /// The trigger as it is written.
    public var description: String {
        switch self {
        case .rate(let kind, let count, let windowNs):
            "\(kind)>\(count)/\(TriggerParser.text(ofNs: windowNs))"
        case .condition(let kind, let column, let comparison, .number(let number)):
            "\(kind).\(column)\(comparison.rawValue)\(number)"
        case .condition(let kind, let column, let comparison, .label(let label)):
            "\(kind).\(column)\(comparison.rawValue)\(label)"
        case .exit: "exit"
        }
    }
}

import TraceAnalysis
import TraceCore

/// By what rule the numbers of two runs become one.
///
/// Every rule is associative and commutative, so the order in which summaries are merged makes no
/// difference.
enum NumberRule {
    /// They are added; the sum is held at the ends of the range.
    case sum
    /// The smaller one.
    case least
    /// The larger one.
    case most
    /// The smaller one of those that are not below 0.
    case leastKnown
    /// They are equal, because rows are told apart by them.
    case key
    /// A thread that is no key; equal when threads have common numbers.
    case thread
}

/// Goes through the fields of a summary, in an order that is fixed, each with its rule.
///
/// One list of fields serves for writing, for reading, for merging and for making smaller, so none
/// of these can forget a field that the others know.
protocol SummaryVisitor {
    mutating func number(_ value: inout Int64, _ rule: NumberRule) throws(SummaryError)
    /// A count; `.sum` must not overflow.
    mutating func count(_ value: inout UInt64, _ rule: NumberRule) throws(SummaryError)
    /// A sum of products, which takes more than 64 bits.
    mutating func wide(_ value: inout UInt128) throws(SummaryError)
    /// A text that is a key.
    mutating func text(_ value: inout String) throws(SummaryError)
    /// A value that says itself how two become one.
    mutating func combined<Value: CombinedValue>(_ value: inout Value) throws(SummaryError)
    /// Rows with distinct keys; of merged ones, in the order that `isBefore` tells.
    mutating func rows<Row: SummaryRow>(
        _ rows: inout [Row], _ isBefore: (Row, Row) -> Bool
    ) throws(SummaryError)
    /// The same for rows that are told apart by their thread.
    mutating func threadRows<Row: SummaryRow>(_ rows: inout [Row]) throws(SummaryError)
    where Row.Key == Int64
    /// What is known only where every run knows it.
    mutating func ifAll<Value: CombinedValue>(_ value: inout Value?) throws(SummaryError)
}

/// A part of a summary.
protocol SummaryPart {
    /// Hands every field to the visitor.
    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError)
}

/// A part whose fields have no rules of their own.
protocol CombinedValue: SummaryPart {
    /// The value of a run without events: combining with it changes nothing.
    init()
    /// Takes in the value of another run.
    mutating func combine(_ other: Self) throws(SummaryError)
}

/// A row of a table.
protocol SummaryRow: SummaryPart {
    associatedtype Key: Hashable & Comparable
    /// What tells rows apart.
    var key: Key { get set }
    /// Which rows matter most when not all can be kept.
    var weight: UInt64 { get }
    /// Bytes of texts in the key.
    var keyBytes: Int { get }
    /// Makes an empty row.
    init()
}

extension SummaryRow {
    var keyBytes: Int { 0 }
}

/// A key of two parts.
struct PairKey<First: Hashable & Comparable, Second: Hashable & Comparable>: Hashable, Comparable {
    var first: First
    var second: Second

    init(_ first: First, _ second: Second) {
        self.first = first
        self.second = second
    }

    static func < (left: PairKey, right: PairKey) -> Bool {
        (left.first, left.second) < (right.first, right.second)
    }
}

/// Limits of what is read, so that no sum over a summary overflows.
enum SummaryLimits {
    /// The largest count: more events than any fleet records.
    static let count: UInt64 = (1 << 44) - 1
    /// Most rows of a table.
    static let rows: UInt64 = 1 << 20
}

extension UInt64 {
    /// Adds a count of another run.
    ///
    /// - Throws: `SummaryError.overflow` above `SummaryLimits.count`.
    mutating func add(_ other: UInt64) throws(SummaryError) {
        let (sum, overflow) = addingReportingOverflow(other)
        guard !overflow, sum <= SummaryLimits.count else { throw .overflow }
        self = sum
    }
}

// What is made of the few things that a visitor knows.
extension SummaryVisitor {
    mutating func part(_ part: inout some SummaryPart) throws(SummaryError) {
        try part.visit(&self)
    }

    mutating func number(_ value: inout Int32, _ rule: NumberRule) throws(SummaryError) {
        var wide = Int64(value)
        try number(&wide, rule)
        value = Int32(clamping: wide)
    }

    /// Whether it holds of any run.
    mutating func anyOf(_ value: inout Bool) throws(SummaryError) {
        var number: Int64 = value ? 1 : 0
        try self.number(&number, .most)
        value = number != 0
    }

    /// One of a few cases, in the order given; of two runs the later one. What a newer tool may
    /// have written beyond them counts as the last.
    mutating func latest<Case: Equatable>(
        _ value: inout Case, of cases: [Case], _ rule: NumberRule = .most
    ) throws(SummaryError) {
        var position = Int64(cases.firstIndex(of: value) ?? 0)
        try number(&position, rule)
        value = cases[Int(clamping: max(0, min(position, Int64(cases.count - 1))))]
    }

    /// Rows in ascending order of their keys.
    mutating func rows<Row: SummaryRow>(_ rows: inout [Row]) throws(SummaryError) {
        try self.rows(&rows) { $0.key < $1.key }
    }

    /// As many numbers as there always are, each added to the other run's.
    mutating func sums(_ values: inout [Int64]) throws(SummaryError) {
        for position in values.indices { try number(&values[position], .sum) }
    }

    /// As many parts as there always are.
    mutating func parts(_ values: inout [some SummaryPart]) throws(SummaryError) {
        for position in values.indices { try values[position].visit(&self) }
    }
}

import TraceAnalysis

/// Gives threads the numbers that their names have in a common list.
///
/// The numbers of threads of different runs mean nothing beside one another; their names do.
/// Threads of one name become one.
struct ThreadNumbering: SummaryVisitor {
    private let numbers: [Int64: Int64]

    private init(_ numbers: [Int64: Int64]) { self.numbers = numbers }

    /// Renumbers the threads of two summaries by the names of both together.
    ///
    /// - Complexity: O(n log n) for n threads.
    static func join(
        _ left: inout TraceSummary, _ right: inout TraceSummary
    ) throws(SummaryError) {
        let names = Set(left.namesOfThreads.values).union(right.namesOfThreads.values).sorted()
        var positions: [String: Int64] = [:]
        for (position, name) in names.enumerated() { positions[name] = Int64(position) }
        try renumber(&left, positions)
        try renumber(&right, positions)
    }

    private static func renumber(
        _ summary: inout TraceSummary, _ positions: [String: Int64]
    ) throws(SummaryError) {
        let names = summary.namesOfThreads
        var roles: [Int64: ThreadRole] = [:]
        for thread in summary.threads { roles[thread.thread] = thread.role }
        // A thread that had no name has one from now on: its old number would mean another.
        summary.threads = names.keys.sorted().map { thread in
            var row = NamedThread()
            row.thread = thread
            row.names = [names[thread] ?? ""]
            row.role = roles[thread]
            return row
        }
        var numbering = ThreadNumbering(names.compactMapValues { positions[$0] })
        try summary.visit(&numbering)
    }

    mutating func number(_ value: inout Int64, _ rule: NumberRule) {
        if rule == .thread { value = numbers[value] ?? value }
    }

    mutating func count(_ value: inout UInt64, _ rule: NumberRule) {}
    mutating func wide(_ value: inout UInt128) {}
    mutating func text(_ value: inout String) {}

    mutating func combined<Value: CombinedValue>(_ value: inout Value) throws(SummaryError) {
        try value.visit(&self)
    }

    mutating func rows<Row: SummaryRow>(
        _ rows: inout [Row], _ isBefore: (Row, Row) -> Bool
    ) throws(SummaryError) {
        for position in rows.indices { try rows[position].visit(&self) }
    }

    mutating func threadRows<Row: SummaryRow>(_ rows: inout [Row]) throws(SummaryError)
    where Row.Key == Int64 {
        var result: [Row] = []
        var positions: [Int64: Int] = [:]
        for var row in rows {
            row.key = numbers[row.key] ?? row.key
            if let position = positions[row.key] {
                try SummaryDecoder.merge(row, into: &result[position])
            } else {
                positions[row.key] = result.count
                result.append(row)
            }
        }
        rows = result.sorted { $0.key < $1.key }
    }

    mutating func ifAll<Value: CombinedValue>(_ value: inout Value?) throws(SummaryError) {
        try value?.visit(&self)
    }
}

extension TraceSummary {
    /// The name of every thread that a table or a chain has, or the text that stands for one.
    fileprivate var namesOfThreads: [Int64: String] {
        var names: [Int64: String] = [:]
        for thread in threads where !thread.name.isEmpty { names[thread.thread] = thread.name }
        let mentioned = [
            threads.map(\.thread), cpu.threads.map(\.thread), wakeups.threads.map(\.thread),
            waits.byThread.map(\.number), cpu.stallsByThread.map(\.thread),
            failures.byThread.map(\.number), chains?.worst.map(\.thread) ?? [],
        ]
        // Below 0 it is not known which thread it was.
        for thread in mentioned.joined() where thread >= 0 && names[thread] == nil {
            names[thread] = "thread \(thread)"
        }
        return names
    }
}

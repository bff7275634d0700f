/// How a table of events is written.
public enum TableForm: String, Sendable, CaseIterable {
    /// RFC 4180, a line with the columns' names first.
    case csv
    /// One JSON object a line.
    case ndjson
}

/// The names of a table's columns.
enum TableNames {
    /// What every event has, in the order of the table.
    static let common = ["sequence", "time_ns", "kind", "domain", "cpu", "cause"]

    /// The name under which a column of a kind stands in a table.
    ///
    /// A column that is called like one of the common ones, or so with underscores before it, gets
    /// one more underscore; so no two names become one.
    static func written(_ name: String) -> String {
        common.contains(String(name.drop { $0 == "_" })) ? "_" + name : name
    }
}

/// The word that a comment of a CSV table starts with when it is meant for this tool.
let directiveMark = "#ktls-trace "

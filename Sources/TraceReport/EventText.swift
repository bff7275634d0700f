public import TraceCore

/// Writes single events in the words of their schema, as lines for people.
///
/// Order and spelling depend on nothing but the event, its schema and its strings.
public struct EventText: Sendable {
    private let schema: EventSchema

    /// Makes a writer for events of a schema.
    public init(schema: EventSchema) { self.schema = schema }

    /// One event as a line, with its end.
    public func line(
        _ header: EventHeader, _ values: Span<Int64>, strings: [String]
    ) -> String {
        guard let kind = schema.kind(header.kind) else { return "" }
        var line = "\(header.sequence) \(seconds(header.timeNs)) \(kind.name)"
        if header.domain >= 0 { line += " domain=\(header.domain)" }
        if header.cpu >= 0 { line += " cpu=\(header.cpu)" }
        if header.cause != 0 { line += " cause=\(header.cause)" }
        for (index, column) in kind.columns.enumerated() {
            let text = plain(values[index], column.type, strings)
            line += " \(column.name)=" + (text.contains(" ") ? "\"\(text)\"" : text)
        }
        return line + "\n"
    }

    /// Seconds with nine decimals.
    private func seconds(_ timeNs: Int64) -> String {
        let (whole, rest) = timeNs.magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
        let digits = String(rest)
        let zeros = String(repeating: "0", count: 9 - digits.count)
        return (timeNs < 0 ? "-" : "") + "\(whole).\(zeros)\(digits)"
    }

    private func plain(_ value: Int64, _ type: ColumnType, _ strings: [String]) -> String {
        switch type {
        case .integer, .flag: String(value)
        case .bits: "0x" + String(UInt64(bitPattern: value), radix: 16)
        case .label(let labels):
            value >= 0 && value < labels.count ? labels[Int(value)] : String(value)
        case .text: value >= 0 && value < strings.count ? strings[Int(value)] : "?\(value)"
        }
    }
}

public import TraceCore

/// Writes single events in the words of their schema: as a line of text, of NDJSON or of CSV.
///
/// Times are integer nanoseconds in all forms, and order and spelling depend on nothing but the
/// event, its schema and its strings.
public struct EventText: Sendable {
    /// The form of a line.
    public enum Form: String, Sendable, CaseIterable {
        case text, ndjson, csv
    }

    private let schema: EventSchema
    private let form: Form
    /// For CSV: the columns of all shown kinds, each name once, in the order of the schema.
    private let csvColumns: [String]

    /// - Parameter kinds: the kinds that will be written; they decide the columns of CSV.
    public init(schema: EventSchema, kinds: [EventKind], form: Form) {
        self.schema = schema
        self.form = form
        var columns: [String] = []
        var seen: Set<String> = []
        for kind in kinds {
            for column in kind.columns where seen.insert(column.name).inserted {
                columns.append(column.name)
            }
        }
        csvColumns = columns
    }

    /// The first line, which CSV alone has.
    public var header: String? {
        guard form == .csv else { return nil }
        let common = ["sequence", "time_ns", "kind", "domain", "cpu", "cause"]
        return (common + csvColumns).joined(separator: ",") + "\n"
    }

    /// One event as a line, with its end.
    public func line(
        _ header: EventHeader, _ values: Span<Int64>, strings: [String]
    ) -> String {
        guard let kind = schema.kind(header.kind) else { return "" }
        switch form {
        case .text: return textLine(header, values, kind, strings)
        case .ndjson: return jsonLine(header, values, kind, strings)
        case .csv: return csvLine(header, values, kind, strings)
        }
    }

    // MARK: Text

    private func textLine(
        _ header: EventHeader, _ values: Span<Int64>, _ kind: EventKind, _ strings: [String]
    ) -> String {
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

    // MARK: NDJSON

    private func jsonLine(
        _ header: EventHeader, _ values: Span<Int64>, _ kind: EventKind, _ strings: [String]
    ) -> String {
        var line = "{\"sequence\":\(header.sequence),\"time_ns\":\(header.timeNs)"
        line += ",\"kind\":" + quoted(kind.name)
        if header.domain >= 0 { line += ",\"domain\":\(header.domain)" }
        if header.cpu >= 0 { line += ",\"cpu\":\(header.cpu)" }
        if header.cause != 0 { line += ",\"cause\":\(header.cause)" }
        for (index, column) in kind.columns.enumerated() {
            line += ",\(quoted(column.name)):"
            switch column.type {
            case .integer: line += String(values[index])
            case .flag: line += values[index] != 0 ? "true" : "false"
            default: line += quoted(plain(values[index], column.type, strings))
            }
        }
        return line + "}\n"
    }

    private func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case let control where control.value < 0x20:
                let digits = String(control.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    // MARK: CSV

    private func csvLine(
        _ header: EventHeader, _ values: Span<Int64>, _ kind: EventKind, _ strings: [String]
    ) -> String {
        var line = "\(header.sequence),\(header.timeNs),\(escaped(kind.name))"
        line += header.domain >= 0 ? ",\(header.domain)" : ","
        line += header.cpu >= 0 ? ",\(header.cpu)" : ","
        line += header.cause != 0 ? ",\(header.cause)" : ","
        for name in csvColumns {
            line += ","
            guard let index = kind.columnIndex(name) else { continue }
            line += escaped(plain(values[index], kind.columns[index].type, strings))
        }
        return line + "\n"
    }

    private func escaped(_ text: String) -> String {
        guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
        return "\""
            + text.split(separator: "\"", omittingEmptySubsequences: false)
            .joined(separator: "\"\"") + "\""
    }
}

public import TraceCore

/// Hands wanted events of one trace on to a sink whose strings have other numbers.
///
/// Headers and values stay as they are, sequence numbers and causes included; only the values of
/// text columns become the sink's numbers.
public struct EventCopier {
    /// Which events are handed on.
    public let filter: EventFilter
    /// Events that were handed on.
    public private(set) var takenEvents: UInt64 = 0
    /// Texts of those events whose number had no string; they became `?` and the number.
    public var missingTexts: UInt64 { translation.missingTexts }

    // By number of the kind: a bit for each column that holds texts.
    private let texts: [UInt64]
    private var translation = StringTranslation()
    private var row: [Int64] = []

    /// Makes a copier of events of this schema.
    ///
    /// - Complexity: O(schema).
    public init(schema: EventSchema, filter: EventFilter = EventFilter()) {
        self.filter = filter
        texts = Self.textColumns(schema)
    }

    static func textColumns(_ schema: EventSchema) -> [UInt64] {
        var texts = [UInt64](repeating: 0, count: Int(schema.kinds.last?.id.rawValue ?? 0) + 1)
        for kind in schema.kinds {
            for (position, column) in kind.columns.enumerated() where column.type == .text {
                texts[Int(kind.id.rawValue)] |= 1 << UInt64(position)
            }
        }
        return texts
    }

    /// Takes the strings that the events' trace has now; needed before events that use new ones.
    ///
    /// - Complexity: O(strings that are new).
    public mutating func update(strings: [String]) {
        translation.update(strings)
    }

    /// Hands an event on, if it is wanted.
    ///
    /// Programmer error: a kind that is not in the schema.
    ///
    /// - Complexity: O(values).
    public mutating func copy(
        _ header: EventHeader, _ values: Span<Int64>, to sink: inout some EventSink & ~Copyable
    ) {
        guard filter.takes(header) else { return }
        takenEvents += 1
        var rest = texts[Int(header.kind.rawValue)]
        guard rest != 0 else {
            sink.record(header, values)
            return
        }
        row.removeAll(keepingCapacity: true)
        for index in values.indices { row.append(values[index]) }
        while rest != 0 {
            let column = rest.trailingZeroBitCount
            row[column] = translation.number(of: row[column], in: &sink)
            rest &= rest - 1
        }
        sink.record(header, row.span)
    }
}

public import TraceAnalysis
public import TraceCore

/// A value of a crafted event: a number, or a text or label.
public enum Field: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
    case number(Int64)
    case text(String)

    /// Makes a number.
    public init(integerLiteral value: Int64) { self = .number(value) }
    /// Makes a text.
    public init(stringLiteral value: String) { self = .text(value) }
}

/// A crafted trace: events written down by kind and column names.
public struct Script {
    /// The schema the names refer to.
    public let schema: EventSchema
    /// The events in the order they were written down.
    public private(set) var list = EventList()

    /// Makes an empty script.
    public init(_ schema: EventSchema = StandardSchema.schema) { self.schema = schema }

    /// Writes down an event and returns its sequence number.
    ///
    /// Columns not named are 0 for flags, texts and labels and -1 for numbers.
    @discardableResult
    public mutating func at(
        _ timeNs: Int64, _ kindName: String, domain: Int32 = 0, cpu: Int32 = 0,
        cause: UInt64 = 0, _ fields: [String: Field] = [:]
    ) -> UInt64 {
        guard let kind = schema.kind(named: kindName) else {
            preconditionFailure("no kind is called \(kindName)")
        }
        for name in fields.keys {
            precondition(kind.columnIndex(name) != nil, "\(kindName) has no column \(name)")
        }
        let values = kind.columns.map { column -> Int64 in
            switch (column.type, fields[column.name]) {
            case (_, .number(let number)?): return number
            case (.text, .text(let text)?): return list.intern(text)
            case (.label(let labels), .text(let text)?):
                guard let label = labels.firstIndex(of: text) else {
                    preconditionFailure("\(column.name) has no label \(text)")
                }
                return Int64(label)
            case (.integer, .text), (.flag, .text), (.bits, .text):
                preconditionFailure("\(column.name) takes numbers")
            case (.flag, nil), (.text, nil), (.label, nil): return 0
            case (.integer, nil), (.bits, nil): return -1
            }
        }
        let sequence = UInt64(list.events.count + 1)
        let header = EventHeader(
            sequence: sequence, timeNs: timeNs, kind: kind.id, domain: domain, cpu: cpu,
            cause: cause)
        list.record(Event(header, values))
        return sequence
    }

    /// The summary of the events written down.
    public func summary(
        _ options: AnalysisOptions = AnalysisOptions()
    ) throws(AnalysisError) -> TraceSummary {
        var analyzer = try Analyzer(schema: schema, options: options)
        for event in list.events { analyzer.consume(event.header, event.values.span) }
        return analyzer.finish(strings: list.strings)
    }
}

/// A seeded source of random numbers for property tests.
public struct SeededGenerator: RandomNumberGenerator {
    private let random: KeyedRandom
    private var index: UInt64 = 0

    /// Makes the source for a seed.
    public init(seed: UInt64) { random = KeyedRandom(seed: seed, purpose: 1) }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        index += 1
        return random.bits(entity: 0, index: index)
    }
}

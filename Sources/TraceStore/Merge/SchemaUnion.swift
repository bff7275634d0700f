public import TraceCore

/// One schema for the kinds of several traces: kinds are the same if their names are.
public struct SchemaUnion: Sendable {
    /// All kinds.
    public let schema: EventSchema
    /// For each input, by number of the kind: its number in `schema`, 0 where there is no kind.
    public let numbers: [[UInt16]]

    /// Unites schemas. A kind keeps the number it has in the first input that has it, if that is
    /// free, and else gets the lowest number above all.
    ///
    /// - Complexity: O(inputs x kinds^2).
    /// - Throws: `MergeError`.
    public init(_ schemas: [EventSchema]) throws(MergeError) {
        var kinds: [EventKind] = []
        var numbers: [[UInt16]] = []
        var highest = schemas.reduce(UInt16(0)) { max($0, $1.kinds.last?.id.rawValue ?? 0) }
        for (input, schema) in schemas.enumerated() {
            var own = [UInt16](
                repeating: 0, count: Int(schema.kinds.last?.id.rawValue ?? 0) + 1)
            for kind in schema.kinds {
                if let known = kinds.first(where: { $0.name == kind.name }) {
                    try Self.check(kind, known, input)
                    own[Int(kind.id.rawValue)] = known.id.rawValue
                    continue
                }
                var number = kind.id.rawValue
                if kinds.contains(where: { $0.id == kind.id }) {
                    guard highest < .max else { throw .tooManyKinds }
                    highest += 1
                    number = highest
                }
                kinds.append(
                    EventKind(
                        id: number, kind.name, kind.lane, kind.role, meaning: kind.meaning,
                        kind.columns))
                own[Int(kind.id.rawValue)] = number
            }
            numbers.append(own)
        }
        guard let schema = EventSchema(kinds: kinds) else {
            preconditionFailure("names and numbers of united kinds are distinct")
        }
        self.schema = schema
        self.numbers = numbers
    }

    private static func check(
        _ kind: EventKind, _ known: EventKind, _ input: Int
    ) throws(MergeError) {
        func differ(_ what: String) -> MergeError {
            .kindsDiffer(input: input, kind: kind.name, what: what)
        }
        if kind.lane != known.lane { throw differ("lane") }
        if kind.role != known.role { throw differ("role") }
        if kind.meaning != known.meaning { throw differ("meaning") }
        for (one, other) in zip(kind.columns, known.columns) where one != other {
            throw differ("column \(one.name)")
        }
        if kind.columns.count != known.columns.count { throw differ("number of columns") }
    }
}

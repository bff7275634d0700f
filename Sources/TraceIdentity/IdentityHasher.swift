public import TraceCore

/// Computes the three identities of a trace while its events pass.
///
/// Events are hashed as rows of words, each once. A text column counts by the bytes of its
/// string and not by the string's number, which depends on what else the trace holds.
public struct IdentityHasher {
    private let schema: EventSchema
    /// What the hasher needs to know of a kind, without references to count.
    private struct Rule {
        /// The role's number, or `noKind`.
        var role: UInt8
        /// A bit for each column that holds texts.
        var texts: UInt64
        /// Columns.
        var width: Int

        static let noKind: UInt8 = 255
    }

    // By number of the kind.
    private let rules: [Rule]

    // By number of the role; what notes hash to is in no identity.
    private var rows = [RowHasher](repeating: RowHasher(), count: Role.allCases.count)
    // By number of the string: the first 64 bits of the SHA-256 of its bytes.
    private var standIns: [UInt64] = [IdentityHasher.standIn("")]
    private var initialSnapshot = [UInt8](repeating: 0, count: 32)
    private var snapshots = Digest()
    private var snapshotCount: UInt64 = 0

    /// The name of the snapshot that belongs to the input.
    public static let initialSnapshotName = "initial"

    /// Makes the hasher of a trace with this schema.
    ///
    /// Programmer error: a kind with more than 64 columns.
    ///
    /// - Complexity: O(schema).
    public init(schema: EventSchema) {
        self.schema = schema
        let largest = Int(schema.kinds.last?.id.rawValue ?? 0)
        var rules = [Rule](
            repeating: Rule(role: Rule.noKind, texts: 0, width: 0), count: largest + 1)
        for kind in schema.kinds {
            precondition(kind.columns.count <= 64, "a kind has at most 64 columns")
            var texts: UInt64 = 0
            for (position, column) in kind.columns.enumerated() where column.type == .text {
                texts |= 1 << UInt64(position)
            }
            rules[Int(kind.id.rawValue)] = Rule(
                role: kind.role.rawValue, texts: texts, width: kind.columns.count)
        }
        self.rules = rules
    }

    /// Takes the next string of the table; number 0, the empty string, is there from the start.
    ///
    /// - Complexity: O(text).
    public mutating func addString(_ text: String) {
        standIns.append(Self.standIn(text))
    }

    /// Takes a snapshot.
    ///
    /// - Complexity: O(bytes).
    public mutating func addSnapshot(name: String, _ bytes: [UInt8]) {
        var sum = SnapshotSum()
        sum.add(bytes)
        addSnapshot(name: name, sum)
    }

    /// Takes a snapshot that was summed up piece by piece.
    public mutating func addSnapshot(name: String, _ snapshot: SnapshotSum) {
        let sum = snapshot.digest.finalize()
        if name == Self.initialSnapshotName { initialSnapshot = sum }
        snapshots.update(name)
        snapshots.update(sum)
        snapshotCount += 1
    }

    /// Takes an event, or returns `false` when a text column has a number that no string has.
    public mutating func add(_ header: EventHeader, _ values: Span<Int64>) -> Bool {
        let number = Int(header.kind.rawValue)
        precondition(number < rules.count, "an event's kind is in the schema")
        let rule = rules[number]
        precondition(rule.role != Rule.noKind, "an event's kind is in the schema")
        guard RowHasher.areKnown(rule.texts, values, standIns.count) else { return false }
        rows[Int(rule.role)].add(
            header, values, isOrdered: rule.role != Role.input.rawValue, texts: rule.texts,
            standIns)
        return true
    }

    /// Takes the events of a block.
    ///
    /// - Parameters:
    ///   - cells: For each event its sequence number, its time, its section above 32 bits with its
    ///     CPU, the distance to its cause or 0, and its values.
    ///   - sections: Kind and domain of the events by number of the section.
    /// - Returns: Whether every value of a text column is the number of a string.
    /// - Complexity: O(cells).
    public mutating func add(
        _ cells: Span<Int64>, sections: [(kind: KindID, domain: Int32)]
    ) -> Bool {
        let found = sections.map { rules[Int($0.kind.rawValue)] }
        for role in Role.allCases where found.contains(where: { $0.role == role.rawValue }) {
            let chosen = zip(sections, found).map { section, rule in
                RowHasher.Section(
                    kind: section.kind, domain: section.domain, width: rule.width,
                    texts: rule.texts, counts: rule.role == role.rawValue)
            }
            let areKnown =
                rows[Int(role.rawValue)].add(cells, chosen, isOrdered: role != .input, standIns)
            guard areKnown else { return false }
        }
        return true
    }

    /// The identities of what has passed so far.
    ///
    /// - Parameters:
    ///   - parameters: The trace's parameters, in any order.
    /// - Complexity: O(schema + parameters).
    public func ids(parameters: [(key: String, value: String)]) -> TraceIDs {
        let sorted = parameters.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        let inputHash = rows[Int(Role.input.rawValue)].finalize()
        let outcomeHash = rows[Int(Role.derived.rawValue)].finalize()

        var input = Digest()
        input.update("ktls-trace input 1")
        SchemaBytes.add(schema, roles: [.input], to: &input)
        Self.add(sorted.filter { Self.starts($0.key, "scenario.") }, to: &input)
        input.update(initialSnapshot)
        input.update(inputHash)

        var outcome = Digest()
        outcome.update("ktls-trace outcome 1")
        SchemaBytes.add(schema, roles: [.derived], to: &outcome)
        outcome.update(outcomeHash)

        var content = Digest()
        content.update("ktls-trace content 1")
        SchemaBytes.add(schema, roles: Role.allCases, to: &content)
        Self.add(sorted.filter { Self.isContent($0.key) }, to: &content)
        content.update(inputHash)
        content.update(outcomeHash)
        content.update(rows[Int(Role.sample.rawValue)].finalize())
        content.update(snapshotCount)
        content.update(snapshots.finalize())

        return TraceIDs(
            input: TraceID(bytes: input.finalize()), outcome: TraceID(bytes: outcome.finalize()),
            content: TraceID(bytes: content.finalize()))
    }

    private static func isContent(_ key: String) -> Bool {
        key == "source" || ["scenario.", "model.", "host."].contains { starts(key, $0) }
    }

    private static func starts(_ key: String, _ prefix: String) -> Bool {
        key.utf8.starts(with: prefix.utf8)
    }

    private static func add(
        _ pairs: [(key: String, value: String)], to digest: inout Digest
    ) {
        digest.update(UInt64(pairs.count))
        for pair in pairs {
            digest.update(pair.key)
            digest.update(pair.value)
        }
    }

    private static func standIn(_ text: String) -> UInt64 {
        Digest.of(Array(text.utf8)).prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}

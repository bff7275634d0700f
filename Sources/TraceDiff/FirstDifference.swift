public import TraceCore

/// Where two traces first differ, event by event.
public struct FirstDifference: Sendable {
    /// Which events were compared.
    public enum Scope: Sendable, Equatable {
        /// All but notes.
        case events
        /// Inputs only, because they are not the same.
        case inputs
    }

    /// One side's event, with what it takes to read it.
    public struct Side: Sendable {
        /// The event; `nil` where the trace has no more.
        public let event: Event?
        /// The trace's schema.
        public let schema: EventSchema
        /// The trace's strings.
        public let strings: [String]

        /// Makes a side.
        public init(event: Event?, schema: EventSchema, strings: [String]) {
            self.event = event
            self.schema = schema
            self.strings = strings
        }
    }

    /// Which events were compared.
    public let scope: Scope
    /// Equal events before it.
    public let equalEvents: UInt64
    /// The event on the left; both sides are `nil` when no event differs.
    public let left: Side
    /// The event on the right.
    public let right: Side
    /// The last equal events before it, as they are on the left, oldest first.
    public let context: [Event]

    /// When it is, in nanoseconds since the start; `nil` where no event differs.
    public var timeNs: Int64? {
        [left.event, right.event].compactMap { $0?.header.timeNs }.min()
    }
}

/// Compares the events of two traces one after the other.
///
/// Kind, time, domain, CPU and columns count, texts as texts; sequence numbers, causes, notes and
/// the digest of the state, which the policy's settings are part of, do not. Ask which events are
/// to be compared, then `compare` each pair.
public struct DifferenceFinder: Sendable {
    /// Equal events that are kept to show what was before.
    public static let contextEvents = 4

    /// What is known of a kind, by its number.
    private struct Rule: Sendable {
        /// A number that the kind has on both sides; negative for one that the other side lacks.
        var shared: Int
        var counts: Bool
        var texts: [Int]
        var digest: Int?
    }

    /// What does not count because the traces were made in different ways.
    public struct Leniency: OptionSet, Sendable {
        /// The bits.
        public let rawValue: Int

        /// Makes a set.
        public init(rawValue: Int) { self.rawValue = rawValue }

        /// Derived events of the data lane: the traces were not recorded in the same detail.
        public static let services = Leniency(rawValue: 1)
        /// Counters: another policy has counters of other names.
        public static let counters = Leniency(rawValue: 2)
    }

    private let scope: FirstDifference.Scope
    private let schemas: (left: EventSchema, right: EventSchema)
    private let leftRules: [Rule]
    private let rightRules: [Rule]
    private var equalEvents: UInt64 = 0
    private var recent: [Event] = []

    /// Makes a finder.
    ///
    /// - Complexity: O(kinds squared).
    public init(
        _ scope: FirstDifference.Scope, left: EventSchema, right: EventSchema,
        leniency: Leniency = []
    ) {
        self.scope = scope
        schemas = (left, right)
        let isCounted: (EventKind) -> Bool = { kind in
            if scope == .inputs { return kind.role == .input }
            if leniency.contains(.services), kind.lane == .data, kind.role == .derived {
                return false
            }
            if leniency.contains(.counters), kind.meaning == "counter" { return false }
            return kind.role != .note
        }
        leftRules = Self.rules(left, isCounted) { kind in
            right.kind(named: kind.name)?.columns == kind.columns ? Int(kind.id.rawValue) : -1
        }
        rightRules = Self.rules(right, isCounted) { kind in
            guard let other = left.kind(named: kind.name), other.columns == kind.columns else {
                return -2
            }
            return Int(other.id.rawValue)
        }
    }

    private static func rules(
        _ schema: EventSchema, _ counts: (EventKind) -> Bool, _ shared: (EventKind) -> Int
    ) -> [Rule] {
        let last = Int(schema.kinds.last?.id.rawValue ?? 0)
        return (0...last).map { number in
            guard let kind = schema.kind(KindID(rawValue: UInt16(number))) else {
                return Rule(shared: -1, counts: false, texts: [], digest: nil)
            }
            let texts = kind.columns.indices.filter { kind.columns[$0].type == .text }
            return Rule(
                shared: shared(kind), counts: counts(kind), texts: texts,
                digest: kind.meaning == "sample" ? kind.columnIndex("state_digest") : nil)
        }
    }

    /// Whether a kind of the left trace is to be compared.
    public func countsOnLeft(_ kind: KindID) -> Bool { leftRules[Int(kind.rawValue)].counts }

    /// Whether a kind of the right trace is to be compared.
    public func countsOnRight(_ kind: KindID) -> Bool { rightRules[Int(kind.rawValue)].counts }

    /// Takes the next event of both sides that counts; `nil` where a side has no more.
    ///
    /// - Returns: whether they are equal, so that the next ones are to be compared.
    public mutating func compare(
        _ left: Event?, _ leftStrings: [String], _ right: Event?, _ rightStrings: [String]
    ) -> Bool {
        guard let left, let right, isEqual(left, leftStrings, right, rightStrings) else {
            return false
        }
        equalEvents += 1
        if recent.count == Self.contextEvents { recent.removeFirst() }
        recent.append(left)
        return true
    }

    private func isEqual(
        _ left: Event, _ leftStrings: [String], _ right: Event, _ rightStrings: [String]
    ) -> Bool {
        let rule = leftRules[Int(left.header.kind.rawValue)]
        guard rule.shared == rightRules[Int(right.header.kind.rawValue)].shared,
            left.header.timeNs == right.header.timeNs,
            left.header.domain == right.header.domain, left.header.cpu == right.header.cpu,
            left.values.count == right.values.count
        else { return false }
        if left.values == right.values, rule.texts.isEmpty { return true }
        return left.values.indices.allSatisfy { column in
            let (one, other) = (left.values[column], right.values[column])
            guard rule.texts.contains(column) else { return one == other || column == rule.digest }
            guard leftStrings.indices.contains(Int(one)),
                rightStrings.indices.contains(Int(other))
            else { return false }
            return leftStrings[Int(one)] == rightStrings[Int(other)]
        }
    }

    /// What was found, with the events that were not equal.
    public func difference(
        _ left: Event?, _ leftStrings: [String], _ right: Event?, _ rightStrings: [String]
    ) -> FirstDifference {
        FirstDifference(
            scope: scope, equalEvents: equalEvents,
            left: FirstDifference.Side(event: left, schema: schemas.left, strings: leftStrings),
            right: FirstDifference.Side(event: right, schema: schemas.right, strings: rightStrings),
            context: recent)
    }
}

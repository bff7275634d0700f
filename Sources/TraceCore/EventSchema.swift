/// The number of an event kind within one schema.
public struct KindID: RawRepresentable, Hashable, Sendable, Comparable {
    /// The number; 0 is never a kind.
    public let rawValue: UInt16

    /// Makes the identifier with this number.
    @inlinable
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Orders kinds by number.
    public static func < (left: KindID, right: KindID) -> Bool { left.rawValue < right.rawValue }
}

/// How frequent a kind is, and so in which part of a block its events are stored.
public enum Lane: UInt8, Sendable, CaseIterable {
    /// Rare events: failures, wakeups, threads, batches, waits, samples.
    case control = 0
    /// Frequent events: requests, background demand, hits.
    case data = 1
}

/// What an event is to a replay.
public enum Role: UInt8, Sendable, CaseIterable {
    /// Needed to replay; never depends on what a policy did.
    case input = 0
    /// Recomputed by a replay.
    case derived = 1
    /// State read at an instant; recomputed by a replay.
    case sample = 2
    /// Naming and commentary, outside every identity.
    case note = 3
}

/// The unit of a column's numbers.
public enum Unit: UInt8, Sendable, CaseIterable {
    case none = 0
    case nanoseconds = 1
    case pages = 2
    case bytes = 3
    case count = 4
    case ticks = 5
    case order = 6
    case identifier = 7

    /// The short text written into dumps and schemas.
    public var symbol: String {
        switch self {
        case .none: ""
        case .nanoseconds: "ns"
        case .pages: "pages"
        case .bytes: "bytes"
        case .count: "count"
        case .ticks: "ticks"
        case .order: "order"
        case .identifier: "id"
        }
    }
}

/// How the 64 bits of a column's value are read.
public enum ColumnType: Hashable, Sendable {
    /// A signed integer.
    case integer
    /// 0 or 1.
    case flag
    /// 64 unsigned bits, shown in hexadecimal.
    case bits
    /// An index into the list of labels.
    case label([String])
    /// An index into the trace's string table.
    case text
}

/// One named column of an event kind.
public struct Column: Hashable, Sendable {
    /// The column's name, unique within its kind.
    public let name: String
    /// How its values are read.
    public let type: ColumnType
    /// The unit of its numbers.
    public let unit: Unit

    /// Makes a column.
    public init(_ name: String, _ type: ColumnType = .integer, unit: Unit = .none) {
        self.name = name
        self.type = type
        self.unit = unit
    }
}

/// One kind of event: its name, place, role, meaning and columns.
///
/// `meaning` is what analyses bind to: the name of the standard kind that this kind stands for, so
/// a home-made log can name its kinds as it likes. It is empty where no analysis applies.
public struct EventKind: Hashable, Sendable {
    /// The number used in event headers.
    public let id: KindID
    /// The name used in dumps and filters.
    public let name: String
    /// Where its events are stored.
    public let lane: Lane
    /// What its events are to a replay.
    public let role: Role
    /// The standard kind it stands for.
    public let meaning: String
    /// The columns, in the order of an event's values.
    public let columns: [Column]

    /// Makes a kind; `meaning` defaults to the name.
    public init(
        id: UInt16, _ name: String, _ lane: Lane, _ role: Role, meaning: String? = nil,
        _ columns: [Column]
    ) {
        self.id = KindID(rawValue: id)
        self.name = name
        self.lane = lane
        self.role = role
        self.meaning = meaning ?? name
        self.columns = columns
    }

    /// The position of a column, or `nil` where the kind has none of that name.
    ///
    /// - Complexity: O(columns).
    public func columnIndex(_ name: String) -> Int? {
        columns.firstIndex { $0.name == name }
    }
}

/// A set of event kinds, in ascending order of their numbers.
public struct EventSchema: Hashable, Sendable {
    /// The kinds, ascending by number.
    public let kinds: [EventKind]
    /// Position in `kinds` by number, -1 where there is no such kind.
    private let positions: [Int]

    /// Makes a schema, or returns `nil` when two kinds share a number or a name, a kind has the
    /// number 0, or two columns of a kind share a name.
    public init?(kinds: [EventKind]) {
        let sorted = kinds.sorted { $0.id < $1.id }
        var positions = [Int](repeating: -1, count: Int(sorted.last?.id.rawValue ?? 0) + 1)
        for (position, kind) in sorted.enumerated() {
            let id = Int(kind.id.rawValue)
            guard id != 0, positions[id] < 0 else { return nil }
            guard Set(kind.columns.map(\.name)).count == kind.columns.count else { return nil }
            positions[id] = position
        }
        guard Set(sorted.map(\.name)).count == sorted.count else { return nil }
        self.kinds = sorted
        self.positions = positions
    }

    /// The kind with a number, or `nil`.
    ///
    /// - Complexity: O(1).
    public func kind(_ id: KindID) -> EventKind? {
        let raw = Int(id.rawValue)
        guard raw < positions.count, positions[raw] >= 0 else { return nil }
        return kinds[positions[raw]]
    }

    /// The kind with a name, or `nil`.
    ///
    /// - Complexity: O(kinds).
    public func kind(named name: String) -> EventKind? {
        kinds.first { $0.name == name }
    }
}

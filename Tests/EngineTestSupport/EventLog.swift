public import TraceCore

/// An event whose values can be asked for by the names of its columns.
public struct LoggedEvent: CustomStringConvertible, Sendable {
    /// Header and values.
    public let event: Event
    /// Its kind in the standard schema.
    public let kind: EventKind
    private let strings: [String]

    init(_ event: Event, strings: [String]) {
        guard let kind = StandardSchema.schema.kind(event.header.kind) else {
            preconditionFailure("kind \(event.header.kind.rawValue) is not a standard one")
        }
        precondition(
            event.values.count == kind.columns.count,
            "an event of kind \(kind.name) has \(event.values.count) values")
        self.event = event
        self.kind = kind
        self.strings = strings
    }

    /// Its number.
    public var sequence: UInt64 { event.header.sequence }
    /// Its time in nanoseconds since the start.
    public var timeNs: Int64 { event.header.timeNs }
    /// Its domain, -1 for none.
    public var domain: Int { Int(event.header.domain) }
    /// Its CPU, -1 for none.
    public var cpu: Int { Int(event.header.cpu) }
    /// The number of the event that led to it, or 0.
    public var cause: UInt64 { event.header.cause }

    /// The value of a column.
    ///
    /// Programmer error: the kind has no such column.
    public subscript(column: String) -> Int64 { event.values[index(column)] }

    /// The text that a text or label column stands for.
    ///
    /// Programmer error: the kind has no such column, or the value is not one of its texts.
    public func text(_ column: String) -> String {
        let index = index(column)
        let value = Int(event.values[index])
        switch kind.columns[index].type {
        case .text: return strings[value]
        case .label(let labels): return labels[value]
        case .integer, .flag, .bits: preconditionFailure("\(column) is a number")
        }
    }

    /// One line: number, time, kind, place, cause and all columns.
    public var description: String {
        let columns = zip(kind.columns, event.values).map { column, value in
            "\(column.name)=\(value)"
        }
        return "\(sequence) t=\(timeNs) \(kind.name) domain=\(domain) cpu=\(cpu) cause=\(cause) "
            + columns.joined(separator: " ")
    }

    private func index(_ column: String) -> Int {
        guard let index = kind.columnIndex(column) else {
            preconditionFailure("\(kind.name) has no column \(column)")
        }
        return index
    }
}

/// What a run of an engine has recorded.
public struct EventLog: Sendable {
    /// The events in their order.
    public var events: [Event] = []
    /// The strings they refer to.
    public var strings: [String] = []

    /// Makes a log.
    public init(events: [Event] = [], strings: [String] = []) {
        self.events = events
        self.strings = strings
    }

    /// All events with their columns by name.
    ///
    /// - Complexity: O(events).
    public var all: [LoggedEvent] { events.map { LoggedEvent($0, strings: strings) } }

    /// The events of some kinds.
    ///
    /// - Complexity: O(events).
    public func all(_ kinds: KindID...) -> [LoggedEvent] {
        events.filter { kinds.contains($0.header.kind) }.map { LoggedEvent($0, strings: strings) }
    }

    /// How many events a kind has.
    ///
    /// - Complexity: O(events).
    public func count(_ kind: KindID) -> Int {
        events.reduce(0) { $0 + ($1.header.kind == kind ? 1 : 0) }
    }

    /// The events of a role.
    ///
    /// - Complexity: O(events).
    public func events(_ role: Role) -> [Event] {
        events.filter { StandardSchema.schema.kind($0.header.kind)?.role == role }
    }

    /// The event with a number, or `nil`.
    ///
    /// - Complexity: O(events).
    public func event(numbered sequence: UInt64) -> LoggedEvent? {
        events.first { $0.header.sequence == sequence }.map { LoggedEvent($0, strings: strings) }
    }
}

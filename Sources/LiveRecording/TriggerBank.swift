public import TraceCore

/// Triggers bound to the kinds of a schema: looks at every event and tells what fires.
public struct TriggerBank {
    /// The triggers, in the order they were given.
    public let triggers: [DumpTrigger]
    private var watches: [Watch] = []
    /// Positions in `watches` by the number of the kind; empty for most.
    private var byKind: [[Int]]

    private enum Test {
        case rate(RateCounter)
        case value(column: Int, isUnknown: Bool, DumpTrigger.Comparison, Int64)
    }

    private struct Watch {
        var trigger: Int
        var test: Test
    }

    /// Binds triggers to a schema.
    ///
    /// - Throws: `LiveError` where a trigger does not fit it.
    public init(_ triggers: [DumpTrigger], schema: EventSchema) throws(LiveError) {
        self.triggers = triggers
        byKind = Array(repeating: [], count: Int(schema.kinds.last?.id.rawValue ?? 0) + 1)
        for (number, trigger) in triggers.enumerated() {
            switch trigger {
            case .exit: continue
            case .rate(let name, let count, let windowNs):
                let kind = try Self.kind(name, schema)
                let counter = RateCounter(count: count, windowNs: windowNs)
                add(Watch(trigger: number, test: .rate(counter)), kind)
            case .condition(let name, let column, let comparison, let operand):
                let kind = try Self.kind(name, schema)
                let test = try Self.test(kind, column, comparison, operand)
                add(Watch(trigger: number, test: test), kind)
            }
        }
    }

    /// Takes an event.
    ///
    /// - Returns: The position of the first trigger that it fires, or `nil`.
    /// - Complexity: O(triggers of the kind).
    public mutating func consume(_ header: EventHeader, _ values: Span<Int64>) -> Int? {
        let kind = Int(header.kind.rawValue)
        guard kind < byKind.count, !byKind[kind].isEmpty else { return nil }
        var fired: Int?
        // All of them: each has to count.
        for position in byKind[kind] where look(position, header, values) {
            if fired == nil { fired = watches[position].trigger }
        }
        return fired
    }

    private mutating func look(
        _ position: Int, _ header: EventHeader, _ values: Span<Int64>
    ) -> Bool {
        switch watches[position].test {
        case .rate(var counter):
            // Taken out while it changes, so that its times are not copied.
            watches[position].test = .value(column: 0, isUnknown: false, .equal, 0)
            let isOver = counter.add(header.timeNs)
            watches[position].test = .rate(counter)
            return isOver
        case .value(let column, let isUnknown, let comparison, let operand):
            let value = values[column]
            if isUnknown, value == -1 { return false }
            return comparison.holds(value, operand)
        }
    }

    private mutating func add(_ watch: Watch, _ kind: EventKind) {
        byKind[Int(kind.id.rawValue)].append(watches.count)
        watches.append(watch)
    }

    private static func kind(_ name: String, _ schema: EventSchema) throws(LiveError) -> EventKind {
        guard let kind = schema.kind(named: name) else { throw .unknownKind(name) }
        return kind
    }

    private static func test(
        _ kind: EventKind, _ name: String, _ comparison: DumpTrigger.Comparison,
        _ operand: DumpTrigger.Operand
    ) throws(LiveError) -> Test {
        guard let position = kind.columnIndex(name) else {
            throw .unknownColumn(kind: kind.name, column: name)
        }
        let column = kind.columns[position]
        switch (column.type, operand) {
        case (.text, _): throw .textColumn(kind: kind.name, column: name)
        case (.label(let labels), .label(let label)):
            guard let number = labels.firstIndex(of: label),
                comparison == .equal || comparison == .notEqual
            else { throw .notALabel(kind: kind.name, column: name, value: label) }
            return .value(column: position, isUnknown: false, comparison, Int64(number))
        case (.label, .number(let number)):
            throw .notALabel(kind: kind.name, column: name, value: "\(number)")
        case (_, .label(let label)):
            throw .notANumber(kind: kind.name, column: name, value: label)
        case (_, .number(let number)):
            // -1 stands for "not known" in numbers that have a unit.
            let isUnknown = column.type == .integer && column.unit != .none
            return .value(column: position, isUnknown: isUnknown, comparison, number)
        }
    }
}

/// Tells when there were more than so many events within so long.
struct RateCounter {
    private let count: Int
    private let windowNs: Int64
    /// The times of the last events, at most `count`; the oldest is at `next` once it is full.
    private var timesNs: [Int64] = []
    private var next = 0

    init(count: Int, windowNs: Int64) {
        self.count = count
        self.windowNs = windowNs
    }

    /// Takes an event.
    ///
    /// - Returns: Whether this is one too many; then the counting starts anew.
    /// - Complexity: O(1), amortized.
    mutating func add(_ timeNs: Int64) -> Bool {
        guard count > 0 else { return true }
        guard timesNs.count == count else {
            timesNs.append(timeNs)
            return false
        }
        let (distanceNs, overflow) = timeNs.subtractingReportingOverflow(timesNs[next])
        if !overflow, distanceNs < windowNs {
            timesNs.removeAll(keepingCapacity: true)
            next = 0
            return true
        }
        timesNs[next] = timeNs
        next = next + 1 == count ? 0 : next + 1
        return false
    }
}

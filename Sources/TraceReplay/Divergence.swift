public import TraceCore

/// Where a replay first differs from its recording.
public struct Divergence: Equatable, Sendable {
    /// The recorded event, or `nil` when the recording has no more.
    public let recorded: Event?
    /// The engine's event in its place, or `nil` when the engine has none.
    public let replayed: Event?
    /// The strings the engine's event refers to.
    public let replayedStrings: [String]
    /// The last equal events before, oldest first.
    public let context: [Event]
    /// The fields in which the two events differ; empty where one is missing.
    public let differences: [FieldDifference]
    /// When samples last agreed, in nanoseconds since the start; `nil` before the first one.
    public let lastEqualSampleNs: Int64?
}

/// A field of two events of one place that has not the same value in both.
public struct FieldDifference: Equatable, Sendable {
    /// The column's name, or that of a part of the header.
    public let name: String
    /// The unit of numbers.
    public let unit: Unit
    /// What was recorded.
    public let recorded: FieldValue
    /// What the engine has.
    public let replayed: FieldValue
}

/// The value of a field, as its schema reads it.
public enum FieldValue: Equatable, Sendable, CustomStringConvertible {
    /// A number.
    case integer(Int64)
    /// A text, a label, or bits in hexadecimal.
    case text(String)

    /// The value of a column.
    init(_ value: Int64, _ type: ColumnType, _ strings: [String]) {
        self =
            switch type {
            case .integer, .flag: .integer(value)
            case .bits: .text("0x" + String(UInt64(bitPattern: value), radix: 16))
            case .label(let labels):
                labels.indices.contains(Int(value)) ? .text(labels[Int(value)]) : .integer(value)
            case .text:
                strings.indices.contains(Int(value)) ? .text(strings[Int(value)]) : .integer(value)
            }
    }

    /// The value in words or digits.
    public var description: String {
        switch self {
        case .integer(let number): String(number)
        case .text(let text): text
        }
    }
}

extension FieldDifference {
    /// The fields in which two events differ; of different kinds only the header is compared.
    static func all(
        _ recorded: Event, _ recordedStrings: [String], _ replayed: Event,
        _ replayedStrings: [String], _ schema: EventSchema
    ) -> [FieldDifference] {
        var result = header(recorded.header, replayed.header, schema)
        guard recorded.header.kind == replayed.header.kind,
            let kind = schema.kind(recorded.header.kind)
        else { return result }
        for (position, column) in kind.columns.enumerated()
        where position < min(recorded.values.count, replayed.values.count) {
            let old = FieldValue(recorded.values[position], column.type, recordedStrings)
            let new = FieldValue(replayed.values[position], column.type, replayedStrings)
            if old != new {
                result.append(
                    FieldDifference(
                        name: column.name, unit: column.unit, recorded: old, replayed: new))
            }
        }
        return result
    }

    private static func header(
        _ recorded: EventHeader, _ replayed: EventHeader, _ schema: EventSchema
    ) -> [FieldDifference] {
        func name(_ kind: KindID) -> FieldValue {
            .text(schema.kind(kind)?.name ?? "kind \(kind.rawValue)")
        }
        let fields: [(String, Unit, FieldValue, FieldValue)] = [
            ("kind", .none, name(recorded.kind), name(replayed.kind)),
            ("time", .nanoseconds, .integer(recorded.timeNs), .integer(replayed.timeNs)),
            ("domain", .none, .integer(Int64(recorded.domain)), .integer(Int64(replayed.domain))),
            ("cpu", .none, .integer(Int64(recorded.cpu)), .integer(Int64(replayed.cpu))),
            (
                "sequence", .none, .integer(Int64(bitPattern: recorded.sequence)),
                .integer(Int64(bitPattern: replayed.sequence))
            ),
            (
                "cause", .none, .integer(Int64(bitPattern: recorded.cause)),
                .integer(Int64(bitPattern: replayed.cause))
            ),
        ]
        return fields.filter { $0.2 != $0.3 }.map {
            FieldDifference(name: $0.0, unit: $0.1, recorded: $0.2, replayed: $0.3)
        }
    }
}

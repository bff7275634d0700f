public import TraceCore

/// A line of a table that is no event, but says what the events of a trace do not.
///
/// In NDJSON it is an object with one key, in CSV a comment with such an object.
public enum TableDirective: Equatable, Sendable {
    /// What a trace says of itself; the first line.
    case preamble(TablePreamble)
    /// A piece of a snapshot.
    case snapshot(SnapshotPiece)
    /// Lost events.
    case loss(TableLoss)
    /// More notes.
    case notes([TextPair])
    /// That the table is whole; the last line.
    case end(TableEnd)
}

/// What a trace says of itself before its first event.
public struct TablePreamble: Equatable, Sendable {
    /// The version of the preamble's keys.
    public static let version: Int64 = 1

    /// All kinds of the trace.
    public var schema: EventSchema
    /// Its settings.
    public var parameters: [TextPair]
    /// What belongs to no identity.
    public var notes: [TextPair]
    /// Whether only some of the trace's events are in the table.
    public var isPart: Bool

    /// Makes a preamble.
    public init(
        schema: EventSchema, parameters: [TextPair], notes: [TextPair] = [], isPart: Bool = false
    ) {
        self.schema = schema
        self.parameters = parameters
        self.notes = notes
        self.isPart = isPart
    }
}

/// A piece of a snapshot, compressed by whoever makes the table.
public struct SnapshotPiece: Equatable, Sendable {
    /// The snapshot's name.
    public var name: String
    /// Length of the whole snapshot in bytes.
    public var totalBytes: Int64
    /// Where the piece starts in it, in bytes.
    public var offset: Int64
    /// Length of the piece in bytes.
    public var rawBytes: Int64
    /// The piece as a zstd frame.
    public var frame: [UInt8]

    /// Makes a piece.
    public init(
        name: String, totalBytes: Int64, offset: Int64, rawBytes: Int64, frame: [UInt8]
    ) {
        self.name = name
        self.totalBytes = totalBytes
        self.offset = offset
        self.rawBytes = rawBytes
        self.frame = frame
    }
}

/// Events that happened and could not be recorded.
public struct TableLoss: Equatable, Sendable {
    /// The kind's number, 0 where it is not known.
    public var kind: UInt16
    /// Start of the interval, ns since the start of the trace.
    public var beginNs: Int64
    /// End of the interval, ns since the start of the trace.
    public var endNs: Int64
    /// How many events.
    public var count: UInt64

    /// Makes a record; an interval does not end before it begins.
    public init(kind: UInt16, beginNs: Int64, endNs: Int64, count: UInt64) {
        self.kind = kind
        self.beginNs = beginNs
        self.endNs = endNs
        self.count = count
    }
}

/// What a whole table ends with.
public struct TableEnd: Equatable, Sendable {
    /// How many events it has.
    public var events: UInt64
    /// The identities of the trace in hexadecimal; empty where the table has only a part of it.
    public var inputID: String
    /// See `inputID`.
    public var outcomeID: String
    /// See `inputID`.
    public var contentID: String

    /// Makes an end.
    public init(
        events: UInt64, inputID: String = "", outcomeID: String = "", contentID: String = ""
    ) {
        self.events = events
        self.inputID = inputID
        self.outcomeID = outcomeID
        self.contentID = contentID
    }
}

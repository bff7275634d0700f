public import TraceCore

/// What a block holds, told by its first bytes.
public struct BlockSummary: Hashable, Sendable {
    /// Sequence number of the first event.
    public var firstSequence: UInt64
    /// Sequence number of the last event.
    public var lastSequence: UInt64
    /// Time of the first event in nanoseconds.
    public var timeMinNs: Int64
    /// Time of the last event in nanoseconds.
    public var timeMaxNs: Int64
    /// Events in the control lane.
    public var controlEvents: Int
    /// Events in the data lane.
    public var dataEvents: Int
    /// Bit `number % 64` for each kind that occurs: a block without a kind's bit has none of it.
    public var kindMask: UInt64
    /// The lowest domain of an event.
    public var domainMin: Int32
    /// The highest domain of an event.
    public var domainMax: Int32

    /// Whether the block may have events of a kind.
    public func mayHave(_ kind: KindID) -> Bool { kindMask & Self.mask(kind.rawValue) != 0 }

    static func mask(_ kind: UInt16) -> UInt64 { 1 << UInt64(kind % 64) }

    /// Events in both lanes.
    public var eventCount: Int { controlEvents + dataEvents }
}

/// Where the parts of a block's body are.
enum BlockLayout {
    /// Length of the fixed part of the body in bytes.
    static let fixedByteCount = 84

    /// Offsets of the fixed part's fields in bytes, for the documentation's test.
    static let fieldOffsets = [
        "first sequence": 0, "last sequence": 8, "time min": 16, "time max": 24,
        "control events": 32, "data events": 36, "kind mask": 40, "domain min": 48,
        "domain max": 52, "control directory length": 56, "data directory length": 60,
        "control raw length": 64, "data raw length": 68, "control stored length": 72,
        "data stored length": 76, "head checksum": 80, "directories": 84,
    ]

    /// Offset of the head's checksum in the body in bytes.
    static let checksumOffset = 80
}

/// How the values of a column were turned into unsigned numbers.
enum ColumnTransform: UInt8 {
    /// Every value is the base.
    case constant = 0
    /// The value less the base.
    case offset = 1
    /// The zigzag of the difference from the value before; the base stands before the first.
    case delta = 2
    /// Sequence numbers of the data lane only: all those of the block that the control lane lacks.
    case complement = 3
    /// The place of each value in the list of those that another section named before.
    case recency = 4
    /// The value combined with that of the event which the section's key refers to.
    case linked = 5
}

/// Where a plane's bytes are.
enum PlaneStorage: UInt8 {
    /// Every byte is the one in the directory.
    case constant = 0
    /// In the record, as they are.
    case raw = 1
    /// In a frame of their own after the record.
    case frame = 2
    /// In the lane's shared stream.
    case shared = 3
}

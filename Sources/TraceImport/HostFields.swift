import TraceCore

/// The fields of one event, whether it is a line of text or a record of a ring buffer.
///
/// The bytes of the event are handed in with every call, because they belong to whoever reads them.
protocol HostFields {
    associatedtype Text: HostText

    /// The number behind a key, or `nil` where there is none.
    mutating func integer(_ key: FieldKey, in bytes: Span<UInt8>) -> Int64?
    /// The text behind a key, or `nil` where there is none.
    mutating func text(_ key: FieldKey, in bytes: Span<UInt8>) -> Text?
    /// Whether an allocation returned no page; `nil` where the event does not tell.
    mutating func hasNoPage(in bytes: Span<UInt8>) -> Bool?
    /// Both sides of a `sched_switch`.
    func contextSwitch(in bytes: Span<UInt8>) -> ContextSwitch<Text>?
    /// The task that a `sched_waking` is about.
    func wokenTask(in bytes: Span<UInt8>) -> SwitchedTask?
}

/// A text of an event, not looked at yet.
protocol HostText {
    func string(in bytes: Span<UInt8>) -> String
    func firstByte(in bytes: Span<UInt8>) -> UInt8?
    /// The number of the text.
    func number(in bytes: Span<UInt8>, _ cache: inout TextCache) -> Int64
}

/// A text that stands in a line.
struct LineText: HostText {
    let range: Range<Int>

    func string(in line: Span<UInt8>) -> String { lineText(line, range) }

    func firstByte(in line: Span<UInt8>) -> UInt8? {
        range.isEmpty ? nil : line[range.lowerBound]
    }

    func number(in line: Span<UInt8>, _ cache: inout TextCache) -> Int64 {
        cache.number(line, range)
    }
}

/// The name of a field that is read.
struct FieldKey {
    /// The name, for lines.
    let literal: Literal
    /// Its place among all keys, for records.
    let slot: Int

    private init(_ slot: Int) {
        literal = Literal(Self.names[slot])
        self.slot = slot
    }

    /// All names, as the kernel prints them.
    static let names = [
        "page", "pfn", "order", "gfp_flags", "alloc_order", "fallback_order", "alloc_migratetype",
        "fallback_migratetype", "nid", "node", "mode", "status", "nr_migrated", "nr_failed",
        "nr_scanned", "nr_reclaimed", "usec_delayed", "usect_delayed", "reason", "mono", "real",
        "prev_state",
    ]

    static let page = FieldKey(0)
    static let pageFrame = FieldKey(1)
    static let order = FieldKey(2)
    static let gfpFlags = FieldKey(3)
    static let allocOrder = FieldKey(4)
    static let fallbackOrder = FieldKey(5)
    static let allocType = FieldKey(6)
    static let fallbackType = FieldKey(7)
    static let nid = FieldKey(8)
    static let node = FieldKey(9)
    static let mode = FieldKey(10)
    static let status = FieldKey(11)
    static let migrated = FieldKey(12)
    static let failed = FieldKey(13)
    static let scanned = FieldKey(14)
    static let reclaimed = FieldKey(15)
    static let delayed = FieldKey(16)
    /// How kernels up to at least 6.18 spell the field above.
    static let delayedMisspelt = FieldKey(17)
    static let reason = FieldKey(18)
    static let mono = FieldKey(19)
    static let real = FieldKey(20)
    static let previousState = FieldKey(21)
}

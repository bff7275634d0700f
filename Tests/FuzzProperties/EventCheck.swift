public import TraceCore

/// Checks events against what every sink is promised, and sums them up.
///
/// Two sequences of events have equal sums only where they are the same, but for chance. Texts
/// count by their bytes, so the numbers of strings do not matter.
public struct EventCheck: Sendable {
    /// The first promise that was broken, or `nil`.
    public private(set) var failure: BrokenProperty?
    /// Events so far.
    public private(set) var count = 0
    /// The sum of all events so far.
    public private(set) var sum: UInt64 = 0
    /// The sums of each lane's events so far.
    public private(set) var laneSums: [UInt64] = [0, 0]
    /// Whether a text column had a number that no string has.
    public private(set) var hasStrayText = false

    private let schema: EventSchema
    private var lastSequence: UInt64 = 0
    private var lastTimeNs = Int64.min
    private var textSums: [UInt64] = []

    /// Makes the check of a trace with this schema.
    public init(schema: EventSchema) { self.schema = schema }

    /// Takes the string table as it is now; strings are only ever added to it.
    ///
    /// - Complexity: O(bytes of the new strings).
    public mutating func take(strings: [String]) {
        for text in strings.dropFirst(textSums.count) {
            textSums.append(text.utf8.reduce(0xcbf2_9ce4_8422_2325) { Self.mixed($0, UInt64($1)) })
        }
    }

    /// Takes an event.
    public mutating func take(_ header: EventHeader, _ values: Span<Int64>) {
        guard let kind = schema.kind(header.kind) else {
            fail("event \(header.sequence) is of kind \(header.kind.rawValue), which is not there")
            return
        }
        if values.count != kind.columns.count {
            fail("event \(header.sequence) has \(values.count) values")
            return
        }
        if header.sequence <= lastSequence { fail("\(header.sequence) follows \(lastSequence)") }
        if header.timeNs < lastTimeNs { fail("time \(header.timeNs) follows \(lastTimeNs)") }
        if header.cause >= header.sequence { fail("\(header.sequence) has cause \(header.cause)") }
        lastSequence = header.sequence
        lastTimeNs = header.timeNs
        count += 1
        add(rowSum(header, kind, values), kind.lane)
    }

    private mutating func rowSum(
        _ header: EventHeader, _ kind: EventKind, _ values: Span<Int64>
    ) -> UInt64 {
        var row = Self.mixed(header.sequence, UInt64(bitPattern: header.timeNs))
        row = Self.mixed(row, UInt64(header.kind.rawValue))
        row = Self.mixed(row, UInt64(UInt32(bitPattern: header.domain)))
        row = Self.mixed(row, UInt64(UInt32(bitPattern: header.cpu)))
        row = Self.mixed(row, header.cause)
        for index in values.indices {
            var word = UInt64(bitPattern: values[index])
            if kind.columns[index].type == .text {
                if word < UInt64(textSums.count) {
                    word = textSums[Int(word)]
                } else {
                    hasStrayText = true
                }
            }
            row = Self.mixed(row, word)
        }
        return row
    }

    private mutating func add(_ row: UInt64, _ lane: Lane) {
        sum = Self.mixed(sum, row)
        laneSums[Int(lane.rawValue)] = Self.mixed(laneSums[Int(lane.rawValue)], row)
    }

    private mutating func fail(_ sentence: String) {
        if failure == nil { failure = BrokenProperty(sentence) }
    }

    private static func mixed(_ sum: UInt64, _ word: UInt64) -> UInt64 {
        var mixed = (sum ^ word) &* 0x9e37_79b9_7f4a_7c15
        mixed ^= mixed >> 32
        return mixed &* 0xd6e8_feb8_6659_fd93 &+ sum
    }
}

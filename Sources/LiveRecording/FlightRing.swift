import TraceStore

/// The last stretch of a recording, as small traces in memory.
///
/// Each segment is a trace of its own, with the strings that it uses, so nothing grows with the
/// length of the recording. Whole segments are let go.
struct FlightRing {
    /// A small trace in memory.
    struct Segment {
        var bytes: [UInt8]
        var events: UInt64
        var blocks: UInt64
        var firstNs: Int64
        var lastNs: Int64
    }

    /// Parts of the ring that are let go at once.
    static let segments = 8

    private(set) var kept: [Segment] = []
    private(set) var bytes = 0
    /// Events and blocks that are in no file.
    private(set) var eventsLetGo: UInt64 = 0
    private(set) var blocksLetGo: UInt64 = 0
    /// Events that earlier dumps hold.
    private(set) var eventsWritten: UInt64 = 0
    private let byteLimit: Int
    private let timeLimitNs: Int64?

    init(_ flight: LivePlan.Flight) {
        // The segment that is being filled is on top.
        byteLimit = flight.ringBytes - flight.ringBytes / Self.segments
        timeLimitNs = flight.ringTimeNs
    }

    var events: UInt64 { kept.reduce(0) { $0 + $1.events } }

    /// Adds what has just ended, and lets go what is too much or too old.
    ///
    /// - Complexity: O(segments).
    mutating func append(_ segment: Segment) {
        kept.append(segment)
        bytes += segment.bytes.count
        while let oldest = kept.first, kept.count > 1, bytes > byteLimit || isOld(oldest, segment) {
            bytes -= oldest.bytes.count
            eventsLetGo += oldest.events
            blocksLetGo += oldest.blocks
            kept.removeFirst()
        }
    }

    private func isOld(_ oldest: Segment, _ newest: Segment) -> Bool {
        guard let timeLimitNs else { return false }
        let (distanceNs, overflow) = newest.lastNs.subtractingReportingOverflow(oldest.lastNs)
        return overflow || distanceNs > timeLimitNs
    }

    /// Forgets what has been written to a file.
    mutating func removeWritten() {
        eventsWritten += events
        kept.removeAll()
        bytes = 0
    }
}

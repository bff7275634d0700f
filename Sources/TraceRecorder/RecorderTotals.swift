public import TraceCore

/// What a recording adds up to: every event that was produced is stored or counted as lost.
public struct RecorderTotals: Equatable, Sendable {
    /// Losses of one kind.
    public struct Loss: Equatable, Sendable {
        /// The kind.
        public var kind: KindID
        /// How many of its events were lost.
        public var count: UInt64
    }

    /// Events handed to the sink.
    public var storedEvents: UInt64
    /// Events that were lost, by kind, ascending.
    public var losses: [Loss]
    /// Events whose time was moved up to that of the event stored before them, because they were
    /// published later than the recorder could wait.
    public var lateEvents: UInt64
    /// The longest of those moves, in nanoseconds.
    public var longestDelayNs: Int64

    /// Events that were lost.
    ///
    /// - Complexity: O(kinds).
    public var lostEvents: UInt64 { losses.reduce(0) { $0 + $1.count } }
}

/// How a recorder works.
public struct RecorderConfiguration: Equatable, Sendable {
    /// What happens to an event when its producer's ring is full. What is lost is counted.
    public enum WhenFull: String, Sendable, CaseIterable {
        /// The new event is lost.
        case dropNewest = "drop-newest"
        /// The oldest events of the ring are lost.
        case dropOldest = "drop-oldest"
        /// The thread waits until there is room; nothing is lost.
        case block
    }

    /// Where times come from.
    public enum Clock: String, Sendable, CaseIterable {
        /// The CPU's counter where it runs at one rate, else CLOCK_MONOTONIC.
        case automatic
        /// CLOCK_MONOTONIC, which takes about twice as long to read.
        case monotonic
    }

    /// What happens when a ring is full.
    public var whenFull = WhenFull.dropNewest
    /// Where times come from.
    public var clock = Clock.automatic
    /// Bytes of each producer's ring, from 1 KiB to 1 GiB, rounded up to a power of two. An event
    /// takes 16 bytes and 8 for each value. The recorder takes the same again to sort.
    public var ringBytes = 4 << 20
    /// How long the drain sleeps while the rings are nearly empty, in nanoseconds.
    public var restNs: UInt32 = 1_000_000
    /// After how long events are handed on to the file even if they fill no block, in nanoseconds;
    /// 0 for never.
    public var flushNs: Int64 = 0

    /// The usual configuration.
    public init() {}
}

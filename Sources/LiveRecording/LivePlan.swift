/// What a live recording becomes on the disk.
public struct LivePlan: Sendable {
    /// What is made of the events.
    public enum Shape: Sendable {
        /// One file.
        case single
        /// File after file.
        case rotating(Rotation)
        /// Files for the last stretch before something happened, and nothing else.
        case flight(Flight)
    }

    /// When the next file begins.
    public struct Rotation: Equatable, Sendable {
        /// A file ends with the block that brings it to so many bytes.
        public var sizeBytes: Int64?
        /// A file ends at the next multiple of so many nanoseconds of the trace's time.
        public var timeNs: Int64?
        /// Whole files to keep: older ones of this recording are removed.
        public var keep: Int?

        /// Makes a rule.
        public init(sizeBytes: Int64? = nil, timeNs: Int64? = nil, keep: Int? = nil) {
            self.sizeBytes = sizeBytes
            self.timeNs = timeNs
            self.keep = keep
        }
    }

    /// What a flight recording keeps, and when it writes that.
    public struct Flight: Sendable {
        /// Most bytes of encoded blocks to keep.
        public var ringBytes: Int
        /// The longest stretch to keep, in nanoseconds of the trace's time.
        public var ringTimeNs: Int64?
        /// What makes it write.
        public var triggers: [DumpTrigger]
        /// How long it goes on before it writes, in nanoseconds of the trace's time.
        public var afterNs: Int64
        /// How long triggers are ignored after a dump, in nanoseconds of the trace's time.
        public var pauseNs: Int64

        /// Makes a rule.
        public init(
            ringBytes: Int, ringTimeNs: Int64? = nil, triggers: [DumpTrigger] = [],
            afterNs: Int64 = 0, pauseNs: Int64 = 0
        ) {
            self.ringBytes = ringBytes
            self.ringTimeNs = ringTimeNs
            self.triggers = triggers
            self.afterNs = afterNs
            self.pauseNs = pauseNs
        }
    }

    /// What is made of the events.
    public var shape: Shape
    /// The longest time in a block in nanoseconds; `nil` leaves it to the number of events.
    public var blockTimeNs: Int64?
    /// zstd level.
    public var compressionLevel: Int
    /// Most events of a block.
    public var blockEvents: Int

    /// Makes a plan.
    public init(
        shape: Shape, blockTimeNs: Int64? = nil, compressionLevel: Int, blockEvents: Int
    ) {
        self.shape = shape
        self.blockTimeNs = blockTimeNs
        self.compressionLevel = compressionLevel
        self.blockEvents = blockEvents
    }
}

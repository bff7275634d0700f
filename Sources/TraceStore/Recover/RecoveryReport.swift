import TraceCore

/// What a recovery kept and what was lost.
public struct RecoveryReport: Equatable, Sendable {
    /// Events that were kept.
    public internal(set) var events: UInt64 = 0
    /// Blocks that were kept.
    public internal(set) var blocks: UInt64 = 0
    /// Bytes that could not be read.
    public internal(set) var lostBytes: Int64 = 0
    /// Events that are known to be lost by it; those that the trace told of itself do not count.
    public internal(set) var lostEvents: UInt64 = 0
    /// Whether no other event can be lost.
    public internal(set) var isLostCountKnown = true
    /// Snapshots that cannot be read.
    public internal(set) var lostSnapshots = 0
    /// Strings that are lost though later ones are there; they became `?` and their number.
    public internal(set) var lostStrings = 0
    /// Texts of events whose string is lost and no later one there; they became the same.
    public internal(set) var lostTexts: UInt64 = 0
    /// Stretches of bytes that could not be read.
    public internal(set) var stretchCount = 0
    /// The first hundred of them.
    public internal(set) var stretches: [SkippedStretch] = []
    /// Whether the trace had a footer.
    public internal(set) var hadFooter = false
    /// Begin of the first gap with an unknown number of events.
    var unknownBeginNs: Int64?

    /// Whether nothing was missing or wrong.
    public var isWhole: Bool {
        hadFooter && stretchCount == 0 && lostSnapshots == 0 && lostTexts == 0 && lostEvents == 0
    }

    mutating func countLost(_ count: UInt64) {
        let (sum, overflow) = lostEvents.addingReportingOverflow(count)
        lostEvents = overflow ? .max : sum
    }

    /// What a recovered trace says of its recovery.
    var notes: [TextPair] {
        [
            TextPair("recover.lost_bytes", String(lostBytes)),
            TextPair(
                "recover.lost_events",
                isLostCountKnown ? String(lostEvents) : "\(lostEvents) or more"),
            TextPair("recover.stretches", String(stretchCount)),
            TextPair("recover.had_footer", hadFooter ? "true" : "false"),
            TextPair("recover.lost_snapshots", String(lostSnapshots)),
            TextPair("recover.lost_strings", String(lostStrings)),
            TextPair("recover.lost_texts", String(lostTexts)),
        ]
    }
}

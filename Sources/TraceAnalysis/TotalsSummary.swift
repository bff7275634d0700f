/// Page reclaim outside batches, by who did it.
public struct PageoutTotals: Hashable, Sendable {
    /// Who did it.
    public var mode: BatchMode
    /// The number of events.
    public var events: UInt64 = 0
    /// Pages looked at.
    public var scannedPages = KnownSum()
    /// Pages freed.
    public var freedPages = KnownSum()
    /// Pages that were short, added up.
    public var shortagePages = KnownSum()
}

/// A counter of the host, or a setting that changed.
public struct CounterRange: Hashable, Sendable {
    /// Its name.
    public var name: String
    /// Its first value in the window.
    public var first: Int64
    /// Its last value in the window.
    public var last: Int64
    /// The number of values.
    public var samples: UInt64
}

/// Time below a level of free pages.
public struct LevelTime: Hashable, Sendable {
    /// The level's name.
    public var level: String
    /// The domain; -1 for none.
    public var domain: Int32
    /// How often the level was reached.
    public var reached: UInt64 = 0
    /// Time below it within the window, ns.
    public var timeNs: Int64 = 0
}

/// The rest: what is only counted.
public struct TotalsSummary: Equatable, Sendable {
    /// Requests for a wakeup by the thread asked for, most frequent first.
    public var wakeRequestsByTarget: [NamedCount] = []
    /// Requests for a wakeup by order, ascending; -1 for unknown.
    public var wakeRequestsByOrder: [NumberCount] = []
    /// Page reclaim, daemon before direct before unknown, where there was any.
    public var pageout: [PageoutTotals] = []
    /// Allocations that took blocks of another type, by order, ascending.
    public var fallbacksByOrder: [NumberCount] = []
    /// Levels of free pages by level and domain, ascending.
    public var levels: [LevelTime] = []
    /// Buffers given back by the zone, by why, ascending.
    public var trimmedBuffers: [NamedCount] = []
    /// Changes of the zone's bucket size.
    public var bucketChanges: UInt64 = 0
    /// Broken reservations by why, most frequent first.
    public var reservationBreaks: [NamedCount] = []
    /// Pages that were populated in them.
    public var populatedPages = KnownSum()
    /// Counters by name, ascending.
    public var counters: [CounterRange] = []
    /// Settings changed in the window by name, ascending: first and last value set.
    public var settings: [CounterRange] = []
}

public import TraceCore

extension EventLog {
    /// The log without one event; the numbers of the others stay.
    public func removing(at place: Int) -> EventLog {
        var other = self
        other.events.remove(at: place)
        return other
    }

    /// The log with one event changed.
    public func changing(at place: Int, _ change: (inout Event) -> Void) -> EventLog {
        var other = self
        change(&other.events[place])
        return other
    }

    /// The log with another event before the one at a place.
    public func inserting(_ event: Event, at place: Int) -> EventLog {
        var other = self
        other.events.insert(event, at: place)
        return other
    }

    /// The first so many events.
    public func prefix(_ count: Int) -> EventLog {
        EventLog(events: Array(events.prefix(count)), strings: strings)
    }

    /// The place of the first event that is not the same in another log of equal strings, or `nil`
    /// when both are equal throughout.
    public func firstDifference(_ other: EventLog) -> Int? {
        precondition(strings == other.strings, "the logs number their strings in the same way")
        let equal = zip(events, other.events).prefix { $0 == $1 }.count
        return equal == events.count && equal == other.events.count ? nil : equal
    }
}

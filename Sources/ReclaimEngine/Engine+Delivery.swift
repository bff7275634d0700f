public import TraceCore

extension Engine {
    /// Hands the events that wait to a sink, and first the strings that they use.
    ///
    /// - Parameter strings: How many of the engine's strings the sink knows; 1 at the start, since
    ///   everybody knows the empty one.
    /// - Complexity: O(events + new strings).
    public mutating func deliver(
        to sink: inout some EventSink & ~Copyable, strings known: inout Int
    ) {
        // The engine numbers strings as a sink does, in the order of their first use.
        for text in strings.strings.dropFirst(known) { _ = sink.intern(text) }
        known = strings.strings.count
        outbox.drain { sink.record($0, $1) }
    }
}

import TraceCore

/// What a recording says of itself: where its times come from and how good they are.
enum RecorderNotes {
    /// Known at the start.
    static func atStart(
        _ reader: ClockReader, _ configuration: RecorderConfiguration
    ) -> [TextPair] {
        let unixNs = Rest.unixNs()
        return [
            TextPair("recorded.unix_seconds", String(unixNs / 1_000_000_000)),
            TextPair("recorder.start_unix_ns", String(unixNs)),
            TextPair("recorder.clock", reader.usesCounter ? "counter" : "monotonic"),
            TextPair("recorder.when_full", configuration.whenFull.rawValue),
            TextPair("recorder.ring_bytes", String(configuration.ringBytes)),
        ]
    }

    /// Known at the end.
    static func atEnd(
        _ clock: TickClock, _ reader: ClockReader, _ totals: RecorderTotals
    ) -> [TextPair] {
        var notes = [
            TextPair("recorder.late_events", String(totals.lateEvents)),
            TextPair("recorder.longest_delay_ns", String(totals.longestDelayNs)),
        ]
        guard reader.usesCounter else { return notes }
        notes += [
            TextPair("recorder.clock_rate", String(clock.current.ticks(ofNs: 1_000_000_000))),
            TextPair("recorder.clock_corrections", String(clock.corrections)),
            TextPair(
                "recorder.clock_largest_correction_ns", String(clock.largestCorrectionNs)),
        ]
        return notes
    }
}

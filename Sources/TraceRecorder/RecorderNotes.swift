import CTimestamp
import TraceCore
import TraceStore

/// What a recording says of itself: where its times come from and how good they are.
enum RecorderNotes {
    /// Known at the start.
    static func atStart(
        _ clock: TickClock, _ reader: ClockReader, _ configuration: RecorderConfiguration
    ) -> [TextPair] {
        // Both clocks now, so that one tells what the other was at time 0.
        let sinceStartNs = Int64(timestamp_monotonic_ns()) - clock.startNs
        let unixNs = Rest.unixNs() - sinceStartNs
        return [
            TextPair("recorded.unix_seconds", String(unixNs / 1_000_000_000)),
            TextPair(TraceMerge.wallStartKey, String(unixNs)),
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

/// The first and the last marker that ties the trace clock to other clocks.
struct SyncMarkers {
    private(set) var first: SyncMarker?
    private(set) var last: SyncMarker?
    private(set) var count = 0

    private static let key = Literal("ktls-trace sync ")
    /// A marker is written right after the clock was read; more than this is another clock.
    private static let writeDelayNsMax: Int64 = 1_000_000_000

    /// Takes in a marker line if it is one of ours: `ktls-trace sync mono=NS real=NS`.
    mutating func read(_ line: Span<UInt8>, bodyStart: Int, timeNs: Int64) {
        var start = bodyStart
        skipSpaces(line, &start)
        guard matches(line, at: start, Self.key) else { return }
        var fields = FieldCursor(bodyStart: start + Self.key.count)
        guard let monoNs = fields.integer(FieldKey.mono, in: line),
            let realNs = fields.integer(FieldKey.real, in: line), monoNs >= 0, realNs >= 0
        else { return }
        let marker = SyncMarker(traceNs: timeNs, monoNs: monoNs, realNs: realNs)
        if first == nil { first = marker }
        last = marker
        count += 1
    }

    /// Whether the trace clock is the monotonic clock: both markers fit it.
    var isMonotonicClock: Bool {
        guard let first, let last else { return false }
        return [first, last].allSatisfy {
            $0.traceNs >= $0.monoNs && $0.traceNs - $0.monoNs < Self.writeDelayNsMax
        }
    }

    /// The wall-clock time of an instant of the trace clock, by the first marker.
    ///
    /// On the monotonic clock this is as exact as the marker's two clock readings; on others the
    /// time it took to write the marker is added.
    func wallNs(atTraceNs timeNs: Int64) -> Int64? {
        guard let first else { return nil }
        let baseNs = isMonotonicClock ? first.monoNs : first.traceNs
        let (wallNs, overflow) = first.realNs.addingReportingOverflow(timeNs - baseNs)
        return overflow ? nil : wallNs
    }
}

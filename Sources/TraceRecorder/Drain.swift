import TraceCore
import TraceFormat
import TraceStore

/// Brings the producers' rows into one order and hands them to the sink.
///
/// **The horizon.** A row may be emitted when no producer can still publish an earlier one. A
/// producer stores a claim, then takes the time, then publishes. The horizon is a time that the
/// drain took at least `visibleNs` before it looks at the claims; in that while a store of another
/// CPU has become visible many times over. So a producer whose claim is not seen takes its next
/// time after the horizon, and needs not be waited for, however long it stays idle. One whose claim
/// is seen without its row is *held*: nothing later than its last row is emitted until it has
/// published, or until waiting would cost rows or has taken `patienceNs`. What comes too late all
/// the same gets the time of the row emitted last, and is counted.
struct Drain<Sink: RecordingSink & ~Copyable>: ~Copyable {
    private static var visibleNs: UInt64 { 50_000 }
    static var patienceNs: UInt64 { 100_000_000 }

    private var sink: Sink
    private let shared: RecorderShared
    private let reader: ClockReader
    private let configuration: RecorderConfiguration
    private var clock: TickClock
    private let visibleTicks: UInt64
    private let patienceTicks: UInt64

    private var lanes: [DrainLane] = []
    private var knownRings = 0
    /// Every row with ticks up to here can be emitted.
    private(set) var horizon: UInt64
    /// The next horizon.
    private var candidate: UInt64
    private var heldSince: UInt64?

    private var emitter: RowEmitter
    private var ledger: LossLedger
    private var quietCheckNs: Int64 = 0
    private var flushedTicks: UInt64

    init(
        sink: consuming Sink, shared: RecorderShared, schema: EventSchema, reader: ClockReader,
        clock: TickClock, configuration: RecorderConfiguration,
        patienceNs: UInt64 = Drain.patienceNs
    ) {
        self.sink = sink
        self.shared = shared
        self.reader = reader
        self.configuration = configuration
        self.clock = clock
        visibleTicks = clock.current.ticks(ofNs: Self.visibleNs)
        patienceTicks = clock.current.ticks(ofNs: patienceNs)
        horizon = clock.current.anchorTicks
        candidate = clock.current.anchorTicks
        flushedTicks = clock.current.anchorTicks
        emitter = RowEmitter(schema: schema, shared: shared)
        let kindLimit = Int(schema.kinds.last?.id.rawValue ?? 0) + 1
        ledger = LossLedger(kindLimit: kindLimit)
        self.sink.addNotes(RecorderNotes.atStart(clock, reader, configuration))
    }

    /// Works until the recorder is told to stop, and completes the recording.
    consuming func run() throws(StoreError) -> RecorderTotals {
        while !shared.isStopping {
            let begin = reader.ticks()
            let isBusy = round()
            if !isBusy {
                Rest.sleep(ns: configuration.restNs)
            } else if reader.ticks() &- begin < visibleTicks {
                // Until the horizon moves there is nothing to emit, and every look at a ring takes
                // its first line away from the producer.
                Rest.sleep(ns: min(UInt32(Self.visibleNs), configuration.restNs))
            }
        }
        return try end()
    }

    /// Emits what can be emitted; true where there is so much to do that no rest should follow.
    ///
    /// - Complexity: O(words in the rings + producers).
    mutating func round() -> Bool {
        let now = reader.ticks()
        // Whoever is admitted later records later than `now`, so later than the horizon.
        if now > candidate, now - candidate >= visibleTicks {
            horizon = candidate
            candidate = now
        }
        admit()
        let isBusy = look(now)
        merge(through: horizon)
        takeLosses()
        lanes.removeAll { $0.isDone }
        clock.pass(horizon)
        if clock.isCorrectionDue(now) { clock.correct(reader.pair()) }
        flushIfDue(now)
        return isBusy
    }

    /// Takes in producers that are new.
    mutating func admit() {
        let rings = shared.rings(since: knownRings)
        knownRings += rings.count
        for ring in rings { lanes.append(DrainLane(ring)) }
    }

    private mutating func look(_ now: UInt64) -> Bool {
        var isBusy = false
        var isPressed = false
        var isHeld = false
        for index in lanes.indices {
            lanes[index].look()
            isBusy = isBusy || lanes[index].isBusy
            isPressed = isPressed || lanes[index].isPressed
            isHeld = isHeld || lanes[index].isHeld
        }
        guard isHeld else {
            heldSince = nil
            return isBusy
        }
        let since = heldSince ?? now
        heldSince = since
        if isPressed || now &- since > patienceTicks {
            for index in lanes.indices { lanes[index].isHeld = false }
        }
        return isBusy
    }

    /// Emits rows in the order of their ticks, up to a bound or to where a held producer stands.
    ///
    /// - Complexity: O(rows × producers) where they take turns row by row.
    mutating func merge(through last: UInt64) {
        var bound = last
        while true {
            var first = -1
            var firstTicks = UInt64.max
            var otherTicks = UInt64.max
            for index in lanes.indices {
                if lanes[index].next == lanes[index].end, !lanes[index].refill() {
                    if lanes[index].isHeld { bound = min(bound, lanes[index].lastTicks) }
                    continue
                }
                let ticks = lanes[index].frontTicks
                if first < 0 || ticks < firstTicks {
                    otherTicks = firstTicks
                    firstTicks = ticks
                    first = index
                } else if ticks < otherTicks {
                    otherTicks = ticks
                }
            }
            guard first >= 0, firstTicks <= bound else { return }
            emitter.emit(
                &lanes[first], through: min(otherTicks, bound), clock: &clock, to: &sink)
        }
    }

    private mutating func takeLosses() {
        for index in lanes.indices {
            for loss in lanes[index].takeLosses() {
                let begin = max(clock.anyTimeNs(loss.beginTicks), 0)
                let ended = ledger.add(
                    kind: loss.kind, count: loss.count, beginNs: begin,
                    endNs: max(clock.anyTimeNs(loss.endTicks), begin))
                if let ended { sink.addLoss(ended) }
            }
        }
        let timeNs = clock.anyTimeNs(candidate)
        guard timeNs - quietCheckNs >= LossLedger.quietNs else { return }
        quietCheckNs = timeNs
        for loss in ledger.takeEnded(beforeNs: timeNs - LossLedger.quietNs) { sink.addLoss(loss) }
    }

    private mutating func flushIfDue(_ now: UInt64) {
        guard configuration.flushNs > 0,
            clock.anyTimeNs(now) - clock.anyTimeNs(flushedTicks) >= configuration.flushNs
        else { return }
        flushedTicks = now
        sink.flush()
    }

    /// Emits everything that was recorded until now, and completes the recording.
    ///
    /// - Throws: The sink's first failure.
    consuming func end() throws(StoreError) -> RecorderTotals {
        admit()
        for index in lanes.indices {
            lanes[index].look()
            lanes[index].stop()
        }
        merge(through: .max)
        takeLosses()
        for loss in ledger.takeEnded(beforeNs: .max) { sink.addLoss(loss) }
        let totals = RecorderTotals(
            storedEvents: emitter.sequence, losses: ledger.losses,
            lateEvents: emitter.lateEvents, longestDelayNs: emitter.longestDelayNs)
        sink.addNotes(RecorderNotes.atEnd(clock, reader, totals))
        try sink.endRecording()
        return totals
    }
}

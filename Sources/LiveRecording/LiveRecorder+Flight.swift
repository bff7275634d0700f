import TraceCore
import TraceFormat
import TraceStore

// The ring, and what makes it a file.
extension LiveRecorder {
    /// Looks whether an event is a reason to write the ring.
    mutating func watch(_ header: EventHeader, _ values: Span<Int64>) {
        guard let fired = bank?.consume(header, values), let trigger = bank?.triggers[fired],
            case .flight(let flight) = plan.shape
        else { return }
        guard dumpReason == nil, header.timeNs >= pauseEndNs else {
            countIgnoredTrigger()
            return
        }
        dumpReason = "\(trigger) at \(header.timeNs) ns, event \(header.sequence)"
        dumpDueNs = Self.sum(header.timeNs, flight.afterNs)
        if flight.afterNs == 0 { dump() } else { updateNextTime() }
    }

    /// Writes the ring at once, because somebody asks for it; does nothing where there is none.
    ///
    /// - Complexity: O(cells of the ring).
    public mutating func dumpNow(reason: String) {
        guard ring != nil, failure == nil else { return }
        if let waiting = dumpReason {
            dumpReason = waiting + "; " + reason
        } else {
            dumpReason = reason
        }
        dump()
    }

    /// What was never written: events in the ring and let go from it.
    public var eventsNotWritten: UInt64 {
        guard let ring else { return 0 }
        return events - ring.eventsWritten
    }

    mutating func finishFlight() {
        guard failure == nil else { return }
        let asksForEnd = bank?.triggers.contains(.exit) ?? false
        if dumpReason != nil {
            dump()
        } else if asksForEnd {
            dumpNow(reason: "exit")
        } else if isPartOpen {
            endPart(endNs: nil)
        }
    }

    /// Writes the ring to the next file, and lets go what it held.
    mutating func dump() {
        guard let reason = dumpReason, case .flight(let flight) = plan.shape else { return }
        dumpReason = nil
        dumpDueNs = .max
        pauseEndNs = Self.sum(lastNs, flight.pauseNs)
        if isPartOpen { endPart(endNs: nil) }
        guard failure == nil, let ring else { return }
        guard ring.events > 0 else {
            notice(.nothingToDump(reason: reason))
            return
        }
        do {
            let totals = try write(ring, reason)
            self.ring?.removeWritten()
            countWholeFile()
            notice(.dumpIsWhole(path: files.current?.path ?? "", reason: reason, totals))
        } catch {
            fail(error)
        }
    }

    private mutating func write(
        _ ring: FlightRing, _ reason: String
    ) throws(StoreError) -> TraceTotals {
        dumps += 1
        var parameters = ParameterList(description.parameters)
        parameters[StretchMarks.dumpKey] = String(dumps)
        // There is no initial state, whatever the first event.
        parameters[TraceDescription.replayRefusedKey] = "it is the last stretch of a recording"
        let eventsBefore = ring.eventsLetGo + ring.eventsWritten
        if eventsBefore > 0, let first = ring.kept.first {
            parameters.set(SliceWindow.beginKey, first.firstNs)
            parameters[StretchMarks.eventsBeforeKey] = String(eventsBefore)
        }
        var writer = try makeWriter(
            try files.openDump(),
            TraceDescription(
                schema: description.schema, parameters: parameters.entries,
                notes: description.notes))
        for segment in ring.kept { try Self.copy(segment, to: &writer) }
        return try writer.finish(notes: [
            TextPair("dump.reason", reason),
            TextPair("dump.events_let_go", String(ring.eventsLetGo)),
            TextPair("dump.blocks_let_go", String(ring.blocksLetGo)),
            TextPair("dump.events_in_earlier_dumps", String(ring.eventsWritten)),
            TextPair(StretchMarks.endKey, String(lastNs)),
        ])
    }

    private static func copy(
        _ segment: FlightRing.Segment, to writer: inout PartWriter
    ) throws(StoreError) {
        let reader = try TraceReader(source: MemorySource(segment.bytes, path: "the ring"))
        try writer.copy(reader)
        if case .damaged(let error, _) = reader.completeness {
            throw .format(error, path: "the ring")
        }
        if let failure = writer.failure { throw failure }
    }
}

import TraceCore
import TraceFormat
public import TraceStore

// From one file, or segment of the ring, to the next.
extension LiveRecorder {
    /// What a part says of itself.
    static func partDescription(
        _ description: TraceDescription, number: Int, beginNs: Int64?, eventsBefore: UInt64
    ) -> TraceDescription {
        var parameters = ParameterList(description.parameters)
        parameters[StretchMarks.partKey] = String(number)
        // The first part begins where the recording does.
        if let beginNs {
            parameters.set(SliceWindow.beginKey, beginNs)
            parameters[StretchMarks.eventsBeforeKey] = String(eventsBefore)
            parameters[TraceDescription.replayRefusedKey] = "it is part \(number) of a recording"
        }
        return TraceDescription(
            schema: description.schema, parameters: parameters.entries, notes: description.notes)
    }

    /// Begins the next part with its first event.
    ///
    /// - Returns: Whether that went well.
    mutating func openPart(_ timeNs: Int64) -> Bool {
        do {
            if ring != nil {
                let memory = MemorySink()
                self.memory = memory
                part = try makeWriter(memory, description)
            } else {
                partNumber += 1
                let description = Self.partDescription(
                    description, number: partNumber, beginNs: partBeginNs,
                    eventsBefore: eventsBefore)
                part = try makeWriter(try files.openPart(partNumber), description)
            }
            isPartOpen = true
            setPartEnd(after: timeNs)
            updateNextTime()
            return true
        } catch {
            fail(error)
            return false
        }
    }

    func makeWriter(
        _ sink: some ByteSink, _ description: TraceDescription
    ) throws(StoreError) -> PartWriter {
        try PartWriter(
            sink: sink, description: description, compressionLevel: plan.compressionLevel,
            blockEvents: plan.blockEvents)
    }

    /// Ends the part that is open.
    ///
    /// - Parameter endNs: Where it ends, to be noted; `nil` where the description says it.
    mutating func endPart(endNs: Int64?, notes: [TextPair] = []) {
        isPartOpen = false
        partEndNs = .max
        do {
            if ring != nil {
                try keepSegment()
            } else {
                var notes = notes
                if let endNs { notes.append(TextPair(StretchMarks.endKey, String(endNs))) }
                let totals = try part.finish(notes: notes)
                partBeginNs = endNs
                eventsBefore += totals.events
                wholePart(totals)
            }
        } catch {
            fail(error)
        }
        updateNextTime()
    }

    private mutating func wholePart(_ totals: TraceTotals) {
        guard let current = files.current else { return }
        countWholeFile()
        if case .rotating(let rotation) = plan.shape { files.currentIsWhole(keep: rotation.keep) }
        notice(.partIsWhole(path: current.path, number: partNumber, totals))
    }

    private mutating func keepSegment() throws(StoreError) {
        let totals = try part.finish(notes: [])
        guard let memory, totals.events > 0 || totals.lostEvents > 0 else { return }
        ring?.append(
            FlightRing.Segment(
                bytes: memory.bytes, events: totals.events, blocks: totals.blocks,
                firstNs: totals.timeMinNs, lastNs: totals.events > 0 ? totals.timeMaxNs : lastNs))
        self.memory = nil
    }
}

/// What a live recording tells while it goes on.
public enum LiveNotice: Equatable, Sendable {
    /// A file of a rotation, or the only file, is whole.
    case partIsWhole(path: String, number: Int, TraceTotals)
    /// The last stretch is written.
    case dumpIsWhole(path: String, reason: String, TraceTotals)
    /// A dump was asked for, and there is nothing that is not in an earlier one.
    case nothingToDump(reason: String)
}

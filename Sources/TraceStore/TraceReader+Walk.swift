import TraceCore
import TraceFormat

// From record to record.
extension TraceReader {
    /// Reads records up to the next block or the end.
    func walkToBlock() throws(StoreError) {
        while completeness == nil, !state.hasBlock {
            switch try input.readHead() {
            case .end: endOfData(ignoredBytes: 0)
            case .cut(let bytes): endOfData(ignoredBytes: bytes)
            case .damaged(let error): damage(error)
            case .record(let head): try take(head)
            }
        }
    }

    /// Passes over the current block.
    func leaveBlock() {
        state.hasBlock = false
        input.advance()
    }

    /// Ends reading because of what stands at the current record.
    func damage(_ error: FormatError) {
        state.hasBlock = false
        completeness = .damaged(error, offset: input.offset)
    }

    /// Ends reading because no whole record follows.
    func endOfData(ignoredBytes: Int64) {
        state.hasBlock = false
        guard state.probedFooter != nil else {
            completeness = .incomplete(ignoredBytes: ignoredBytes)
            return
        }
        // A file that ends with its footer was not cut; a length in it must be wrong.
        damage(
            .truncated(
                field: "record", offset: input.offset, needed: ignoredBytes + 1,
                available: ignoredBytes))
    }

    private func take(_ head: RecordHead) throws(StoreError) {
        // A summary says nothing that the events do not say.
        guard let type = RecordType(rawValue: head.type), type != .summary else {
            try takeUnknown(head)
            return
        }
        guard state.indexOffset == nil || type == .index || type == .footer || type == .note else {
            damage(.misplacedRecord(type: head.type, offset: input.offset))
            return
        }
        if type == .block {
            try takeBlock(head)
            return
        }
        if let bytes = try input.load(Int(head.recordBytes)) {
            endOfData(ignoredBytes: bytes)
            return
        }
        let body: RecordBody
        do {
            body = try RecordBody(record: input.bytes, head: head, fileOffset: input.offset)
        } catch {
            damage(error)
            return
        }
        switch type {
        case .snapshot: try takeSnapshot(head, body)
        case .footer: try takeFooter(body)
        default: takeSmall(type, body)
        }
    }

    /// Takes a record that needs no more input.
    private func takeSmall(_ type: RecordType, _ body: RecordBody) {
        do {
            try decode(type, body)
            input.advance()
        } catch {
            damage(error)
        }
    }

    private func decode(_ type: RecordType, _ body: RecordBody) throws(FormatError) {
        switch type {
        case .note: try takeNotes(body)
        case .strings: try takeStrings(body)
        case .loss:
            try Self.check("losses", losses.count + 1, FormatLimits.losses, body.offset)
            let loss = try LossRecord(body: body)
            losses.append(loss)
            let (sum, overflow) = state.found.lostEvents.addingReportingOverflow(loss.count)
            state.found.lostEvents = overflow ? .max : sum
        case .index: try takeIndex(body)
        case .header, .schema, .parameters, .snapshot, .block, .summary, .footer:
            throw .misplacedRecord(type: type.rawValue, offset: input.offset)
        }
    }

    private func takeStrings(_ body: RecordBody) throws(FormatError) {
        do {
            try StringsRecord.decode(body, into: &strings, tableBytes: &state.stringBytes)
        } catch {
            // Behind damage the record before this one may be missing, and with it its strings.
            guard state.isResumed, case .mismatch(_, _, let first, let next) = error,
                first > next, first < UInt64(FormatLimits.strings)
            else { throw error }
            for number in next..<first {
                strings.append("?\(number)")
                state.stringBytes += 6
                state.missingStrings += 1
            }
            try StringsRecord.decode(body, into: &strings, tableBytes: &state.stringBytes)
        }
    }

    private func takeNotes(_ body: RecordBody) throws(FormatError) {
        let notes = try PairsRecord.decodeNotes(body)
        state.noteBytes += notes.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        let count = description.notes.count + notes.count
        try Self.check("notes", count, FormatLimits.pairs, body.offset)
        try Self.check("notes", state.noteBytes, FormatLimits.recordBodyBytes, body.offset)
        description.notes += notes
    }

    static func check(
        _ field: String, _ value: Int, _ limit: Int, _ offset: Int64
    ) throws(FormatError) {
        guard value <= limit else {
            throw .limit(
                field: field, offset: offset, value: UInt64(value), limit: UInt64(limit))
        }
    }

    private func takeIndex(_ body: RecordBody) throws(FormatError) {
        for entry in try IndexRecord.decode(body) {
            state.foundIndex = entry.checksum(continuing: state.foundIndex)
            state.foundIndexEntries += 1
        }
        if state.indexOffset == nil { state.indexOffset = input.offset }
    }

    private func takeFooter(_ body: RecordBody) throws(StoreError) {
        do {
            let footer = try FooterRecord(body: body)
            if !state.isResumed { try check(footer, body.offset) }
            state.hasFooter = true
            input.advance()
            totals = TraceTotals(footer, fileBytes: input.offset)
        } catch {
            damage(error)
            return
        }
        var count: Int64 = 0
        switch try input.readHead() {
        case .end:
            completeness = .complete
            return
        case .cut(let bytes): count = bytes
        case .record, .damaged: count = Int64(RecordHead.byteCount)
        }
        if let length = input.source.length { count = length - input.offset }
        damage(.trailingBytes(offset: input.offset, count: count))
    }

    /// Compares a footer with what was found before it.
    private func check(_ footer: FooterRecord, _ offset: Int64) throws(FormatError) {
        let found = state.found
        let indexOffset = UInt64(state.indexOffset ?? input.offset)
        let pairs: [(String, UInt64, UInt64)] = [
            ("control events", footer.controlEvents, found.controlEvents),
            ("data events", footer.dataEvents, found.dataEvents),
            ("blocks", footer.blocks, found.blocks),
            ("index offset", footer.indexOffset, indexOffset),
            ("strings", footer.strings, UInt64(strings.count)),
            ("lost events", footer.lostEvents, found.lostEvents),
            ("snapshots", footer.snapshots, UInt64(snapshots.count)),
            (
                "time min", UInt64(bitPattern: footer.timeMinNs),
                UInt64(bitPattern: found.timeMinNs)
            ),
            (
                "time max", UInt64(bitPattern: footer.timeMaxNs),
                UInt64(bitPattern: found.timeMaxNs)
            ),
            ("index entries", state.foundIndexEntries, found.blocks),
            ("index", UInt64(state.foundIndex), UInt64(state.expectedIndex)),
        ]
        for (field, stored, expected) in pairs where stored != expected {
            throw .mismatch(field: field, offset: offset, found: stored, expected: expected)
        }
    }

    /// Steps over a record of a type this code does not know, if that is allowed.
    private func takeUnknown(_ head: RecordHead) throws(StoreError) {
        switch try input.verifyUnknown(head) {
        case .damaged(let error): damage(error)
        case .cut(let bytes): endOfData(ignoredBytes: bytes)
        case .end: preconditionFailure("a record whose head was read has bytes")
        case .record:
            guard head.isSkippable else {
                damage(.unknownRecord(type: head.type, offset: input.offset))
                return
            }
            input.advance()
        }
    }
}

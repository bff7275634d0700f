import TraceCore

/// Compaction passes, by kcompactd and by threads that need a block themselves.
extension HostEventMapper {
    private static let orders: ClosedRange<Int64> = -1...63
    private static let unbatched = "mm_compaction_migratepages/unbatched"

    /// `mm_compaction_begin`: one pass over one zone.
    ///
    /// A begin without an end before the next one is left without `batch_end`.
    mutating func compactionBegin(
        _ line: MappedLine<some HostFields>, _ bytes: Span<UInt8>
    ) -> Bool {
        let position = runningThread(line)
        releaseUnfinished(position, line.moment)
        let reclaim = reclaimThread(position, line)
        let isDaemon = reclaim?.family == .kcompactd
        let clock = table.threads[position].clock.read(line.timeNs)
        let thread = table.threads[position]
        let values: [8 of Int64] = [
            Int64(thread.pid), isDaemon ? BatchMode.daemon : BatchMode.direct,
            texts.number(.compaction), thread.compactionOrder, -1, -1, -1, -1,
        ]
        let sequence = emitter.emit(
            .batchBegin, line.moment, domain: domain(nil, reclaim),
            cause: isDaemon ? thread.lastRun : 0, values)
        table.threads[position].compaction = OpenBatch(sequence: sequence, clockAtBegin: clock)
        return true
    }

    /// `mm_compaction_end`; without a begin the sums are unknown and the cause is 0.
    mutating func compactionEnd(_ line: MappedLine<some HostFields>, _ bytes: Span<UInt8>) -> Bool {
        var fields = line.fields
        let mode = fields.text(FieldKey.mode, in: bytes)
        guard let status = fields.text(FieldKey.status, in: bytes) else { return false }
        let position = runningThread(line)
        let reclaim = reclaimThread(position, line)
        let batch = table.threads[position].compaction
        let isOpen = batch.isOpen
        let cpuNs = cpuNs(position, since: batch.clockAtBegin, line.timeNs)
        let isDaemon = reclaim?.family == .kcompactd
        let result =
            "\(mode?.string(in: bytes) ?? "")/\(status.string(in: bytes))"
        let values: [19 of Int64] = [
            Int64(table.threads[position].pid), isDaemon ? BatchMode.daemon : BatchMode.direct,
            texts.number(.compaction), texts.number(result), -1, -1, -1, -1, -1, -1,
            isOpen && known.moved ? batch.movedPages : -1, -1, -1, 0,
            isOpen && known.scanned ? batch.scannedPages : -1, -1, isOpen ? cpuNs : -1,
            isOpen && known.moved ? batch.failedMoves : -1, -1,
        ]
        emitter.emit(
            .batchEnd, line.moment, domain: domain(nil, reclaim), cause: batch.sequence, values)
        table.threads[position].compaction = OpenBatch()
        return true
    }

    /// `mm_compaction_migratepages`: adds to the open pass, or to a counter of its own.
    mutating func migratePages(_ line: MappedLine<some HostFields>, _ bytes: Span<UInt8>) -> Bool {
        var fields = line.fields
        guard let moved = fields.integer(FieldKey.migrated, in: bytes),
            let failed = fields.integer(FieldKey.failed, in: bytes)
        else { return false }
        let position = runningThread(line)
        guard table.threads[position].compaction.isOpen else {
            let isDaemon = reclaimThread(position, line)?.family == .kcompactd
            countUnbatched(
                position, moved: moved, failed: failed, isDaemon: isDaemon, line.moment)
            return true
        }
        table.threads[position].compaction.movedPages &+= moved
        table.threads[position].compaction.failedMoves &+= failed
        return true
    }

    /// `mm_compaction_isolate_*pages`: what the two scanners of a pass looked at.
    mutating func isolatePages(_ line: MappedLine<some HostFields>, _ bytes: Span<UInt8>) -> Bool {
        var fields = line.fields
        guard let scanned = fields.integer(FieldKey.scanned, in: bytes) else { return false }
        guard let position = table.find(line.pid) else { return true }
        table.threads[position].compaction.scannedPages &+= scanned
        return true
    }

    /// A call for direct compaction; the order holds for the passes that follow in the thread.
    mutating func tryToCompact(_ line: MappedLine<some HostFields>, _ bytes: Span<UInt8>) -> Bool {
        var fields = line.fields
        guard let order = fields.integer(FieldKey.order, in: bytes) else { return false }
        let position = runningThread(line)
        table.threads[position].compactionOrder = order
        addToCounter(
            Tracepoint.tryToCompact.rawValue, 1, line.moment, domain: domain())
        return true
    }

    /// kcompactd starts on a request; passes it makes on its own initiative have no such event.
    mutating func kcompactdWake(_ line: MappedLine<some HostFields>, _ bytes: Span<UInt8>) -> Bool {
        var fields = line.fields
        let node = fields.integer(FieldKey.nid, in: bytes)
        // The order becomes part of a counter's name, so there must not be any number of them.
        guard let order = fields.integer(FieldKey.order, in: bytes), Self.orders.contains(order)
        else { return false }
        let position = runningThread(line)
        table.threads[position].compactionOrder = order
        addToCounter(
            "\(Tracepoint.kcompactdWake.rawValue)/order=\(order)", 1, line.moment,
            domain: domain(node))
        return true
    }

    mutating func kcompactdSleep(
        _ line: MappedLine<some HostFields>, _ bytes: Span<UInt8>
    ) -> Bool {
        let position = runningThread(line)
        table.threads[position].compactionOrder = -1
        threadSleep(position, line, bytes)
        return true
    }

    /// The three tracepoints around deferred compaction become `batch_deferred`.
    mutating func deferral(
        _ line: MappedLine<some HostFields>, _ bytes: Span<UInt8>, _ reason: FixedText
    ) -> Bool {
        var fields = line.fields
        let node = fields.integer(FieldKey.node, in: bytes)
        guard let order = fields.integer(FieldKey.order, in: bytes) else { return false }
        let position = runningThread(line)
        let values: [3 of Int64] = [
            Int64(table.threads[position].pid), order, texts.number(reason),
        ]
        emitter.emit(.batchDeferred, line.moment, domain: domain(node), values)
        return true
    }

    /// Moves what unfinished passes have done to the counters, so that totals stay exact.
    ///
    /// - Complexity: O(n log n) in the number of threads.
    mutating func releaseAllUnfinished(timeNs: Int64) {
        let open = table.threads.indices.filter { table.threads[$0].compaction.isOpen }
        let moment = Moment(timeNs: timeNs, cpu: EventHeader.none)
        for position in open.sorted(by: { table.threads[$0].pid < table.threads[$1].pid }) {
            releaseUnfinished(position, moment)
        }
    }

    private mutating func releaseUnfinished(_ position: Int, _ moment: Moment) {
        let batch = table.threads[position].compaction
        table.threads[position].compaction = OpenBatch()
        guard batch.isOpen, batch.movedPages != 0 || batch.failedMoves != 0 else { return }
        let thread = table.threads[position]
        let reclaim = thread.reclaim ?? ReclaimThread(thread.notedName)
        countUnbatched(
            position, moved: batch.movedPages, failed: batch.failedMoves,
            isDaemon: reclaim?.family == .kcompactd, moment)
    }

    private mutating func countUnbatched(
        _ position: Int, moved: Int64, failed: Int64, isDaemon: Bool, _ moment: Moment
    ) {
        let name = "\(Self.unbatched)/\(isDaemon ? "daemon" : "direct")"
        let domain = domain(nil, table.threads[position].reclaim)
        addToCounter("\(name)/migrated", moved, moment, domain: domain)
        addToCounter("\(name)/failed", failed, moment, domain: domain)
    }
}

import TraceCore

/// Page reclaim: rounds of kswapd, direct reclaim, the inactive list and throttling.
extension HostEventMapper {
    /// A round of kswapd begins, and with it the one before ends.
    mutating func kswapdWake(_ line: MappedLine<some HostFields>, _ bytes: Span<UInt8>) -> Bool {
        var fields = line.fields
        let node = fields.integer(FieldKey.nid, in: bytes)
        guard let order = fields.integer(FieldKey.order, in: bytes) else { return false }
        let position = runningThread(line)
        let domain = domain(node)
        endKswapdRound(position, .nextRound, line, domain: domain)
        let clock = table.threads[position].clock.read(line.timeNs)
        let thread = table.threads[position]
        let values: [8 of Int64] = [
            Int64(thread.pid), BatchMode.daemon, texts.number(.kswapd), order, -1, -1,
            -1, -1,
        ]
        let sequence = emitter.emit(
            .batchBegin, line.moment, domain: domain, cause: thread.lastRun, values)
        table.threads[position].kswapd = OpenBatch(sequence: sequence, clockAtBegin: clock)
        return true
    }

    /// kswapd goes to sleep for good.
    ///
    /// Its short naps between rounds are not traced.
    mutating func kswapdSleep(_ line: MappedLine<some HostFields>, _ bytes: Span<UInt8>) -> Bool {
        var fields = line.fields
        let domain = domain(fields.integer(FieldKey.nid, in: bytes))
        let position = runningThread(line)
        endKswapdRound(position, .sleep, line, domain: domain)
        threadSleep(position, line, bytes)
        return true
    }

    private mutating func endKswapdRound(
        _ position: Int, _ result: FixedText, _ line: MappedLine<some HostFields>, domain: Int32
    ) {
        let batch = table.threads[position].kswapd
        guard batch.isOpen else { return }
        let cpuNs = cpuNs(position, since: batch.clockAtBegin, line.timeNs)
        let values: [19 of Int64] = [
            Int64(table.threads[position].pid), BatchMode.daemon,
            texts.number(.kswapd), texts.number(result), -1, -1, -1, -1, -1, -1, 0, -1,
            -1, known.reclaimed ? batch.freedPages : -1,
            known.reclaimed ? batch.scannedPages : -1, -1, cpuNs, 0, -1,
        ]
        emitter.emit(
            .batchEnd, line.moment, domain: domain, cause: batch.sequence, values)
        table.threads[position].kswapd = OpenBatch()
    }

    /// Emits `thread_sleep` for a reclaim thread that reports it has nothing left to do.
    mutating func threadSleep(
        _ position: Int, _ line: MappedLine<some HostFields>, _ bytes: Span<UInt8>
    ) {
        var fields = line.fields
        let node = fields.integer(FieldKey.nid, in: bytes)
        let values: [2 of Int64] = [Int64(table.threads[position].pid), -1]
        emitter.emit(
            .threadSleep, line.moment, domain: domain(node, reclaimThread(position, line)),
            cause: table.threads[position].lastRun, values)
    }

    /// A thread that needs memory starts to reclaim itself.
    mutating func directReclaimBegin(
        _ line: MappedLine<some HostFields>, _ bytes: Span<UInt8>
    ) -> Bool {
        var fields = line.fields
        guard let order = fields.integer(FieldKey.order, in: bytes) else { return false }
        let position = runningThread(line)
        let clock = table.threads[position].clock.read(line.timeNs)
        let values: [8 of Int64] = [
            Int64(table.threads[position].pid), BatchMode.direct, texts.number(.directReclaim),
            order, -1, -1, -1, -1,
        ]
        let sequence = emitter.emit(
            .batchBegin, line.moment, domain: domain(), values)
        table.threads[position].directReclaim = OpenBatch(
            sequence: sequence, clockAtBegin: clock)
        return true
    }

    /// The end of a direct reclaim; without a begin the scanned pages are unknown.
    mutating func directReclaimEnd(
        _ line: MappedLine<some HostFields>, _ bytes: Span<UInt8>
    ) -> Bool {
        var fields = line.fields
        guard let freed = fields.integer(FieldKey.reclaimed, in: bytes) else { return false }
        let position = runningThread(line)
        let batch = table.threads[position].directReclaim
        let isOpen = batch.isOpen
        let cpuNs = cpuNs(position, since: batch.clockAtBegin, line.timeNs)
        let values: [19 of Int64] = [
            Int64(table.threads[position].pid), BatchMode.direct, texts.number(.directReclaim),
            texts.number(freed > 0 ? .reclaimed : .nothing), -1, -1, -1, -1, -1, -1, 0, -1, -1,
            freed, isOpen && known.reclaimed ? batch.scannedPages : -1, -1, isOpen ? cpuNs : -1, 0,
            -1,
        ]
        emitter.emit(
            .batchEnd, line.moment, domain: domain(), cause: batch.sequence, values)
        table.threads[position].directReclaim = OpenBatch()
        return true
    }

    /// `mm_vmscan_lru_shrink_inactive` becomes `pageout`.
    mutating func shrinkInactive(
        _ line: MappedLine<some HostFields>, _ bytes: Span<UInt8>
    ) -> Bool {
        var fields = line.fields
        let node = fields.integer(FieldKey.nid, in: bytes)
        guard let scanned = fields.integer(FieldKey.scanned, in: bytes),
            let freed = fields.integer(FieldKey.reclaimed, in: bytes)
        else { return false }
        let position = runningThread(line)
        let isDaemon = reclaimThread(position, line)?.family == .kswapd
        let cause: UInt64
        if table.threads[position].directReclaim.isOpen {
            table.threads[position].directReclaim.scannedPages &+= scanned
            cause = table.threads[position].directReclaim.sequence
        } else {
            // kswapd's round, or no batch at all: then the sums go nowhere and the cause is 0.
            table.threads[position].kswapd.scannedPages &+= scanned
            table.threads[position].kswapd.freedPages &+= freed
            cause = table.threads[position].kswapd.sequence
        }
        let values: [6 of Int64] = [
            Int64(table.threads[position].pid), isDaemon ? BatchMode.daemon : BatchMode.direct,
            -1, -1, scanned, freed,
        ]
        emitter.emit(
            .pageout, line.moment, domain: domain(node), cause: cause, values)
        return true
    }

    /// `mm_vmscan_throttled` becomes one `wait_end`: the kernel reports the wait when it is over,
    /// with its length, so there is no `wait_begin`.
    mutating func throttled(_ line: MappedLine<some HostFields>, _ bytes: Span<UInt8>) -> Bool {
        var fields = line.fields
        let node = fields.integer(FieldKey.nid, in: bytes)
        guard
            let delayedUs = fields.integer(FieldKey.delayed, in: bytes)
                ?? fields.integer(FieldKey.delayedMisspelt, in: bytes),
            delayedUs >= 0, delayedUs <= Int64.max / 1000
        else { return false }
        let reason = fields.text(FieldKey.reason, in: bytes)
        let position = runningThread(line)
        let values: [5 of Int64] = [
            Int64(table.threads[position].pid), -1, -1, texts.number(bytes, reason),
            delayedUs * 1000,
        ]
        emitter.emit(
            .waitEnd, line.moment, domain: domain(node),
            cause: table.threads[position].directReclaim.sequence, values)
        return true
    }
}

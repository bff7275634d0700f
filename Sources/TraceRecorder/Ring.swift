import CTimestamp

/// One producer's ring: rows of 64-bit words, written by one thread and emptied by the drain.
///
/// Who may do what, and why it is right:
///
/// - The producer alone moves `head` up, with a releasing store after the row's words; the drain
///   loads it acquiring before it reads them.
/// - `tail` moves up when words are no longer needed. Without `drop-oldest` only the drain moves
///   it, after reading; the producer loads it acquiring before it writes over them.
/// - With `drop-oldest` the producer moves it too, over whole rows, each by an exchange. The drain
///   copies the words first and then claims them by an exchange. Where the producer was faster, the
///   copy's begin was overwritten, and just that part is left out: what lies after the tail that
///   the successful exchange found was not touched, because the producer writes over words only
///   after it has moved the tail past them, and that it could do only after this exchange.
/// - Losses are counted by the producer alone, whatever the policy. It stores an interval first and
///   the count releasing; the drain loads the count acquiring.
///
/// It is `Sendable` because everything that changes is an atomic cell.
final class Ring: Sendable {
    let cells: RingCells
    /// Words of the ring: a power of two.
    let capacityWords: Int
    /// The cell of the ring's first word.
    let words: Int
    /// Entries of the table of kinds.
    let kindLimit: Int
    let whenFull: RecorderConfiguration.WhenFull
    let clock: ClockReader
    /// Ticks before which the producer has recorded nothing.
    let createdTicks: UInt64
    let losses: Int

    /// Makes an empty ring.
    ///
    /// - Parameters:
    ///   - capacityWords: A power of two, at least the longest row.
    ///   - kinds: By number, the cells of the table of kinds.
    /// - Complexity: O(cells).
    init(
        capacityWords: Int, kinds: [UInt64], whenFull: RecorderConfiguration.WhenFull,
        clock: ClockReader, cpu: Int16 = -1, createdTicks: UInt64? = nil
    ) {
        let longest = kinds.map { RingLayout.width($0) }.max() ?? 0
        precondition(
            capacityWords >= RingLayout.rowHeadWords + longest
                && capacityWords & (capacityWords - 1) == 0,
            "a ring is a power of two and holds its longest row")
        self.capacityWords = capacityWords
        self.whenFull = whenFull
        self.clock = clock
        kindLimit = kinds.count
        losses = RingLayout.afterLine(RingLayout.kinds + kinds.count)
        words = RingLayout.afterLine(losses + kinds.count * RingLayout.lossCells)
        cells = RingCells.allocate(words + capacityWords)
        for (number, cell) in kinds.enumerated() { cells.store(RingLayout.kinds + number, cell) }
        cells.store(RingLayout.limit, UInt64(capacityWords))
        cells.store(RingLayout.stamp, RingLayout.stamp(cpu: cpu))
        self.createdTicks = createdTicks ?? clock.ticks()
    }

    deinit { cells.deallocate() }

    var mask: Int { capacityWords - 1 }

    private func word(_ position: UInt64) -> UInt64 {
        cells.load(words + (Int(truncatingIfNeeded: position) & mask))
    }

    // The producer's side.

    /// Finds room for a row of a kind up to `next`, or counts a loss.
    ///
    /// - Complexity: O(1), O(rows) to drop old ones; with `block`, until the drain has made room.
    func makeRoom(kind: Int, next: UInt64) -> Bool {
        if hasRoom(next) { return true }
        switch whenFull {
        case .dropNewest: break
        case .dropOldest:
            dropOldest(next)
            return true
        case .block: if waitForRoom(next) { return true }
        }
        countLoss(kind: kind, ticks: clock.ticks())
        return false
    }

    /// Asks the tail, which the producer otherwise knows only from its last look.
    private func hasRoom(_ next: UInt64) -> Bool {
        let limit = cells.loadAcquiring(RingLayout.tail) + UInt64(capacityWords)
        cells.store(RingLayout.limit, limit)
        return next <= limit
    }

    private func dropOldest(_ next: UInt64) {
        var tail = cells.loadAcquiring(RingLayout.tail)
        while next - tail > UInt64(capacityWords) {
            // The producer's own rows: it reads what it wrote.
            let ticks = word(tail)
            let head = word(tail + 1)
            let end = tail + UInt64(RingLayout.rowHeadWords + RingLayout.width(head))
            let (isDone, seen) = cells.exchange(RingLayout.tail, expected: tail, with: end)
            if isDone { countLoss(kind: RingLayout.kind(head), ticks: ticks) }
            tail = isDone ? end : seen
        }
        cells.store(RingLayout.limit, tail + UInt64(capacityWords))
    }

    private func waitForRoom(_ next: UInt64) -> Bool {
        var tries = 0
        while !hasRoom(next) {
            if cells.loadAcquiring(RingLayout.finished) != 0 { return false }
            tries += 1
            // The drain needs a while, and may need this CPU.
            if tries < 64 { timestamp_pause() } else { Rest.sleep(ns: 50_000) }
        }
        return true
    }

    private func countLoss(kind: Int, ticks: UInt64) {
        let slot = losses + kind * RingLayout.lossCells
        let count = cells.load(slot + RingLayout.lossCount)
        // All losses so far were taken by the drain, so this one begins an interval.
        if count == cells.loadAcquiring(slot + RingLayout.lossTaken) {
            cells.store(slot + RingLayout.lossBegin, ticks)
        }
        cells.store(slot + RingLayout.lossEnd, ticks)
        cells.storeReleasing(slot + RingLayout.lossCount, count + 1)
        cells.storeReleasing(RingLayout.lost, cells.load(RingLayout.lost) + 1)
    }

    /// Tells the drain that nothing more comes.
    func close() { cells.storeReleasing(RingLayout.closed, 1) }

    // The drain's side.

    /// The words that a copy holds: those from a tail to a head.
    struct Copy {
        var tail: UInt64
        var head: UInt64
    }

    /// Copies the words before `head` into an array with room for the whole ring.
    ///
    /// - Complexity: O(words).
    func copy(upTo head: UInt64, into rows: inout [Int64]) -> Copy {
        let tail = cells.load(RingLayout.tail)
        guard tail < head else { return Copy(tail: head, head: head) }
        var target = rows.mutableSpan
        for index in 0..<Int(head - tail) {
            target[index] = Int64(bitPattern: word(tail + UInt64(index)))
        }
        return Copy(tail: tail, head: head)
    }

    /// Takes what was copied out of the ring, and tells which part of the copy holds whole rows.
    func claim(_ copy: Copy) -> Range<Int> {
        let count = Int(copy.head - copy.tail)
        guard count > 0 else { return 0..<0 }
        guard whenFull == .dropOldest else {
            cells.storeReleasing(RingLayout.tail, copy.head)
            return 0..<count
        }
        var expected = copy.tail
        while true {
            let (isDone, seen) = cells.exchange(
                RingLayout.tail, expected: expected, with: copy.head)
            if isDone { return Int(expected - copy.tail)..<count }
            // Everything that was copied has been overwritten since.
            guard seen < copy.head else { return 0..<0 }
            expected = seen
        }
    }

    /// Words that are in the ring now.
    var usedWords: Int {
        // The head last: it is never behind the tail then.
        let tail = cells.loadAcquiring(RingLayout.tail)
        return Int(cells.loadAcquiring(RingLayout.head) - tail)
    }
}

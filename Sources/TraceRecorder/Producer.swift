public import CTimestamp
public import TraceCore

/// What one thread records its events with.
///
/// A producer belongs to the thread that uses it; it cannot be copied, and making one is cheap
/// enough to do it in the thread itself. It ends with its scope: what it recorded is then written
/// like everything else.
///
/// Recording takes no lock, allocates nothing and makes no call to the system, unless the ring is
/// full and the recorder was told to `block`.
public struct Producer: ~Copyable {
    /// The producer's number in the trace, from 1: the value of columns named `thread`.
    public let thread: Int64

    @usableFromInline let cells: RingCells
    /// Words of the ring, less 1.
    @usableFromInline let mask: Int
    /// The first word of the ring.
    @usableFromInline let words: Int
    /// Entries of the table of kinds.
    @usableFromInline let kindLimit: Int
    /// Whether ticks come from the CPU's counter.
    @usableFromInline let usesCounter: Int32
    // Keeps the cells alive.
    private let ring: Ring

    init(ring: Ring, thread: Int64) {
        self.ring = ring
        self.thread = thread
        cells = ring.cells
        mask = ring.capacityWords - 1
        words = ring.words
        kindLimit = ring.kindLimit
        usesCounter = ring.clock.usesCounter ? 1 : 0
    }

    deinit { ring.close() }

    /// Records an event that happens now.
    ///
    /// Programmer errors: a kind that is not in the recorder's schema; a number of values other
    /// than the kind's columns; for a text column, a number that is not from `Recorder.intern`.
    ///
    /// - Parameters:
    ///   - kind: One of the schema's kinds.
    ///   - domain: The memory domain, or -1 for none.
    ///   - values: One value for each column of the kind.
    /// - Returns: Whether the event has a place in the ring. Where it has none, it is counted as
    ///   lost, so there is nothing left to do.
    /// - Complexity: O(values).
    @inlinable @inline(__always) @discardableResult
    public func record<let count: Int>(
        _ kind: KindID, domain: Int16 = -1, _ values: [count of Int64]
    ) -> Bool {
        guard let row = begin(kind, domain, count) else { return false }
        for index in 0..<count { store(row, index, values[index]) }
        publish(row, count)
        return true
    }

    /// Records an event whose values are somewhere in memory; otherwise the same.
    ///
    /// - Complexity: O(values).
    @inlinable @discardableResult
    public func record(_ kind: KindID, domain: Int16 = -1, values: Span<Int64>) -> Bool {
        guard let row = begin(kind, domain, values.count) else { return false }
        for index in values.indices { store(row, index, values[index]) }
        publish(row, values.count)
        return true
    }

    /// The CPU that events are recorded with, or -1, for a thread that is bound to one.
    public func setCPU(_ cpu: Int16) {
        cells.store(RingLayout.stamp, RingLayout.stamp(cpu: cpu))
    }

    /// Finds room for a row, and stores its first words; `nil` where there is no room.
    @inlinable @inline(__always)
    func begin(_ kind: KindID, _ domain: Int16, _ count: Int) -> Int? {
        let number = Int(kind.rawValue)
        precondition(number < kindLimit, "an event's kind is in the recorder's schema")
        let known = cells.load(RingLayout.kinds + number)
        precondition(
            known != 0 && RingLayout.width(known) == count,
            "an event has one value for each column of a kind of the schema")
        let row = Int(truncatingIfNeeded: cells.load(RingLayout.head))
        let next = row &+ (RingLayout.rowHeadWords &+ count)
        if UInt64(truncatingIfNeeded: next) > cells.load(RingLayout.limit) {
            guard makeRoom(number, next) else { return nil }
        }
        // The claim before the time, and the time before the head: who sees no claim knows that
        // the next row's time is not taken yet.
        cells.store(RingLayout.claimed, UInt64(truncatingIfNeeded: next))
        let ticks = timestamp_ticks(usesCounter)
        cells.store(words &+ (row & mask), ticks)
        let place = UInt64(UInt16(bitPattern: domain)) << 32 | cells.load(RingLayout.stamp)
        cells.store(words &+ ((row &+ 1) & mask), (known & 0xff_ffff) | place)
        return row
    }

    @inlinable @inline(__always)
    func store(_ row: Int, _ index: Int, _ value: Int64) {
        let position = row &+ (RingLayout.rowHeadWords &+ index)
        cells.store(words &+ (position & mask), UInt64(bitPattern: value))
    }

    @inlinable @inline(__always)
    func publish(_ row: Int, _ count: Int) {
        let next = row &+ (RingLayout.rowHeadWords &+ count)
        cells.storeReleasing(RingLayout.head, UInt64(truncatingIfNeeded: next))
    }

    @usableFromInline @inline(never)
    func makeRoom(_ kind: Int, _ next: Int) -> Bool {
        ring.makeRoom(kind: kind, next: UInt64(next))
    }
}

/// Where things are in a ring's cells, and how a row of a ring looks.
///
/// The first lines hold what the producer writes at every event, then what the drain writes, then
/// what is rare, so that neither side's stores take a line from the other that it needs.
///
/// A row is one word of ticks, one of kind (16 bits), number of values (8), domain (16 from bit 32)
/// and CPU (16 from bit 48), and the values.
@usableFromInline
enum RingLayout {
    // Written by the producer.

    /// Words published since the start; the row before it is whole.
    @usableFromInline static let head = 0
    /// The `head` that the row in progress leads to, or `head` itself.
    @usableFromInline static let claimed = 1
    /// The highest `head` for which there is known to be room.
    @usableFromInline static let limit = 2
    /// What rows carry in their second word besides kind and domain: the CPU.
    @usableFromInline static let stamp = 3

    // Written by the drain, and with `drop-oldest` by the producer.

    /// Words consumed or overwritten since the start.
    static let tail = 16

    // Rare.

    /// 1 when the producer has ended: no row and no loss comes after.
    static let closed = 32
    /// 1 when the recorder has finished: nobody empties the ring again.
    static let finished = 33
    /// Losses counted since the start, all kinds.
    static let lost = 34

    /// The first cell of the table of kinds.
    @usableFromInline static let kinds = 48

    /// Words of a row before its values.
    @usableFromInline static let rowHeadWords = 2
    /// Most values of a row, which is what the file format allows columns.
    static let maximumValues = 64

    /// The number of values in a row's second word or in the table of kinds.
    @inlinable @inline(__always)
    static func width(_ word: UInt64) -> Int { Int(truncatingIfNeeded: word >> 16 & 0xff) }

    /// The kind in a row's second word.
    static func kind(_ word: UInt64) -> Int { Int(word & 0xffff) }

    /// The cell of the table of kinds for a kind of the schema; other cells are 0.
    static func kindCell(_ kind: UInt16, width: Int) -> UInt64 {
        // Bit 24 tells a kind without columns from no kind.
        UInt64(kind) | UInt64(width) << 16 | 1 << 24
    }

    /// What a CPU adds to a row's second word.
    static func stamp(cpu: Int16) -> UInt64 { UInt64(UInt16(bitPattern: cpu)) << 48 }
}

extension RingLayout {
    // For each kind, four cells of losses.

    /// Events lost since the start; written by the producer.
    static let lossCount = 0
    /// How many of them the drain has taken; written by the drain.
    static let lossTaken = 1
    /// Ticks of the first that may not be taken yet; written by the producer.
    static let lossBegin = 2
    /// Ticks of the last; written by the producer.
    static let lossEnd = 3
    /// Cells of a kind.
    static let lossCells = 4

    /// The next cell that begins a pair of cache lines.
    static func afterLine(_ cell: Int) -> Int { (cell + 15) / 16 * 16 }
}

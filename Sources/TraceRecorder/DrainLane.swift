/// What the drain knows of one producer: its ring, and rows taken from it that wait their turn.
struct DrainLane {
    let ring: Ring
    /// Nothing comes after what is in the ring now.
    private(set) var isClosed = false
    /// A row of this producer is in progress whose time may lie before the horizon.
    var isHeld = false
    /// Ticks of the last row that was emitted; later rows have no lower ones.
    var lastTicks: UInt64

    /// Whole rows from `next` to `end`.
    private(set) var rows: [Int64]
    var next = 0
    private(set) var end = 0

    private var claimed: UInt64 = 0
    /// Rows beyond are not part of the recording.
    private var stopHead: UInt64?
    private var seenLosses: UInt64 = 0
    private var takenLosses: [UInt64]
    private var lossTicks: [UInt64]

    init(_ ring: Ring) {
        self.ring = ring
        lastTicks = ring.createdTicks
        rows = Array(repeating: 0, count: ring.capacityWords)
        takenLosses = Array(repeating: 0, count: ring.kindLimit)
        lossTicks = Array(repeating: 0, count: ring.kindLimit)
    }

    /// Ticks of the next row.
    var frontTicks: UInt64 { UInt64(bitPattern: rows[next]) }

    /// Looks at the ring at the beginning of a round.
    mutating func look() {
        // What a closed producer published is visible to who sees it closed.
        isClosed = ring.cells.loadAcquiring(RingLayout.closed) != 0
        // The claim before the head: a claim that this head does not reach is in progress.
        claimed = ring.cells.load(RingLayout.claimed)
        isHeld = ring.cells.loadAcquiring(RingLayout.head) < claimed
    }

    /// Whether waiting for others could cost this producer its room.
    var isPressed: Bool { next < end && ring.usedWords * 2 > ring.capacityWords }

    /// Whether the ring has gathered so much that the drain should not rest.
    var isBusy: Bool { ring.usedWords * 8 > ring.capacityWords }

    /// Whether everything that this producer will ever have recorded was emitted.
    var isDone: Bool { isClosed && next == end && ring.usedWords == 0 }

    /// Ends the recording with what is in the ring now.
    mutating func stop() {
        ring.cells.storeReleasing(RingLayout.finished, 1)
        stopHead = ring.cells.loadAcquiring(RingLayout.head)
        isHeld = false
    }

    /// Takes what is in the ring once all rows are emitted; false where there is nothing.
    ///
    /// - Complexity: O(words).
    mutating func refill() -> Bool {
        let head = ring.cells.loadAcquiring(RingLayout.head)
        if head >= claimed { isHeld = false }
        let part = ring.claim(ring.copy(upTo: min(head, stopHead ?? head), into: &rows))
        next = part.lowerBound
        end = part.upperBound
        return next < end
    }

    /// Losses of a kind since the last look.
    struct Loss {
        var kind: Int
        var count: UInt64
        var beginTicks: UInt64
        var endTicks: UInt64
    }

    /// The losses since the last call.
    ///
    /// - Complexity: O(1) where there are none, else O(kinds).
    mutating func takeLosses() -> [Loss] {
        let cells = ring.cells
        let total = cells.loadAcquiring(RingLayout.lost)
        guard total != seenLosses else { return [] }
        seenLosses = total
        var losses: [Loss] = []
        for kind in 0..<ring.kindLimit {
            let slot = ring.losses + kind * RingLayout.lossCells
            let count = cells.loadAcquiring(slot + RingLayout.lossCount)
            guard count != takenLosses[kind] else { continue }
            // The interval's begin may be an older one, where this kind was lost just while the
            // drain took losses; then it begins at the last loss that was taken.
            let begin = max(cells.load(slot + RingLayout.lossBegin), lossTicks[kind])
            let end = max(cells.load(slot + RingLayout.lossEnd), begin)
            cells.storeReleasing(slot + RingLayout.lossTaken, count)
            losses.append(
                Loss(
                    kind: kind, count: count - takenLosses[kind], beginTicks: begin, endTicks: end))
            takenLosses[kind] = count
            lossTicks[kind] = end
        }
        return losses
    }
}

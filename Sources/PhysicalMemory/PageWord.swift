/// State of one page in 14 bits: kind, block order, pool, membership in a reservation, place
/// on a page queue and what the page daemon asks of it.
///
/// | bits | meaning |
/// | --- | --- |
/// | 0...3 | ``PageKind`` |
/// | 4...7 | block order, 13 = not the head of a free block |
/// | 8 | ``FreePool`` |
/// | 9 | the page lies in a reservation |
/// | 10...11 | ``PageQueue``; 0 while page queues are off |
/// | 12 | referenced since the page daemon last looked |
/// | 13 | the content is nowhere else: it must be laundered before it can be evicted |
struct PageWord: Equatable {
    var bits: UInt16

    static let kindMask: UInt16 = 0x000F
    static let orderMask: UInt16 = 0x00F0
    static let orderShift: UInt16 = 4
    static let poolBit: UInt16 = 0x0100
    static let reservationBit: UInt16 = 0x0200
    static let queueMask: UInt16 = 0x0C00
    static let queueShift: UInt16 = 10
    static let referencedBit: UInt16 = 0x1000
    static let dirtyBit: UInt16 = 0x2000

    @inline(__always)
    init(bits: UInt16) { self.bits = bits }

    init(kind: PageKind, pool: FreePool) {
        bits =
            UInt16(kind.rawValue)
            | UInt16(MemoryGeometry.noOrder) << PageWord.orderShift
            | UInt16(pool.rawValue) << 8
    }

    @inline(__always)
    var kind: PageKind {
        guard let kind = PageKind(rawValue: UInt8(bits & PageWord.kindMask)) else {
            preconditionFailure("Every value of four bits is a page kind.")
        }
        return kind
    }

    @inline(__always)
    var order: Int { Int((bits & PageWord.orderMask) >> PageWord.orderShift) }

    @inline(__always)
    var poolIndex: Int { Int((bits & PageWord.poolBit) >> 8) }

    @inline(__always)
    var isInReservation: Bool { bits & PageWord.reservationBit != 0 }

    /// The number of the queue, 0 for none.
    @inline(__always)
    var queueIndex: Int { Int((bits & PageWord.queueMask) >> PageWord.queueShift) }

    @inline(__always)
    var isReferenced: Bool { bits & PageWord.referencedBit != 0 }

    @inline(__always)
    var isDirty: Bool { bits & PageWord.dirtyBit != 0 }

    @inline(__always)
    func with(queueIndex: Int) -> PageWord {
        PageWord(bits: bits & ~PageWord.queueMask | UInt16(queueIndex) << PageWord.queueShift)
    }

    @inline(__always)
    func with(referenced: Bool) -> PageWord {
        PageWord(
            bits: bits & ~PageWord.referencedBit | (referenced ? PageWord.referencedBit : 0))
    }

    @inline(__always)
    func with(dirty: Bool) -> PageWord {
        PageWord(bits: bits & ~PageWord.dirtyBit | (dirty ? PageWord.dirtyBit : 0))
    }

    @inline(__always)
    func with(kind: PageKind) -> PageWord {
        PageWord(bits: bits & ~PageWord.kindMask | UInt16(kind.rawValue))
    }

    @inline(__always)
    func with(order: Int) -> PageWord {
        PageWord(bits: bits & ~PageWord.orderMask | UInt16(order) << PageWord.orderShift)
    }

    @inline(__always)
    func with(poolIndex: Int) -> PageWord {
        PageWord(bits: bits & ~PageWord.poolBit | UInt16(poolIndex) << 8)
    }

    @inline(__always)
    func with(inReservation: Bool) -> PageWord {
        PageWord(
            bits: bits & ~PageWord.reservationBit | (inReservation ? PageWord.reservationBit : 0))
    }
}

/// Neighbours of a page in a free list or on a page queue, and whose content it holds: 12 bytes.
struct PageLinks: Equatable {
    var next = noIndex
    var previous = noIndex
    /// Slot number of the consumer, -1 for none.
    var owner: Int32 = -1
}

/// Contributions to the state digest. All are summed with wrap-around, so each can be
/// taken out again when the state it describes changes.
enum DigestMix {
    @inline(__always)
    static func finish(_ value: UInt64) -> UInt64 {
        var x = value
        x = (x ^ (x >> 32)) &* 0xd6e8_feb8_6659_fd93
        x = (x ^ (x >> 29)) &* 0x9fb2_1c65_1e98_df25
        return x ^ (x >> 32)
    }

    /// The state word of one page.
    @inline(__always)
    static func word(_ index: Int, _ word: PageWord) -> UInt64 {
        finish(
            (UInt64(truncatingIfNeeded: index) &+ 1) &* 0x9e37_79b9_7f4a_7c15
                ^ UInt64(word.bits) &* 0xc2b2_ae3d_27d4_eb4f)
    }

    /// The owner of one page; none counts nothing, so that most changes need not look at it.
    @inline(__always)
    static func owner(_ index: Int, _ owner: Int32) -> UInt64 {
        if owner == -1 { return 0 }
        return finish(
            (UInt64(truncatingIfNeeded: index) &+ 1) &* 0xff51_afd7_ed55_8ccd
                ^ (UInt64(UInt32(bitPattern: owner)) | 1 << 40) &* 0xc2b2_ae3d_27d4_eb4f)
    }

    /// Two neighbours of a list; `noIndex` stands for the edge of the list.
    @inline(__always)
    static func link(_ list: Int, _ previous: UInt32, _ next: UInt32) -> UInt64 {
        let pair = UInt64(previous) << 32 | UInt64(next)
        return finish(
            (UInt64(truncatingIfNeeded: list) &+ 0x51) &* 0xff51_afd7_ed55_8ccd
                ^ pair &* 0xc4ce_b9fe_1a85_ec53)
    }

    /// A chain of values: folds `value` into `state`.
    @inline(__always)
    static func fold(_ state: UInt64, _ value: Int) -> UInt64 {
        finish(state &* 0x9e37_79b9_7f4a_7c15 &+ UInt64(truncatingIfNeeded: value))
    }
}

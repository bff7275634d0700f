/// Four aligned pages at a glance: what a scan for runs of four pages makes of them when it comes
/// to the first of them without a run begun.
///
/// Nearly all groups are plain. Taken one by one, their pages cost a mispredicted branch each; so a
/// group costs a few loads and no branch (measured by `Benchmarks/ScanSpeed`).
struct PageGroup {
    /// May the figures below be used? Not if a page is the head of a larger free block.
    let isPlain: Bool
    /// All bits that are set in some of the four page words.
    let marks: UInt16
    /// Bit i: page i prolongs a run.
    private let gains: Int
    /// Bit i: visiting page i takes the lock of an object.
    private let objects: Int

    private static let gain: UInt8 = 1
    private static let object: UInt8 = 2
    private static let special: UInt8 = 4

    /// By the low byte of a page word, kind and order: what a visit of a pass over everything finds
    /// (`RunScanner.judge`), as the bits above.
    private static let looks: InlineArray<256, UInt8> = {
        var looks = InlineArray<256, UInt8>(repeating: 0)
        for bits in 0..<256 {
            let plain = PageWord(bits: UInt16(bits))
            // Pages of this kind lie in reservations only.
            let word = plain.with(inReservation: plain.kind == .reservedFree)
            let visit = RunScanner.judge(word, .anything)
            looks[bits] =
                (visit.gain > 1 ? special : visit.gain == 1 ? gain : 0)
                | (visit.locks > 0 ? object : 0)
        }
        return looks
    }()

    @inline(__always)
    init(_ words: Span<PageWord>, _ index: Int) {
        var gains = 0
        var objects = 0
        var all: UInt16 = 0
        var looks: UInt8 = 0
        for place in 0..<4 {
            let bits = words[index + place].bits
            let look = Self.looks[Int(bits & 0xFF)]
            gains |= Int(look & Self.gain) << place
            objects |= Int(look & Self.object) << place
            looks |= look
            all |= bits
        }
        self.gains = gains
        self.objects = objects >> 1
        isPlain = looks & Self.special == 0
        marks = all
    }

    /// Do the four pages form a run?
    @inline(__always)
    var isRun: Bool { gains == 15 }

    /// Does one of the pages belong to an object? A run without such a page is free already.
    @inline(__always)
    var hasObject: Bool { objects != 0 }

    /// Position of the page at which the scan leaves the group: the last one of a run, or the one
    /// that ends it.
    @inline(__always)
    private var last: Int { min((~gains).trailingZeroBitCount, 3) }

    /// Visits: the pages up to the last one, and the jump to the next aligned page where that
    /// comes before the end.
    @inline(__always)
    var visits: Int { min(last + 2, 4) }

    /// Object locks taken.
    @inline(__always)
    var locks: Int { (objects & (2 << last - 1)).nonzeroBitCount }
}

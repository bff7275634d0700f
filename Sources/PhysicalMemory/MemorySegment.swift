/// Absolute page frame number: physical address divided by 4096.
public typealias PageNumber = Int

/// A range of existing physical pages that belongs to one memory domain.
///
/// Segments ascend and never overlap. Blocks never cross the edge of a segment, also
/// where two segments touch (conformance vectors, section 1).
public struct MemorySegment: Equatable, Sendable {
    /// First page of the segment.
    public var start: PageNumber
    /// Page behind the last page of the segment.
    public var end: PageNumber
    /// Number of the domain, counted from 0.
    public var domain: Int

    /// Describes the pages `start ..< end` of `domain`.
    public init(start: PageNumber, end: PageNumber, domain: Int) {
        self.start = start
        self.end = end
        self.domain = domain
    }

    /// Number of pages.
    public var pageCount: Int { end - start }
}

/// A segment together with the place of its pages in the flat page arrays.
struct SegmentLayout: Sendable {
    /// First page, absolute.
    let start: Int
    /// Page behind the last one, absolute.
    let end: Int
    let domain: Int
    /// Index of the first page in the flat arrays.
    let base: Int
    /// `page >> 9` of the first superpage that lies wholly inside the segment.
    let firstSuperpage: Int
    /// How many whole superpages the segment holds.
    let superpageCount: Int
    /// Index of its first superpage in the reservation table.
    let slotBase: Int

    /// What to add to an absolute page number to get its flat index.
    var delta: Int { base - start }

    /// Flat index behind the last page.
    var flatEnd: Int { base + (end - start) }
}

/// Sizes that hold on the modelled machine (engine specification 2).
public enum MemoryGeometry {
    /// Bytes per page.
    public static let pageBytes = 4096
    /// Number of block orders: 0...12.
    public static let orderCount = 13
    /// Largest block order (4096 pages).
    public static let orderMax = 12
    /// Order of a page that is not the head of a free block.
    public static let noOrder = 13
    /// Pages of one reservation.
    public static let reservationPages = 512
    /// Block order of one reservation.
    public static let reservationOrder = 9
    /// Pages of one kTLS buffer.
    public static let bufferPages = 4
    /// Number of pools.
    public static let poolCount = 2
}

/// End of a chain of flat indices.
let noIndex = UInt32.max

/// Position of the highest set bit plus one; 0 for 0.
@inline(__always)
func bitLength(_ value: Int) -> Int { Int.bitWidth - value.leadingZeroBitCount }

/// A file or a piece of anonymous memory whose pages may come from reservations.
///
/// The object remembers which page holds which page index. It is a value of its own, so a
/// consumer that models no objects carries none (conformance vectors, section 7).
///
/// A consumer that relocates pages of an object reports the moves with
/// ``movePage(at:to:)``.
public struct PageObject: Sendable {
    /// Opaque number of the object, 0 or more.
    public let id: Int32
    /// File (`true`) or anonymous memory.
    public let isFile: Bool
    /// Size in pages.
    public let pageCount: Int
    /// Offset of page index 0 inside its superpage, in pages: 0...511.
    public let color: Int

    /// Resident page by page index, -1 = not resident.
    private(set) var pages: [Int]
    /// One bit per page index: resident.
    private var residentBits: [UInt64]
    /// Per superpage of the object: first page of the newest reservation and its number.
    var reservationFirst: [Int]
    var reservationNumber: [Int]
    var reservationsMade = 0

    /// An object without resident pages.
    ///
    /// Programmer error: a negative number or size, or a color outside 0...511.
    public init(id: Int32, isFile: Bool, pageCount: Int, color: Int) {
        precondition(id >= 0 && pageCount >= 0, "Number and size of an object are not negative.")
        precondition(color >= 0 && color < 512, "A color is 0...511.")
        self.id = id
        self.isFile = isFile
        self.pageCount = pageCount
        self.color = color
        pages = []
        residentBits = []
        reservationFirst = []
        reservationNumber = []
        growTo(pageCount)
    }

    /// Kind of an idle page of this object.
    public var pageKind: PageKind { isFile ? .file : .anonymous }

    /// The page that holds a page index, if it is resident.
    public func page(at index: Int) -> PageNumber? {
        guard index >= 0 && index < pages.count, pages[index] >= 0 else { return nil }
        return pages[index]
    }

    /// Reports that the content of a page index now lies in another page.
    ///
    /// Programmer error: the page index is not resident.
    public mutating func movePage(at index: Int, to page: PageNumber) {
        precondition(self.page(at: index) != nil, "Only a resident page can have moved.")
        pages[index] = page
    }

    /// Position of a page index inside its superpage.
    func offset(of index: Int) -> Int { (color + index) & 511 }

    /// Superpage of the object a page index belongs to.
    func superpage(of index: Int) -> Int { (color + index) >> 9 }

    mutating func setResident(_ index: Int, _ page: Int) {
        growTo(index + 1)
        pages[index] = page
        residentBits[index >> 6] |= 1 << UInt64(index & 63)
    }

    mutating func clearResident(_ index: Int) {
        pages[index] = -1
        residentBits[index >> 6] &= ~(1 << UInt64(index & 63))
    }

    /// Nearest resident page index below `index`.
    func residentBelow(_ index: Int) -> Int? {
        var word = min(index >> 6, residentBits.count)
        if word < residentBits.count {
            let bits = residentBits[word] & (1 << UInt64(index & 63) - 1)
            if bits != 0 { return word << 6 + 63 - bits.leadingZeroBitCount }
        }
        while word > 0 {
            word -= 1
            let bits = residentBits[word]
            if bits != 0 { return word << 6 + 63 - bits.leadingZeroBitCount }
        }
        return nil
    }

    /// Nearest resident page index above `index`.
    func residentAbove(_ index: Int) -> Int? {
        var word = (index + 1) >> 6
        if word >= residentBits.count { return nil }
        var bits = residentBits[word] & ~(1 << UInt64((index + 1) & 63) - 1)
        while bits == 0 {
            word += 1
            if word >= residentBits.count { return nil }
            bits = residentBits[word]
        }
        return word << 6 + bits.trailingZeroBitCount
    }

    mutating func noteReservation(at index: Int, first: Int) {
        let superpage = superpage(of: index)
        reservationFirst[superpage] = first
        reservationNumber[superpage] = reservationsMade
        reservationsMade += 1
    }

    private mutating func growTo(_ count: Int) {
        let superpages = superpage(of: count) + 1
        while reservationFirst.count < superpages {
            reservationFirst.append(-1)
            reservationNumber.append(-1)
        }
        if pages.count < count {
            pages.append(contentsOf: repeatElement(-1, count: count - pages.count))
        }
        while residentBits.count < (count + 63) >> 6 { residentBits.append(0) }
    }
}

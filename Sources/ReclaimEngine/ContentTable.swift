/// Where the content of files, anonymous memory and short-lived kernel memory lies.
///
/// Content lives in slots. A slot keeps its number while relocation moves its page; what is evicted
/// or freed leaves its slot empty. 512 slots in a row are an extent: one aligned 2 MiB piece of a
/// file, which a reservation can hold (engine specification 4.7).
struct ContentTable: Sendable {
    /// Slots of an extent, as many as pages of a reservation.
    static let extentSlots = 512

    /// Page by slot, -1 where the slot is empty.
    private(set) var pages: [Int32]
    /// First page of the reservation made last for an extent, -1 for none.
    private var reservationFirst: [Int32]
    /// Slots of the extent that are not empty.
    private var filled: [Int16]

    /// A table of empty slots.
    init(slotCount: Int) {
        let extents = (slotCount + Self.extentSlots - 1) / Self.extentSlots
        pages = [Int32](repeating: -1, count: extents * Self.extentSlots)
        reservationFirst = [Int32](repeating: -1, count: extents)
        filled = [Int16](repeating: 0, count: extents)
    }

    /// Number of slots, empty ones included.
    var slotCount: Int { pages.count }

    /// The page of a slot, -1 if it is empty.
    @inline(__always)
    func page(of slot: Int) -> Int { Int(pages[slot]) }

    /// Slots of an extent that are not empty.
    func filledSlots(extent: Int) -> Int { Int(filled[extent]) }

    /// First page of the reservation made last for an extent, or `nil`. It may be broken since.
    func reservation(extent: Int) -> Int? {
        reservationFirst[extent] < 0 ? nil : Int(reservationFirst[extent])
    }

    /// Remembers the reservation that was made for an extent.
    mutating func noteReservation(extent: Int, first: Int) {
        reservationFirst[extent] = Int32(first)
    }

    /// Makes room for slots below `slotCount`.
    mutating func grow(to slotCount: Int) {
        let extents = (slotCount + Self.extentSlots - 1) / Self.extentSlots
        let missing = extents - filled.count
        guard missing > 0 else { return }
        pages.append(contentsOf: repeatElement(-1, count: missing * Self.extentSlots))
        reservationFirst.append(contentsOf: repeatElement(-1, count: missing))
        filled.append(contentsOf: repeatElement(0, count: missing))
    }

    /// Fills an empty slot.
    mutating func fill(_ slot: Int, page: Int) {
        pages[slot] = Int32(page)
        filled[slot / Self.extentSlots] += 1
    }

    /// The content of a slot now lies in another page.
    @inline(__always)
    mutating func move(_ slot: Int, to page: Int) { pages[slot] = Int32(page) }

    /// Empties a slot that is not empty.
    mutating func clear(_ slot: Int) {
        pages[slot] = -1
        filled[slot / Self.extentSlots] -= 1
    }
}

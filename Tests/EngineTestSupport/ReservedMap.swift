public import PhysicalMemory
public import ReclaimEngine

extension PageMap {
    /// Memory of one domain whose last superpages are reservations, the others as `kind` tells.
    ///
    /// - Parameters:
    ///   - host: one domain of whole superpages.
    ///   - populated: for each reservation, lowest first, which of its 512 pages are file pages.
    ///   - kind: the kind of a page by its place in the domain, below the reservations.
    /// - Complexity: O(pages).
    public static func reserved(
        _ host: Host, _ populated: [(Int) -> Bool], _ kind: (Int) -> PageKind
    ) -> PhysicalMemory {
        let size = MemoryGeometry.reservationPages
        let pageCount = host.domains[0].pageCount
        let start = pageCount - populated.count * size
        // One after the other is freed and reserved, so that each block is one superpage.
        var memory = memory(host) { _, offset in offset < start ? kind(offset) : .kernel }
        for (number, isPopulated) in populated.enumerated() {
            let offset = start + number * size
            for page in 0..<size { memory.free(host.domains[0].firstPage + offset + page) }
            reserve(&memory, extent: offset / size, isPopulated)
        }
        memory.drainSignals()
        return memory
    }

    private static func reserve(
        _ memory: inout PhysicalMemory, extent: Int, _ isPopulated: (Int) -> Bool
    ) {
        let offsets = (0..<MemoryGeometry.reservationPages).filter(isPopulated)
        guard let firstOffset = offsets.first,
            let page = memory.makeReservation(
                in: 0, object: Int32(extent), offset: firstOffset, class: .interrupt, kind: .file)
        else { preconditionFailure("a superpage is free and gets a page") }
        for offset in offsets.dropFirst() {
            let got = memory.populateReservation(
                at: page - firstOffset, offset: offset, class: .interrupt, kind: .file)
            precondition(got != nil, "each place is free")
        }
    }
}

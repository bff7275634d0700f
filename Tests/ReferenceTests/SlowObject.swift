/// A file or a piece of anonymous memory, page by page.
struct SlowObject {
    let id: Int
    let isFile: Bool
    let size: Int
    let color: Int
    /// Page by index, -1 where there is none.
    var pages: [Int]

    init(id: Int, isFile: Bool, size: Int, color: Int) {
        self.id = id
        self.isFile = isFile
        self.size = size
        self.color = color
        pages = [Int](repeating: -1, count: size)
    }

    var code: Character { isFile ? "v" : "s" }
}

/// Pages of objects, read from section 7 of the rules.
extension SlowMemory {
    enum Try {
        case got(Int)
        /// Neither an existing nor a new reservation serves.
        case none
    }

    /// - Returns: the page and whether a reservation holds it.
    mutating func allocatePage(
        of object: inout SlowObject, at index: Int, _ domain: Int, _ level: Class
    ) -> (page: Int, isInReservation: Bool)? {
        repeat {
            if case .got(let page) = reserve(&object, index, domain, level) {
                setCode(object.code, page, 1)
                object.pages[index] = page
                return (page, true)
            }
            guard take(1, domain, level) else { break }
            if let page = allocateBlock(domain, pool: 0, order: 0) {
                setCode(object.code, page, 1)
                object.pages[index] = page
                return (page, false)
            }
            give(1, domain)
        } while breakOldest(domain)
        domains[domain].deficit += 1
        return nil
    }

    private mutating func reserve(
        _ object: inout SlowObject, _ pageIndex: Int, _ domain: Int, _ level: Class
    ) -> Try {
        let offset = (object.color + pageIndex) % 512
        guard pageIndex >= offset, pageIndex < object.size else { return .none }
        let below = stride(from: pageIndex - 1, through: 0, by: -1).first { object.pages[$0] >= 0 }
        let above = (pageIndex + 1..<max(object.size, pageIndex + 1)).first {
            object.pages[$0] >= 0
        }
        let left = below.flatMap { own(object, $0) }
        let right = above.flatMap { own(object, $0) }
        for number in [left, right].compactMap({ $0 }) {
            let found = reservations[number]
            guard found.index <= pageIndex, pageIndex < found.index + 512 else { continue }
            let page = found.first + pageIndex - found.index
            let home = self.domain(of: page)
            guard !found.isPopulated[page - found.first], take(1, home, level) else {
                return .none
            }
            populate(number, page)
            return .got(page)
        }
        let first = pageIndex - offset
        let start = left.map { reservations[$0].index + 512 } ?? below.map { $0 + 1 } ?? 0
        let end = right.map { reservations[$0].index } ?? above ?? Int.max
        guard start <= first, first + 512 <= end, !object.isFile || first + 512 <= object.size
        else { return .none }
        let page = makeReservation(
            domain, level, object: object.id, index: first, offset: offset, code: object.code)
        return page.map { .got($0) } ?? .none
    }

    /// Reserves 512 pages and takes the one at an offset of them.
    mutating func makeReservation(
        _ domain: Int, _ level: Class, object: Int, index: Int, offset: Int, code: Character
    ) -> Int? {
        guard take(1, domain, level) else { return nil }
        guard let block = allocateBlock(domain, pool: 0, order: 9) else {
            give(1, domain)
            return nil
        }
        setCode("U", block, 512)
        reservations.append(
            SlowReservation(first: block, object: object, index: index, lastTick: ticks))
        populate(reservations.count - 1, block + offset)
        setCode(code, block + offset, 1)
        return block + offset
    }

    /// Takes the page at an offset of a reservation, if it is free.
    mutating func populateReservation(
        _ first: Int, _ level: Class, offset: Int, code: Character
    ) -> Int? {
        guard let number = reservation(at: first), !reservations[number].isPopulated[offset],
            take(1, domain(of: first), level)
        else { return nil }
        populate(number, first + offset)
        setCode(code, first + offset, 1)
        return first + offset
    }

    /// The reservation of this object that holds the page of an index.
    private func own(_ object: SlowObject, _ index: Int) -> Int? {
        reservation(at: object.pages[index]).flatMap {
            reservations[$0].object == object.id ? $0 : nil
        }
    }

    /// The youngest first.
    mutating func breakReservations(of object: SlowObject) {
        for reservation in reservations.reversed() where reservation.object == object.id {
            breakReservation(reservation.first)
        }
    }
}

/// A reservation: 512 pages kept for one object (section 6.1).
struct SlowReservation: Equatable {
    var first: Int
    var object: Int
    /// Index in the object of its first page.
    var index: Int
    var lastTick: Int32
    var isPopulated = [Bool](repeating: false, count: 512)

    var population: Int { isPopulated.reduce(0) { $0 + ($1 ? 1 : 0) } }
    func holds(_ page: Int) -> Bool { first <= page && page < first + 512 }
}

/// Reservations, single pages and their release, read from sections 6.4 and 6.5 of the rules.
extension SlowMemory {
    func reservation(at page: Int) -> Int? { reservations.firstIndex { $0.holds(page) } }

    // MARK: Taking pages

    /// A single page without object (pool 1) or of an object outside reservations (pool 0).
    mutating func allocatePage(_ domain: Int, _ level: Class, pool: Int, code: Character) -> Int? {
        repeat {
            guard take(1, domain, level) else { break }
            if let page = allocateBlock(domain, pool: pool, order: 0) {
                setCode(code, page, 1)
                return page
            }
            give(1, domain)
        } while breakOldest(domain)
        domains[domain].deficit += 1
        return nil
    }

    /// Adjacent pages; `breaks` allows a reservation to be broken for them.
    mutating func allocateRange(
        _ domain: Int, _ level: Class, count: Int, _ bounds: Bounds, breaks: Bool, code: Character
    ) -> Int? {
        if take(count, domain, level) {
            let page =
                allocateContiguous(domain, count: count, bounds)
                ?? (breaks ? breakFor(domain, count: count, bounds, code: code) : nil)
            if let page {
                setCode(code, page, count)
                return page
            }
            give(count, domain)
        }
        domains[domain].deficit += 1
        return nil
    }

    mutating func importBuffer(_ domain: Int, breaks: Bool) -> Int? {
        allocateRange(domain, .system, count: 4, Bounds(), breaks: breaks, code: "W")
    }

    // MARK: Breaking

    mutating func breakOldest(_ domain: Int) -> Bool {
        guard let first = domains[domain].queue.first else { return false }
        breakReservation(first)
        return true
    }

    /// Takes pages out of the first reservation of the queue with room and breaks it.
    mutating func breakFor(
        _ domain: Int, count: Int, _ bounds: Bounds, code: Character
    ) -> Int? {
        let (pages, step) = (UInt64(count), min(bounds.alignment, 512 * 4096) / 4096)
        guard count <= 511, bounds.boundary == 0 || pages * 4096 <= bounds.boundary else {
            return nil
        }
        for first in domains[domain].queue {
            guard let number = reservation(at: first) else { continue }
            let (start, end) = (UInt64(first) * 4096, UInt64(first + 512) * 4096)
            if start % bounds.alignment != 0 && bounds.alignment > 512 * 4096 { continue }
            // Bytes that the range may use; the lower one is rounded up to a page.
            let low = max(start, bounds.low)
            let high = min(end, bounds.high)
            guard low < high, high - low >= pages * 4096 else { continue }
            let from = Int((low - start + 4095) / 4096)
            let to = Int((high - start) / 4096)
            for index in 0..<512 where index >= from && index + count <= to {
                guard index % Int(step) == 0, isCrossFree(first + index, count, bounds.boundary)
                else { continue }
                let isPopulated = reservations[number].isPopulated[index..<index + count]
                guard !isPopulated.contains(true) else { continue }
                for index in index..<index + count {
                    reservations[number].isPopulated[index] = true
                }
                setCode(code, first + index, count)
                breakReservation(first)
                return first + index
            }
        }
        return nil
    }

    private func isCrossFree(_ page: Int, _ count: Int, _ boundary: UInt64) -> Bool {
        isPlaced(page, count, Bounds(boundary: boundary))
    }

    mutating func breakReservation(_ first: Int) {
        guard let number = reservation(at: first) else { return }
        domains[domain(of: first)].queue.removeAll { $0 == first }
        let gone = reservations.remove(at: number)
        var index = 0
        while index < 512 {
            var count = 0
            while index + count < 512 && !gone.isPopulated[index + count] { count += 1 }
            if count > 0 { putBack(first + index, count) }
            index += count + 1
        }
        happenings.append(.broke(first: first))
    }

    // MARK: Release

    mutating func release(_ page: Int) {
        let domain = domain(of: page)
        if let number = reservation(at: page) {
            setCode("U", page, 1)
            reservations[number].isPopulated[page - reservations[number].first] = false
            let (first, population) = (reservations[number].first, reservations[number].population)
            let elapsed = UInt32(bitPattern: ticks &- reservations[number].lastTick)
            if elapsed >= 1 || population == 0 {
                domains[domain].queue.removeAll { $0 == first }
                if population > 0 { domains[domain].queue.append(first) }
                reservations[number].lastTick = ticks
            }
            if population == 0 {
                reservations.remove(at: number)
                freeBlock(first, 9)
            }
        } else {
            freeBlock(page, 0)
        }
        give(1, domain)
    }

    mutating func populate(_ number: Int, _ page: Int) {
        let first = reservations[number].first
        let domain = domain(of: page)
        reservations[number].isPopulated[page - first] = true
        let isFull = reservations[number].population == 512
        let elapsed = UInt32(bitPattern: ticks &- reservations[number].lastTick)
        if elapsed < 1 && domains[domain].queue.contains(first) && !isFull { return }
        reservations[number].lastTick = ticks
        domains[domain].queue.removeAll { $0 == first }
        if !isFull { domains[domain].queue.append(first) }
    }
}

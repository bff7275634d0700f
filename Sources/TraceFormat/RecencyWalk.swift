import CByteMatch

/// The one walk over a lane's events that recency columns need, for writing and for reading.
///
/// A section that is a *source* has a list of its latest values that nobody has taken yet. An event
/// of a section that *takes* from it is written as the place of its value in that list, counted
/// from the newest: what is allocated tends to be what was freed last. A value is taken once.
///
/// Every function checks its arguments before it starts; positions then come from cursors that
/// stay within them, and pointers do not leave the closures.
enum RecencyWalk {
    /// Most values of a list; one more pushes out the oldest. So a place fits into a byte.
    static let listEntries = 255
    /// Entries of a list's room; a list grows downwards and is moved up when it reaches the slack.
    private static let listRoom = 1_024
    /// Entries below and above a list that whole vectors may touch.
    private static let slack = 64

    /// What the walk needs to know of a section, and how far it is.
    struct Section {
        /// Number of its events.
        var count = 0
        /// Its key column's position among the cells.
        var key = 0
        /// The list it takes from, or -1, and where the values of that list are among the cells.
        var takenList = -1
        var takenCells = 0
        /// The number of its own list, or -1 where it is nobody's source, and the position among
        /// the cells of the column that it gives.
        var list = -1
        var given = 0
        /// The position of its first event among places and references, where it takes.
        var output = 0
        /// Where its literals start among the cells, for reading.
        var literals = 0
        /// How many literals there are: declared when reading, counted when writing.
        var literalCount = 0
        /// Literals passed so far, when reading.
        var literalsPassed = 0
        /// Events passed so far.
        var passed = 0
    }

    /// The lists of a walk, the newest entry at the lowest address. An entry is the event that a
    /// value comes from and, for writing, a byte made of the value, so that most entries are passed
    /// over many at a time.
    @unsafe private struct Lists {
        var tags: UnsafeMutablePointer<UInt8>
        var events: UnsafeMutablePointer<UInt16>
        /// Where the newest entry of each list is, and where the one after the oldest would be.
        var heads: UnsafeMutablePointer<Int>
        var tails: UnsafeMutablePointer<Int>

        /// A byte of a value, the same for equal values.
        @inline(__always) private static func tag(_ value: Int64) -> UInt8 {
            UInt8(truncatingIfNeeded: (UInt64(bitPattern: value) &* 0x9E37_79B9_7F4A_7C15) >> 56)
        }

        /// Makes an entry the newest; with `value` for writing.
        @inline(__always) func push(_ list: Int, _ event: Int, value: Int64?) {
            var head = unsafe heads[list]
            var tail = unsafe tails[list]
            if head == list &* RecencyWalk.listRoom &+ RecencyWalk.slack {
                let top = (list &+ 1) &* RecencyWalk.listRoom &- RecencyWalk.slack
                let count = tail &- head
                unsafe (tags + (top &- count)).update(from: tags + head, count: count)
                unsafe (events + (top &- count)).update(from: events + head, count: count)
                head = top &- count
                tail = top
            }
            head &-= 1
            unsafe events[head] = UInt16(truncatingIfNeeded: event)
            if let value { unsafe tags[head] = Self.tag(value) }
            unsafe heads[list] = head
            unsafe tails[list] = min(tail, head &+ RecencyWalk.listEntries)
        }

        @inline(__always) func length(_ list: Int) -> Int { unsafe tails[list] &- heads[list] }

        /// Removes the newest entry with a value: its place, counted from 1 for the newest, and its
        /// event; or place 0, where there is none.
        ///
        /// - Parameters:
        ///   - cells: The values that the list's events have.
        @inline(__always) func take(
            _ list: Int, value: Int64, in cells: UnsafePointer<Int64>
        ) -> (place: Int, event: Int32) {
            let head = unsafe heads[list]
            let tail = unsafe tails[list]
            let tag = unsafe Self.tag(value)
            var index = head
            while index < tail {
                var matches = unsafe byte_match_64(tags + index, tag)
                while matches != 0 {
                    let found = index &+ matches.trailingZeroBitCount
                    let event = unsafe Int(events[found])
                    if found < tail, unsafe cells[event] == value {
                        unsafe close(list, found)
                        return (found &- head &+ 1, Int32(truncatingIfNeeded: event))
                    }
                    matches &= matches &- 1
                }
                index &+= 64
            }
            return (0, -1)
        }

        /// Removes the entry at a place and gives its event.
        @inline(__always) func take(_ list: Int, place: Int) -> Int32 {
            let found = unsafe heads[list] &+ place &- 1
            let event = unsafe Int32(events[found])
            unsafe closeEvents(list, found)
            unsafe heads[list] &+= 1
            return event
        }

        /// Moves the entries before one up by one, over it.
        @inline(__always) private func close(_ list: Int, _ found: Int) {
            let head = unsafe heads[list]
            var end = found
            // At least once: no branch to guess. What lies below the head moves and is never read.
            repeat {
                let chunk = unsafe UnsafeRawPointer(tags + (end &- 16))
                    .loadUnaligned(as: SIMD16<UInt8>.self)
                unsafe UnsafeMutableRawPointer(tags + (end &- 15))
                    .storeBytes(of: chunk, as: SIMD16<UInt8>.self)
                end &-= 16
            } while end > head
            unsafe closeEvents(list, found)
            unsafe heads[list] = head &+ 1
        }

        @inline(__always) private func closeEvents(_ list: Int, _ found: Int) {
            let head = unsafe heads[list]
            var end = found
            repeat {
                let chunk = unsafe UnsafeRawPointer(events + (end &- 16))
                    .loadUnaligned(as: SIMD16<UInt16>.self)
                unsafe UnsafeMutableRawPointer(events + (end &- 15))
                    .storeBytes(of: chunk, as: SIMD16<UInt16>.self)
                end &-= 16
            } while end > head
        }
    }

    /// Makes the lists, gives them to `body` and frees them.
    private static func withLists<Result>(
        _ count: Int, _ body: (Lists) -> Result
    ) -> Result {
        let room = count * listRoom
        return unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: room) { tags in
            unsafe withUnsafeTemporaryAllocation(of: UInt16.self, capacity: room) { events in
                unsafe withUnsafeTemporaryAllocation(of: Int.self, capacity: 2 * count) { ends in
                    unsafe tags.initialize(repeating: 0)
                    unsafe events.initialize(repeating: 0)
                    for list in 0..<count {
                        unsafe ends[list] = (list + 1) * listRoom - slack
                        unsafe ends[count + list] = ends[list]
                    }
                    guard let tag = tags.baseAddress, let event = events.baseAddress,
                        let head = ends.baseAddress
                    else { preconditionFailure("a walk has at least one list") }
                    return unsafe body(
                        Lists(tags: tag, events: event, heads: head, tails: head + count))
                }
            }
        }
    }

    /// Hands the events of sections that take or give to `visit`, with their sections as they are
    /// and their numbers within them, until it returns false.
    ///
    /// - Returns: Whether it never did.
    @inline(__always)
    private static func forEachLinked(
        _ order: Range<Int>, _ cells: UnsafePointer<Int64>,
        _ sections: UnsafeMutableBufferPointer<Section>, _ visit: (Int, Section, Int) -> Bool
    ) -> Bool {
        for position in order {
            let number = unsafe Int(cells[position])
            precondition(number >= 0 && number < sections.count, "an order names a section")
            let section = unsafe sections[number]
            guard section.takenList >= 0 || section.list >= 0 else { continue }
            let event = section.passed
            precondition(event < section.count, "a section has as many events as it says")
            unsafe sections[number].passed = event &+ 1
            guard visit(number, section, event) else { return false }
        }
        return true
    }

    /// Looks for the values that sections take.
    ///
    /// - Parameters:
    ///   - order: Where the section of each event is among the cells.
    ///   - places: Becomes the place of each value in the list it is taken from, 0 for a literal.
    ///   - references: Becomes the event of the source that each value was taken from, or -1.
    /// - Complexity: O(events * length of the lists).
    static func find(
        _ cells: [Int64], order: Range<Int>, _ sections: inout [Section], lists count: Int,
        places: inout [UInt8], references: inout [Int32]
    ) {
        check(cells, order, sections, places.count, references.count)
        unsafe withLists(count) { lists in
            unsafe cells.withUnsafeBufferPointer { cells in
                guard let start = cells.baseAddress else { return }
                unsafe sections.withUnsafeMutableBufferPointer { sections in
                    unsafe places.withUnsafeMutableBufferPointer { places in
                        unsafe references.withUnsafeMutableBufferPointer { references in
                            _ = unsafe forEachLinked(order, start, sections) {
                                number, section, event in
                                if section.takenList >= 0 {
                                    let found = unsafe lists.take(
                                        section.takenList, value: cells[section.key &+ event],
                                        in: start + section.takenCells)
                                    let output = section.output &+ event
                                    unsafe places[output] = UInt8(truncatingIfNeeded: found.place)
                                    unsafe references[output] = found.event
                                    if found.place == 0 {
                                        unsafe sections[number].literalCount &+= 1
                                    }
                                }
                                if section.list >= 0 {
                                    let value = unsafe cells[section.given &+ event]
                                    unsafe lists.push(section.list, event, value: value)
                                }
                                return true
                            }
                        }
                    }
                }
            }
        }
    }

    /// Turns places and literals back into values.
    ///
    /// - Parameters: As for `find`; `cells` holds the literals and the key columns of sources that
    ///   take nothing, and gets those of the sections that do.
    /// - Returns: Whether every place was in its list and the literals were as many as declared.
    /// - Complexity: O(events * length of the lists).
    static func resolve(
        _ cells: inout [Int64], order: Range<Int>, _ sections: inout [Section], lists count: Int,
        places: [UInt8], references: inout [Int32]
    ) -> Bool {
        check(cells, order, sections, places.count, references.count)
        return unsafe withLists(count) { lists in
            unsafe cells.withUnsafeMutableBufferPointer { cells in
                guard let base = cells.baseAddress else { return true }
                let start = unsafe UnsafePointer(base)
                return unsafe sections.withUnsafeMutableBufferPointer { sections in
                    unsafe places.withUnsafeBufferPointer { places in
                        unsafe references.withUnsafeMutableBufferPointer { references in
                            let isGood = unsafe forEachLinked(order, start, sections) {
                                number, section, event in
                                if section.takenList >= 0 {
                                    let output = section.output &+ event
                                    let place = unsafe Int(places[output])
                                    let from: Int
                                    if place == 0 {
                                        let literal = section.literalsPassed
                                        guard literal < section.literalCount else { return false }
                                        unsafe sections[number].literalsPassed = literal &+ 1
                                        unsafe references[output] = -1
                                        from = section.literals &+ literal
                                    } else {
                                        guard unsafe place <= lists.length(section.takenList)
                                        else { return false }
                                        let taken = unsafe lists.take(
                                            section.takenList, place: place)
                                        unsafe references[output] = taken
                                        from = section.takenCells &+ Int(taken)
                                    }
                                    unsafe cells[section.key &+ event] = cells[from]
                                }
                                if section.list >= 0 {
                                    unsafe lists.push(section.list, event, value: nil)
                                }
                                return true
                            }
                            guard isGood else { return false }
                            return unsafe sections.allSatisfy {
                                $0.takenList < 0 || $0.literalsPassed == $0.literalCount
                            }
                        }
                    }
                }
            }
        }
    }

    /// Combines each value of a column by exclusive or with the value of the event it refers to,
    /// or with `base` where it refers to none; doing it twice gives the column back.
    ///
    /// - Parameters:
    ///   - source: Where the values referred to are among the cells.
    ///   - start: The position of the column's first event among the references.
    /// - Complexity: O(range).
    static func combine(
        _ cells: [Int64], _ range: Range<Int>, source: Range<Int>, base: Int64,
        references: [Int32], at start: Int, into target: inout [Int64]
    ) {
        check(cells.count, range, source, references.count, start)
        precondition(range.count <= target.count, "a combined column has room")
        unsafe cells.withUnsafeBufferPointer { cells in
            unsafe target.withUnsafeMutableBufferPointer { target in
                for index in 0..<range.count {
                    let event = Int(references[start &+ index])
                    precondition(event < source.count, "a reference lies within its source")
                    let other = unsafe event < 0 ? base : cells[source.lowerBound &+ event]
                    unsafe target[index] = cells[range.lowerBound &+ index] ^ other
                }
            }
        }
    }

    /// As the other, in place.
    ///
    /// - Complexity: O(range).
    static func combine(
        _ cells: inout [Int64], _ range: Range<Int>, source: Range<Int>, base: Int64,
        references: [Int32], at start: Int
    ) {
        check(cells.count, range, source, references.count, start)
        unsafe cells.withUnsafeMutableBufferPointer { cells in
            for index in 0..<range.count {
                let event = Int(references[start &+ index])
                precondition(event < source.count, "a reference lies within its source")
                let other = unsafe event < 0 ? base : cells[source.lowerBound &+ event]
                unsafe cells[range.lowerBound &+ index] ^= other
            }
        }
    }

    private static func check(
        _ cells: Int, _ range: Range<Int>, _ source: Range<Int>, _ references: Int, _ start: Int
    ) {
        precondition(
            range.lowerBound >= 0 && range.upperBound <= cells && source.lowerBound >= 0
                && source.upperBound <= cells && start >= 0 && start + range.count <= references,
            "columns and references lie within their arrays")
    }

    private static func check(
        _ cells: [Int64], _ order: Range<Int>, _ sections: [Section], _ places: Int,
        _ references: Int
    ) {
        precondition(
            order.lowerBound >= 0 && order.upperBound <= cells.count,
            "the order column lies within the cells")
        for section in sections {
            precondition(
                min(section.key, section.given) >= 0
                    && max(section.key, section.given) + section.count <= cells.count
                    && section.literals + section.literalCount <= cells.count,
                "a section's columns lie within the cells")
            precondition(
                section.takenList < 0
                    || section.output + section.count <= min(places, references),
                "a section's places and references have room")
        }
    }
}

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
    /// Room of a list: it is moved to the front when its end is reached.
    private static let listRoom = 1_024

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

    /// The lists of a walk. An entry is the event that a value comes from and, for writing, a tag
    /// of the value above it, so that most entries are passed over without looking at values.
    @unsafe private struct Lists {
        var entries: UnsafeMutablePointer<UInt64>
        var starts: UnsafeMutablePointer<Int>
        var ends: UnsafeMutablePointer<Int>

        @inline(__always) static func entry(_ value: Int64, _ event: Int) -> UInt64 {
            unsafe UInt64(tag(value)) << 32 | UInt64(truncatingIfNeeded: event)
        }

        @inline(__always) private static func tag(_ value: Int64) -> UInt32 {
            UInt32(truncatingIfNeeded: value ^ (value >> 32))
        }

        @inline(__always) func push(_ list: Int, _ entry: UInt64) {
            let base = unsafe entries + list &* RecencyWalk.listRoom
            var end = unsafe ends[list]
            if end == RecencyWalk.listRoom {
                let start = unsafe starts[list]
                unsafe base.update(from: base + start, count: end &- start)
                unsafe starts[list] = 0
                end &-= start
            }
            unsafe base[end] = entry
            end &+= 1
            unsafe ends[list] = end
            if unsafe end &- starts[list] > RecencyWalk.listEntries {
                unsafe starts[list] &+= 1
            }
        }

        @inline(__always) func length(_ list: Int) -> Int { unsafe ends[list] &- starts[list] }

        /// Removes the newest entry with a value: its place, counted from 1 for the newest, and its
        /// event; or place 0, where there is none.
        ///
        /// Entries move up as the search passes them, which is one loop with one exit; where
        /// nothing is found they move back.
        ///
        /// - Parameters:
        ///   - cells: The values that the list's events have.
        @inline(__always) func take(
            _ list: Int, value: Int64, in cells: UnsafePointer<Int64>
        ) -> (place: Int, event: Int32) {
            let base = unsafe entries + list &* RecencyWalk.listRoom
            let start = unsafe starts[list]
            let end = unsafe ends[list]
            guard end > start else { return (0, -1) }
            let tag = unsafe UInt64(Self.tag(value))
            var index = end &- 1
            var entry = unsafe base[index]
            while true {
                if entry >> 32 == tag {
                    let event = Int32(truncatingIfNeeded: entry)
                    if unsafe cells[Int(event)] == value {
                        unsafe ends[list] = end &- 1
                        return (end &- index, event)
                    }
                }
                if index == start { break }
                index &-= 1
                let next = unsafe base[index]
                unsafe base[index] = entry
                entry = next
            }
            index = end &- 1
            while index > start {
                unsafe base[index] = base[index &- 1]
                index &-= 1
            }
            unsafe base[start] = entry
            return (0, -1)
        }

        /// Removes the entry at a place and gives its event.
        @inline(__always) func take(_ list: Int, place: Int) -> Int32 {
            let base = unsafe entries + list &* RecencyWalk.listRoom
            let end = unsafe ends[list]
            var index = end &- place
            let event = unsafe Int32(truncatingIfNeeded: base[index])
            while index &+ 1 < end {
                unsafe base[index] = base[index &+ 1]
                index &+= 1
            }
            unsafe ends[list] = end &- 1
            return event
        }
    }

    /// Makes the lists, gives them to `body` and frees them.
    private static func withLists<Result>(
        _ count: Int, _ body: (Lists) -> Result
    ) -> Result {
        unsafe withUnsafeTemporaryAllocation(of: UInt64.self, capacity: count * listRoom) {
            entries in
            unsafe withUnsafeTemporaryAllocation(of: Int.self, capacity: 2 * count) { ends in
                unsafe ends.initialize(repeating: 0)
                guard let entry = entries.baseAddress, let end = ends.baseAddress
                else { preconditionFailure("a walk has at least one list") }
                return unsafe body(Lists(entries: entry, starts: end, ends: end + count))
            }
        }
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
                            for event in order {
                                let number = unsafe Int(cells[event])
                                precondition(number >= 0 && number < sections.count)
                                let section = unsafe sections[number]
                                guard section.takenList >= 0 || section.list >= 0 else { continue }
                                let passed = section.passed
                                precondition(passed < section.count)
                                unsafe sections[number].passed = passed &+ 1
                                if section.takenList >= 0 {
                                    let value = unsafe cells[section.key &+ passed]
                                    let found = unsafe lists.take(
                                        section.takenList, value: value,
                                        in: start + section.takenCells)
                                    let output = section.output &+ passed
                                    unsafe places[output] = UInt8(truncatingIfNeeded: found.place)
                                    unsafe references[output] = found.event
                                    if found.place == 0 {
                                        unsafe sections[number].literalCount &+= 1
                                    }
                                }
                                if section.list >= 0 {
                                    let value = unsafe cells[section.given &+ passed]
                                    unsafe lists.push(section.list, Lists.entry(value, passed))
                                }
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
                unsafe sections.withUnsafeMutableBufferPointer { sections in
                    unsafe places.withUnsafeBufferPointer { places in
                        unsafe references.withUnsafeMutableBufferPointer { references in
                            for event in order {
                                let number = unsafe Int(cells[event])
                                precondition(number >= 0 && number < sections.count)
                                let section = unsafe sections[number]
                                guard section.takenList >= 0 || section.list >= 0 else { continue }
                                let passed = section.passed
                                precondition(passed < section.count)
                                unsafe sections[number].passed = passed &+ 1
                                if section.takenList >= 0 {
                                    let output = section.output &+ passed
                                    let place = unsafe Int(places[output])
                                    if place == 0 {
                                        let literal = section.literalsPassed
                                        guard literal < section.literalCount else { return false }
                                        unsafe sections[number].literalsPassed = literal &+ 1
                                        unsafe references[output] = -1
                                        unsafe cells[section.key &+ passed] =
                                            cells[section.literals &+ literal]
                                    } else {
                                        guard unsafe place <= lists.length(section.takenList)
                                        else { return false }
                                        let taken = unsafe lists.take(
                                            section.takenList, place: place)
                                        unsafe references[output] = taken
                                        unsafe cells[section.key &+ passed] =
                                            cells[section.takenCells &+ Int(taken)]
                                    }
                                }
                                if section.list >= 0 {
                                    unsafe lists.push(
                                        section.list, UInt64(truncatingIfNeeded: passed))
                                }
                            }
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

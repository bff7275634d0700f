import TraceCore

/// Sorts the events of a stretch by what is to be done with them.
///
/// Which kind comes next is hard to predict, for a processor too. So there is no branch here, and
/// who takes the events of a list or section meets one kind, or a few, over and over.
struct StretchSplit {
    /// What is done with events of a kind besides counting them.
    struct Role: OptionSet {
        let rawValue: UInt8

        /// They are taken as failures, all of a stretch together.
        static let failure = Role(rawValue: 1)
        /// They are taken one by one, in their order.
        static let single = Role(rawValue: 2)
    }

    /// Where an event is: its position in the stretch, and where its row starts.
    struct Place {
        var event: Int32 = 0
        var row: Int32 = 0
    }

    /// The rows of one section in the stretch.
    struct Rows {
        var section: Int
        /// Where the first one starts, and the end of the last one.
        var range: Range<Int>
        /// Cells of a row.
        var cells: Int

        var count: Int { range.count / cells }
    }

    /// The failures and the single events, in their order.
    private(set) var failures: [Place] = []
    private(set) var singles: [Place] = []
    private(set) var failureCount = 0
    private(set) var singleCount = 0
    /// The position of the last event that has a row, -1 for none.
    private(set) var last = -1
    /// The sections that have events in the stretch, where these have rows.
    private(set) var sections: [Rows] = []
    /// By start of a row the position of its event.
    private(set) var events: [Int32] = []
    private var firstRows: [Int] = []

    /// Sorts a stretch and moves the sections' rows on.
    ///
    /// - Parameter roles: By number of the kind.
    /// - Complexity: O(events + sections).
    mutating func split(
        _ order: Span<Int64>, rowCells: Int, _ sections: inout MutableSpan<SectionRows>,
        _ roles: [Role]
    ) {
        firstRows.removeAll(keepingCapacity: true)
        for section in sections.indices { firstRows.append(sections[section].nextRow) }
        makeRoom(events: order.count, rowCells: rowCells)
        var lists = (failures: [Place](), singles: [Place](), events: [Int32]())
        swap(&lists.failures, &failures)
        swap(&lists.singles, &singles)
        swap(&lists.events, &events)
        sort(order, &sections, roles.span, &lists.failures, &lists.singles, &lists.events)
        swap(&lists.failures, &failures)
        swap(&lists.singles, &singles)
        swap(&lists.events, &events)
        self.sections.removeAll(keepingCapacity: true)
        for section in sections.indices where sections[section].nextRow > firstRows[section] {
            self.sections.append(
                Rows(
                    section: section, range: firstRows[section]..<sections[section].nextRow,
                    cells: sections[section].rowCells))
        }
    }

    /// What belongs to no list is written behind the list's end, so each has one place more.
    private mutating func makeRoom(events count: Int, rowCells: Int) {
        if failures.count <= count {
            failures = [Place](repeating: Place(), count: count + 1)
            singles = failures
        }
        if events.count <= rowCells { events = [Int32](repeating: 0, count: rowCells + 1) }
    }

    private mutating func sort(
        _ order: Span<Int64>, _ sections: inout MutableSpan<SectionRows>, _ roles: Span<Role>,
        _ failures: inout [Place], _ singles: inout [Place], _ events: inout [Int32]
    ) {
        let nowhere = events.count - 1
        var failures = failures.mutableSpan
        var singles = singles.mutableSpan
        var events = events.mutableSpan
        var (failure, single, last) = (0, 0, -1)
        for event in order.indices {
            let number = Int(truncatingIfNeeded: order[event])
            let (row, cells) = (sections[number].nextRow, sections[number].rowCells)
            sections[number].nextRow = row &+ cells
            last = cells > 0 ? event : last
            let place = Place(
                event: Int32(truncatingIfNeeded: event), row: Int32(truncatingIfNeeded: row))
            events[cells > 0 ? row : nowhere] = place.event
            failures[failure] = place
            singles[single] = place
            let role = roles[Int(sections[number].kind.rawValue)].rawValue
            failure &+= Int(role & Role.failure.rawValue)
            single &+= Int(role / Role.single.rawValue)
        }
        (failureCount, singleCount, self.last) = (failure, single, last)
    }
}

import TraceCore

// From distances to sequence numbers and times, and the rules that a block's events keep.
extension BlockDecoder {
    /// Checks what the head says of kinds and domains against the directories.
    func checkStatistics(_ summary: BlockSummary, _ offset: Int64) throws(FormatError) {
        let sections = directories[0].sections + directories[1].sections
        let mask = sections.reduce(0) { $0 | BlockSummary.mask($1.kind.rawValue) }
        guard summary.kindMask == mask else {
            throw .mismatch(
                field: "kind mask", offset: offset, found: summary.kindMask, expected: mask)
        }
        let domains = sections.map { Int64($0.domain) }
        let found = [Int64(summary.domainMin), Int64(summary.domainMax)]
        guard found == [domains.min() ?? 0, domains.max() ?? 0] else {
            throw .invalidValue(
                field: "domains", offset: offset, value: UInt64(bitPattern: found[0]))
        }
    }

    /// Checks that every event names a section, and every section as many events as it says.
    mutating func finishOrder(_ lane: Lane) throws(FormatError) {
        let directory = directories[Int(lane.rawValue)]
        var counts = [Int](repeating: 0, count: directory.sections.count)
        let order = directory.columns[LaneDirectory.orderColumn].cells
        guard BytePlanes.count(cells, order, into: &counts) else {
            let limit = Int64(counts.count)
            let section = cells[order].first { $0 < 0 || $0 >= limit }
            throw .invalidValue(
                field: "order", offset: fileOffset, value: UInt64(bitPattern: section ?? -1))
        }
        for (section, count) in zip(directory.sections, counts) where section.count != count {
            throw .mismatch(
                field: "section events", offset: fileOffset, found: UInt64(count),
                expected: UInt64(section.count))
        }
    }

    /// Sums the distances in time up to times.
    mutating func finishTimes(_ lane: Lane) throws(FormatError) {
        let summary = current.summary
        let range = directories[Int(lane.rawValue)].columns[LaneDirectory.timeColumn].cells
        let span = UInt64(bitPattern: summary.timeMaxNs &- summary.timeMinNs)
        guard BytePlanes.sum(&cells, range, from: summary.timeMinNs, within: span, step: 0) else {
            throw .order(field: "time", offset: fileOffset)
        }
    }

    /// Sums the gaps between sequence numbers up to sequence numbers.
    mutating func finishSequences(_ lane: Lane) throws(FormatError) {
        let summary = current.summary
        let column = directories[Int(lane.rawValue)].columns[LaneDirectory.sequenceColumn]
        if column.transform == .complement {
            try fillComplement(column.cells)
        } else {
            let first = Int64(bitPattern: summary.firstSequence)
            let span = summary.lastSequence - summary.firstSequence
            guard BytePlanes.sum(&cells, column.cells, from: first, within: span, step: 1) else {
                throw .order(field: "sequence", offset: fileOffset)
            }
        }
        directories[Int(lane.rawValue)].columns[LaneDirectory.sequenceColumn].isDecoded = true
    }

    /// Gives the data lane the sequence numbers that the control lane leaves.
    private mutating func fillComplement(_ range: Range<Int>) throws(FormatError) {
        let summary = current.summary
        guard summary.lastSequence - summary.firstSequence == UInt64(summary.eventCount - 1),
            summary.controlEvents > 0
        else {
            throw .order(field: "sequence", offset: fileOffset)
        }
        let control = directories[0].columns[LaneDirectory.sequenceColumn].cells
        // Sequence numbers of a lane rise and those of a block fit into it, so the numbers left
        // out are as many as the data lane has events.
        BytePlanes.complement(
            from: summary.firstSequence, without: control, &cells, range)
    }

    /// Checks the CPUs and causes of a lane, as far as they are decoded.
    func checkSections(_ lane: Lane) throws(FormatError) {
        let directory = directories[Int(lane.rawValue)]
        var hasCauses = false
        for section in directory.sections {
            let column = directory.columns[section.firstColumn]
            guard column.isDecoded else { continue }
            let cpus = BytePlanes.bounds(cells, column.cells)
            guard cpus.min >= Int64(Int32.min), cpus.max <= Int64(Int32.max) else {
                throw .invalidValue(
                    field: "cpu", offset: fileOffset, value: UInt64(bitPattern: cpus.max))
            }
        }
        for section in directory.sections {
            let causes = directory.columns[section.firstColumn + 1]
            guard causes.isDecoded else { continue }
            let isZero = causes.transform == .constant && causes.base == 0 && !section.isSmall
            if !isZero { hasCauses = hasCauses || BytePlanes.union(cells, causes.cells) != 0 }
        }
        if hasCauses { try checkCauses(directory) }
    }

    private func checkCauses(_ directory: LaneDirectory) throws(FormatError) {
        var cursors = directory.sections.map {
            directory.columns[$0.firstColumn + 1].cells.lowerBound
        }
        let isDecoded = directory.sections.map {
            directory.columns[$0.firstColumn + 1].isDecoded
        }
        let orders = directory.columns[LaneDirectory.orderColumn].cells
        let sequences = directory.columns[LaneDirectory.sequenceColumn].cells
        for (orderCell, sequenceCell) in zip(orders, sequences) {
            let section = Int(cells[orderCell])
            let distance = UInt64(bitPattern: cells[cursors[section]])
            cursors[section] += 1
            guard isDecoded[section] else { continue }
            guard distance < UInt64(bitPattern: cells[sequenceCell]) else {
                throw .invalidValue(field: "cause", offset: fileOffset, value: distance)
            }
        }
    }

    /// Checks that the first and last event are the declared ones and, with both lanes decoded,
    /// that they share no sequence number and that time rises with it.
    ///
    /// - Complexity: O(events).
    /// - Throws: `FormatError.order`.
    public func checkOrder() throws(FormatError) {
        let summary = current.summary
        let control = laneCells(.control)
        let data = laneCells(.data)
        // Each lane keeps the rules by itself: its distances are not negative. So what is left to
        // look at is the neighbours of each control event in the data lane.
        var isWrong = false
        var next = 0
        for event in 0..<control.count {
            let sequence = UInt64(bitPattern: cells[control.sequence + event])
            next = dataEvents(before: sequence, control: event, from: next)
            let time = cells[control.time + event]
            if next > 0 { isWrong = isWrong || cells[data.time + next - 1] > time }
            if next < data.count {
                isWrong =
                    isWrong || cells[data.time + next] < time
                    || UInt64(bitPattern: cells[data.sequence + next]) == sequence
            }
        }
        let lanes = [control, data].filter { $0.count > 0 }
        let lastSequence = lanes.map { UInt64(bitPattern: cells[$0.sequence + $0.count - 1]) }.max()
        let lastTime = lanes.map { cells[$0.time + $0.count - 1] }.max()
        let firstSequence = lanes.map { UInt64(bitPattern: cells[$0.sequence]) }.min()
        let firstTime = lanes.map { cells[$0.time] }.min()
        guard !isWrong, firstSequence == summary.firstSequence, firstTime == summary.timeMinNs,
            lastSequence == summary.lastSequence, lastTime == summary.timeMaxNs
        else {
            throw .order(field: "block", offset: fileOffset)
        }
    }

    /// How many data events come before a sequence number of the control lane, at least `low`.
    private func dataEvents(before sequence: UInt64, control event: Int, from low: Int) -> Int {
        let data = laneCells(.data)
        if sequencesFollow {
            // All numbers of the block are taken, so those before are the control lane's or these.
            return Int(truncatingIfNeeded: sequence &- current.summary.firstSequence) - event
        }
        var low = low
        var high = data.count
        while low < high {
            let middle = (low + high) / 2
            if UInt64(bitPattern: cells[data.sequence + middle]) < sequence {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }

    /// Positions of a lane's own columns among the cells.
    func laneCells(_ lane: Lane) -> (order: Int, time: Int, sequence: Int, count: Int) {
        let directory = directories[Int(lane.rawValue)]
        guard directory.eventCount > 0 else { return (0, 0, 0, 0) }
        return (
            directory.columns[LaneDirectory.orderColumn].cells.lowerBound,
            directory.columns[LaneDirectory.timeColumn].cells.lowerBound,
            directory.columns[LaneDirectory.sequenceColumn].cells.lowerBound,
            directory.eventCount
        )
    }
}

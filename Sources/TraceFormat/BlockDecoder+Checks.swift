import TraceCore

// From distances to sequence numbers and times, and the rules that a block's events keep.
extension BlockDecoder {
    /// Checks that every event names a section, and every section as many events as it says.
    mutating func finishOrder(_ lane: Lane) throws(FormatError) {
        let directory = directories[Int(lane.rawValue)]
        var counts = [Int](repeating: 0, count: directory.sections.count)
        for cell in directory.columns[LaneDirectory.orderColumn].cells {
            let section = cells[cell]
            guard section >= 0, section < Int64(counts.count) else {
                throw .invalidValue(
                    field: "order", offset: fileOffset, value: UInt64(bitPattern: section))
            }
            counts[Int(section)] += 1
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
        var time = summary.timeMinNs
        for cell in directories[Int(lane.rawValue)].columns[LaneDirectory.timeColumn].cells {
            // Compared with what is left, so that no sum can overflow.
            let left = summary.timeMaxNs.subtractingReportingOverflow(time)
            let distance = cells[cell]
            guard distance >= 0, left.overflow || distance <= left.partialValue else {
                throw .order(field: "time", offset: fileOffset)
            }
            time &+= distance
            cells[cell] = time
        }
    }

    /// Sums the gaps between sequence numbers up to sequence numbers.
    mutating func finishSequences(_ lane: Lane) throws(FormatError) {
        let summary = current.summary
        let column = directories[Int(lane.rawValue)].columns[LaneDirectory.sequenceColumn]
        if column.transform == .complement {
            try fillComplement(column.cells)
        } else {
            var next = summary.firstSequence
            for cell in column.cells {
                let gap = UInt64(bitPattern: cells[cell])
                let (sequence, overflow) = next.addingReportingOverflow(gap)
                guard !overflow, sequence <= summary.lastSequence else {
                    throw .order(field: "sequence", offset: fileOffset)
                }
                cells[cell] = Int64(bitPattern: sequence)
                // Above the last there is no other; the wrapped number is then never used.
                next = sequence &+ 1
                if next == 0, cell + 1 < column.cells.upperBound {
                    throw .order(field: "sequence", offset: fileOffset)
                }
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
        var taken = control.lowerBound
        var sequence = summary.firstSequence
        for cell in range {
            while taken < control.upperBound, UInt64(bitPattern: cells[taken]) == sequence {
                taken += 1
                sequence &+= 1
            }
            guard sequence <= summary.lastSequence else {
                throw .order(field: "sequence", offset: fileOffset)
            }
            cells[cell] = Int64(bitPattern: sequence)
            sequence &+= 1
        }
    }

    /// Checks the CPUs and causes of a lane whose columns are decoded.
    func checkSections(_ lane: Lane) throws(FormatError) {
        let directory = directories[Int(lane.rawValue)]
        var hasCauses = false
        for section in directory.sections {
            let cpus = BytePlanes.bounds(cells, directory.columns[section.firstColumn].cells)
            guard cpus.min >= Int64(Int32.min), cpus.max <= Int64(Int32.max) else {
                throw .invalidValue(
                    field: "cpu", offset: fileOffset, value: UInt64(bitPattern: cpus.max))
            }
            let causes = directory.columns[section.firstColumn + 1]
            let isZero = causes.transform == .constant && causes.base == 0 && !section.isSmall
            hasCauses = hasCauses || !isZero
        }
        if hasCauses { try checkCauses(directory) }
    }

    private func checkCauses(_ directory: LaneDirectory) throws(FormatError) {
        var cursors = directory.sections.map {
            directory.columns[$0.firstColumn + 1].cells.lowerBound
        }
        let orders = directory.columns[LaneDirectory.orderColumn].cells
        let sequences = directory.columns[LaneDirectory.sequenceColumn].cells
        for (orderCell, sequenceCell) in zip(orders, sequences) {
            let section = Int(cells[orderCell])
            let distance = UInt64(bitPattern: cells[cursors[section]])
            cursors[section] += 1
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
        var lastSequence = summary.firstSequence &- 1
        var lastTime = summary.timeMinNs
        var isWrong = false
        var next = 0
        func take(_ lane: (order: Int, time: Int, sequence: Int, count: Int), _ event: Int) {
            let sequence = UInt64(bitPattern: cells[lane.sequence + event])
            let time = cells[lane.time + event]
            isWrong = isWrong || sequence <= lastSequence || time < lastTime
            lastSequence = sequence
            lastTime = time
        }
        for event in 0..<control.count {
            let sequence = UInt64(bitPattern: cells[control.sequence + event])
            while next < data.count, UInt64(bitPattern: cells[data.sequence + next]) < sequence {
                take(data, next)
                next += 1
            }
            take(control, event)
        }
        while next < data.count {
            take(data, next)
            next += 1
        }
        let lanes = [control, data].filter { $0.count > 0 }
        let firstSequence = lanes.map { UInt64(bitPattern: cells[$0.sequence]) }.min()
        let firstTime = lanes.map { cells[$0.time] }.min()
        guard !isWrong, firstSequence == summary.firstSequence, firstTime == summary.timeMinNs,
            lastSequence == summary.lastSequence, lastTime == summary.timeMaxNs
        else {
            throw .order(field: "block", offset: fileOffset)
        }
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

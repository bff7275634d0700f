public import TraceCore

// Many events at once: most stretches lie in the window whole, and no filter leaves events out.
extension Analyzer {
    /// What is done with the events of each kind, by its number.
    static func roles(
        _ binding: SchemaBinding, _ sections: SectionMask
    ) -> [StretchSplit.Role] {
        // Failures of two kinds in one domain would not wait in their order.
        let isOneKind = binding.kinds.filter { $0.meaning == .allocFail }.count == 1
        return binding.kinds.map { kind in
            let readers = kind.meaning.sections.intersection(sections)
            guard kind.meaning == .allocFail, isOneKind else {
                return readers.isEmpty ? [] : .single
            }
            let others = readers.subtracting([.failures, .wakeups])
            let isSilent = !FailureTracker.tellsRequests(kind) || !readers.contains(.failures)
            return others.isEmpty && isSilent ? .failure : [.failure, .single]
        }
    }

    /// Takes the events of a stretch, as readers hand them on; otherwise as for one event.
    ///
    /// Programmer error: a section of a kind that the schema does not have.
    ///
    /// - Complexity: as for single events.
    public mutating func consume(
        _ order: Span<Int64>, _ timesNs: Span<Int64>, _ sequences: Span<Int64>,
        _ rows: Span<Int64>, _ sections: inout MutableSpan<SectionRows>
    ) {
        guard takesStretches, !order.isEmpty, window.contains(timesNs[0]),
            window.contains(timesNs[order.count - 1])
        else {
            SectionRows.forEachEvent(order, timesNs, sequences, rows, &sections) { take($0, $1) }
            return
        }
        split.split(order, rowCells: rows.count, &sections, roles)
        guard split.last >= 0 else { return }
        lastNs = max(lastNs, timesNs[split.last])
        let all = sections.span
        failed.removeAll(keepingCapacity: true)
        for section in split.sections {
            let number = Int(all[section.section].kind.rawValue)
            count(binding.kinds[number].position, times: UInt64(section.count))
            if roles[number].contains(.failure) { failed.append(section) }
        }
        if asks(.failures), !failed.isEmpty {
            failures.fail(split, failed, order, timesNs, rows, all, binding)
        }
        takeSingles(order, timesNs, sequences, rows, all)
    }

    private mutating func takeSingles(
        _ order: Span<Int64>, _ timesNs: Span<Int64>, _ sequences: Span<Int64>,
        _ rows: Span<Int64>, _ sections: Span<SectionRows>
    ) {
        for index in 0..<split.singleCount {
            let place = split.singles[index]
            let (event, row) = (Int(place.event), Int(place.row))
            let section = sections[Int(truncatingIfNeeded: order[event])]
            let kind = binding.kinds[Int(section.kind.rawValue)]
            let header = section.header(
                sequence: sequences[event], timeNs: timesNs[event], rows, at: row)
            let values = rows.extracting(section.values(at: row))
            // A wakeup answers the failures before it.
            if kind.meaning == .wakeSend { fail(before: event, timesNs, sequences, sections) }
            follow(header, kind, values)
            switch kind.meaning {
            case .batchBegin: beginBatch(header, kind, values)
            case .batchEnd: endBatch(header, kind, values)
            case .allocFail where !failed.isEmpty:
                if asks(.failures), FailureTracker.tellsRequests(kind) {
                    failures.addRequest(kind, values)
                }
                failFurther(header, kind, values)
            case .threadName: names.name(kind, values)
            default: dispatch(header, kind, values)
            }
        }
        fail(before: order.count, timesNs, sequences, sections)
    }

    /// Has the failures of the stretch before an event wait for a wakeup.
    ///
    /// - Complexity: O(sections + failures).
    private mutating func fail(
        before event: Int, _ timesNs: Span<Int64>, _ sequences: Span<Int64>,
        _ sections: Span<SectionRows>
    ) {
        guard asks(.wakeups) else { return }
        for index in failed.indices {
            wakeups.fail(
                &failed[index], before: event, split, timesNs, sequences,
                sections[failed[index].section].domain)
        }
    }
}

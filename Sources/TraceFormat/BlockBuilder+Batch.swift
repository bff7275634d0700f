import TraceCore

// Taking many events at once.
extension BlockBuilder {
    /// Takes events of a batch from a cell on, as many as the block has room for.
    ///
    /// Programmer errors: as for one event.
    ///
    /// - Parameter batch: The cells of an `EventBatch`.
    /// - Returns: The cell of the first event without room, or the number of cells.
    /// - Complexity: O(cells).
    public mutating func append(_ batch: Span<Int64>, from start: Int) -> Int {
        var place = appendUsual(batch, from: start)
        while place < batch.count {
            // Whatever it is about this one, an own section or a mistake: one by one.
            let values = EventBatch.values(batch, at: place)
            guard append(EventBatch.header(batch, at: place), batch.extracting(values))
            else { return place }
            place = appendUsual(batch, from: values.upperBound)
        }
        return place
    }

    /// Takes events as long as there is nothing to say about them: there is room, their section
    /// is known, and number, time, cause and values are as they must be.
    private mutating func appendUsual(_ batch: Span<Int64>, from start: Int) -> Int {
        // Taken out of self while they are written to.
        var (rows, counts): ([Int64], [Int]) = ([], [])
        swap(&rows, &cells)
        swap(&counts, &sectionCounts)
        defer {
            swap(&rows, &cells)
            swap(&counts, &sectionCounts)
        }
        var row = rows.mutableSpan
        var sectionCount = counts.mutableSpan
        // Copies, so that spans of them do not keep all of self from being changed.
        let (kinds, usualSections) = (kinds, usualSections)
        let (positions, widths) = (kinds.positions.span, kinds.widths.span)
        let usual = usualSections.span
        var (place, next, events) = (start, cellCount, eventCount)
        var (lastSequence, lastTimeNs) = (lastSequence, lastTimeNs)
        while events < eventLimit, place <= batch.count - EventBatch.headCells {
            let header = EventBatch.header(batch, at: place)
            let values = EventBatch.values(batch, at: place)
            let kind = Int(header.kind.rawValue)
            guard kind < positions.count, positions[kind] >= 0 else { break }
            let position = Int(positions[kind])
            let slot = Int(header.domain) &+ 1
            guard values.count == widths[position], slot >= 0, slot < Self.usualDomains,
                values.upperBound <= batch.count,
                next &+ Self.headCells &+ values.count <= row.count,
                header.sequence > lastSequence, header.timeNs >= lastTimeNs,
                header.cause < header.sequence
            else { break }
            let section = Int(usual[position &* Self.usualDomains &+ slot])
            guard section >= 0 else { break }
            sectionCount[section] &+= 1
            events &+= 1
            lastSequence = header.sequence
            lastTimeNs = header.timeNs
            // Head and values were just seen to lie within the batch and to have room.
            unsafe row[unchecked: next] = Int64(bitPattern: header.sequence)
            unsafe row[unchecked: next &+ 1] = header.timeNs
            unsafe row[unchecked: next &+ 2] = Self.place(section, header.cpu)
            unsafe row[unchecked: next &+ 3] = Self.distance(header)
            next &+= Self.headCells
            for value in values {
                unsafe row[unchecked: next] = batch[unchecked: value]
                next &+= 1
            }
            place = values.upperBound
        }
        (cellCount, eventCount) = (next, events)
        (self.lastSequence, self.lastTimeNs) = (lastSequence, lastTimeNs)
        return place
    }
}

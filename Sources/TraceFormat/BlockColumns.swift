import TraceCore

/// The cells of a block sorted into columns: for each lane its order, time and sequence columns,
/// and for each section its CPU, cause and payload columns.
struct BlockColumns {
    /// A section with the place of its columns.
    struct SortedSection {
        var section: BlockBuilder.Section
        /// Number of its events.
        var count: Int
        /// Position of its first column in `values`; the others follow without gaps.
        var start: Int

        /// Its columns: CPU, cause and payload.
        var width: Int { section.width + 2 }

        /// Where a column's values are.
        func range(_ column: Int) -> Range<Int> {
            let first = start + column * count
            return first..<first + count
        }
    }

    /// All columns.
    private(set) var values: [Int64] = []
    /// Events of each lane.
    private(set) var laneCounts = [0, 0]
    private(set) var summary = BlockSummary(
        firstSequence: 0, lastSequence: 0, timeMinNs: 0, timeMaxNs: 0, controlEvents: 0,
        dataEvents: 0, kindMask: 0, domainMin: 0, domainMax: 0)
    /// Whether the data lane's sequence numbers are exactly those that the control lane lacks.
    private(set) var sequencesFollow = false

    private var sorted: [[SortedSection]] = [[], []]
    private var laneStarts = [0, 0]

    /// Where the rows start, section by section.
    private var rows: [Int] = []

    func sections(_ lane: Lane) -> [SortedSection] { sorted[Int(lane.rawValue)] }
    func orderRange(_ lane: Lane) -> Range<Int> { laneRange(lane, 0) }
    func timeRange(_ lane: Lane) -> Range<Int> { laneRange(lane, 1) }
    func sequenceRange(_ lane: Lane) -> Range<Int> { laneRange(lane, 2) }

    private func laneRange(_ lane: Lane, _ column: Int) -> Range<Int> {
        let count = laneCounts[Int(lane.rawValue)]
        let start = laneStarts[Int(lane.rawValue)] + column * count
        return start..<start + count
    }

    /// Where the cells of a section go.
    private struct Target {
        var lane = 0
        /// Cells of an event: CPU, distance to its cause, payload.
        var width = 0
        /// Events, which is how far apart an event's cells are.
        var count = 0
        /// Position of the first event's first cell.
        var start = 0
        var rank: Int64 = 0
        /// Where the row of the next event is listed.
        var nextRow = 0
    }

    /// Where the cells of a lane's own columns go, and what the next event counts from.
    private struct LaneTarget {
        var next: Int
        var count: Int
        var timeNs: Int64
        var sequence: Int64
    }

    /// Sorts the rows of a builder.
    ///
    /// - Complexity: O(cells + sections * log(sections)).
    mutating func sort(_ builder: BlockBuilder) {
        var targets = builder.sections.indices.map { index in
            let section = builder.sections[index]
            return Target(
                lane: Int(section.lane.rawValue), width: section.width + 2,
                count: builder.sectionCounts[index])
        }
        place(builder.sections, &targets)
        // The number before the first: a lane's first event counts from there.
        let before = builder.cells[0] &- 1
        var lanes = (0...1).map {
            LaneTarget(
                next: laneStarts[$0], count: laneCounts[$0], timeNs: builder.cells[1],
                sequence: before)
        }
        fill(builder, &targets, &lanes)
        let last = max(UInt64(bitPattern: lanes[0].sequence), UInt64(bitPattern: lanes[1].sequence))
        summary = BlockSummary(
            firstSequence: UInt64(bitPattern: builder.cells[0]), lastSequence: last,
            timeMinNs: builder.cells[1], timeMaxNs: max(lanes[0].timeNs, lanes[1].timeNs),
            controlEvents: laneCounts[0], dataEvents: laneCounts[1],
            kindMask: builder.sections.reduce(0) { $0 | BlockSummary.mask($1.kind) },
            domainMin: builder.sections.map(\.domain).min() ?? 0,
            domainMax: builder.sections.map(\.domain).max() ?? 0)
        let span = summary.lastSequence - summary.firstSequence
        sequencesFollow = laneCounts[0] > 0 && span == UInt64(builder.eventCount - 1)
    }

    /// Gives every section its rank within its lane and every column its place.
    private mutating func place(_ sections: [BlockBuilder.Section], _ targets: inout [Target]) {
        let order = sections.indices.sorted { left, right in
            let (one, two) = (sections[left], sections[right])
            return (one.lane.rawValue, one.kind, one.domain)
                < (two.lane.rawValue, two.kind, two.domain)
        }
        laneCounts = [0, 0]
        for target in targets { laneCounts[target.lane] += target.count }
        laneStarts = [0, 3 * laneCounts[0]]
        var next = 3 * (laneCounts[0] + laneCounts[1])
        sorted = [[], []]
        for number in order {
            let lane = targets[number].lane
            let count = targets[number].count
            targets[number].rank = Int64(sorted[lane].count)
            targets[number].start = next
            sorted[lane].append(
                SortedSection(section: sections[number], count: count, start: next))
            next += count * targets[number].width
        }
        // With room to spare: the next block is likely to need a little more.
        if values.count < next { values = [Int64](repeating: 0, count: next + next / 4) }
    }

    /// Copies every cell to its column; times and sequence numbers become distances.
    ///
    /// Section by section: taking every event's cells to their columns one by one would write to
    /// too many places at once for the cache.
    private mutating func fill(
        _ builder: BlockBuilder, _ targets: inout [Target], _ lanes: inout [LaneTarget]
    ) {
        if rows.count < builder.eventCount {
            rows = [Int](repeating: 0, count: builder.eventLimit)
        }
        var listed = 0
        for section in targets.indices {
            targets[section].nextRow = listed
            listed += targets[section].count
        }
        Self.fillLanes(
            builder.cells, events: builder.eventCount, &targets, &lanes, &rows, into: &values)
        for target in targets {
            BytePlanes.gather(
                builder.cells, rows, target.nextRow - target.count..<target.nextRow,
                cells: 2..<2 + target.width, into: &values, at: target.start,
                stride: target.count)
            // The first cell holds the section as well.
            BytePlanes.keepLowHalf(&values, target.start..<target.start + target.count)
        }
    }

    /// Fills the lanes' own columns and lists the rows of each section.
    private static func fillLanes(
        _ cells: [Int64], events: Int, _ targets: inout [Target], _ lanes: inout [LaneTarget],
        _ rows: inout [Int], into values: inout [Int64]
    ) {
        let all = cells.span
        var sections = targets.mutableSpan
        var laneTargets = lanes.mutableSpan
        var listed = rows.mutableSpan
        var out = values.mutableSpan
        var row = 0
        for _ in 0..<events {
            let number = Int(all[row + 2] >> 32)
            let section = sections[number]
            let lane = laneTargets[section.lane]
            let sequence = all[row]
            let timeNs = all[row + 1]
            out[lane.next] = section.rank
            out[lane.next + lane.count] = timeNs &- lane.timeNs
            out[lane.next + 2 * lane.count] = sequence &- lane.sequence &- 1
            laneTargets[section.lane] = LaneTarget(
                next: lane.next + 1, count: lane.count, timeNs: timeNs, sequence: sequence)
            listed[section.nextRow] = row
            sections[number].nextRow = section.nextRow + 1
            row += section.width + 2
        }
    }
}

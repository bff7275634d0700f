import TraceCore

/// Looks through the events of a lane for kinds that name what others named before.
///
/// Nothing is known of kinds and columns but their values: every pair of columns is sampled, and
/// what looks promising is tried out. That is done for few blocks only, so its cost hardly counts.
struct LinkSearch {
    /// Most kinds and columns of each that are looked at.
    private static let kindsMax = 16
    private static let columnsMax = 16
    /// Fewest events of a kind, in one domain.
    private static let eventsMin = 256
    /// Events sampled, and how many values of the source before each are looked through.
    private static let samples = 64
    private static let window = 128
    /// Most pairs that are tried out.
    private static let trialsMax = 48
    /// What a link must save, in 1024ths of a bit for each event: reading it takes longer.
    private static let gainMin = 512

    /// A section of the domain looked at.
    private struct Candidate {
        var sorted: BlockColumns.SortedSection
        /// Its number in the lane.
        var number: Int
        /// The place of each of its events in the lane.
        var places: [Int32] = []
        /// Plain cost of each column.
        var costs: [Int] = []

        func range(_ column: Int) -> Range<Int> { sorted.range(column) }
    }

    /// A pair of columns worth a trial.
    private struct Trial {
        var taker: Int
        var key: Int
        var source: Int
        var sourceKey: Int
        var hits: Int
        /// What it saves, in 1024ths of a bit for all events.
        var gain = 0
        var columns: [(pair: LinkRule.Pair, gain: Int)] = []
    }

    private let values: [Int64]
    private let order: Range<Int>
    private let sectionCount: Int
    private var candidates: [Candidate]
    private var cost = ColumnCost()

    /// Prepares the search in a lane of a block.
    ///
    /// - Complexity: O(cells of the lane).
    init(_ columns: BlockColumns, _ lane: Lane) {
        values = columns.values
        order = columns.orderRange(lane)
        let sections = columns.sections(lane)
        sectionCount = sections.count
        var events: [Int32: Int] = [:]
        for sorted in sections { events[sorted.section.domain, default: 0] += sorted.count }
        let domain = events.min { ($1.value, $0.key) < ($0.value, $1.key) }?.key
        let chosen = sections.indices.filter {
            sections[$0].section.domain == domain && sections[$0].count >= Self.eventsMin
        }.sorted { (sections[$1].count, $0) < (sections[$0].count, $1) }.prefix(Self.kindsMax)
        candidates = chosen.map { Candidate(sorted: sections[$0], number: $0) }
        listPlaces()
        for index in candidates.indices {
            let width = min(candidates[index].sorted.width, Self.columnsMax)
            for column in 0..<width {
                candidates[index].costs.append(cost.best(values, candidates[index].range(column)))
            }
        }
    }

    private mutating func listPlaces() {
        var numbers = [Int](repeating: -1, count: sectionCount)
        for (index, candidate) in candidates.enumerated() { numbers[candidate.number] = index }
        for (place, cell) in order.enumerated() {
            let index = numbers[Int(values[cell])]
            if index >= 0 { candidates[index].places.append(Int32(place)) }
        }
    }

    /// The links worth writing, each kind with at most one source and one that takes from it.
    ///
    /// - Complexity: O(pairs of columns + trials * events of the lane).
    mutating func rules() -> [LinkRule] {
        var trials = promisingPairs()
        for index in trials.indices { evaluate(&trials[index]) }
        trials.sort { ($1.gain, $0.taker, $0.key) < ($0.gain, $1.taker, $1.key) }
        var accepted: [Trial] = []
        for trial in trials {
            let events = candidates[trial.taker].sorted.count
            guard trial.gain >= Self.gainMin * events else { continue }
            let isFree = accepted.allSatisfy {
                $0.taker != trial.taker && $0.source != trial.source
            }
            if isFree { accepted.append(trial) }
        }
        return rules(accepted)
    }

    /// Pairs of columns where most sampled values of one were in the other shortly before.
    private func promisingPairs() -> [Trial] {
        var found: [Trial] = []
        for taker in candidates.indices {
            for key in candidates[taker].costs.indices.dropFirst(2)
            where candidates[taker].costs[key] >= Self.gainMin {
                for source in candidates.indices {
                    for sourceKey in candidates[source].costs.indices.dropFirst(2)
                    where candidates[source].costs[sourceKey] > 0 {
                        let hits = hits(taker, key, source, sourceKey)
                        guard 2 * hits >= Self.samples else { continue }
                        found.append(
                            Trial(
                                taker: taker, key: key, source: source, sourceKey: sourceKey,
                                hits: hits))
                    }
                }
            }
        }
        found.sort {
            ($1.hits, $0.taker, $0.key, $0.source, $0.sourceKey)
                < ($0.hits, $1.taker, $1.key, $1.source, $1.sourceKey)
        }
        return Array(found.prefix(Self.trialsMax))
    }

    private func hits(_ taker: Int, _ key: Int, _ source: Int, _ sourceKey: Int) -> Int {
        let takes = candidates[taker].range(key)
        let gives = candidates[source].range(sourceKey)
        let step = takes.count / Self.samples
        var hits = 0
        // From behind the middle on: a list is filled by then.
        for sample in 0..<Self.samples {
            let event = sample * step
            let place = candidates[taker].places[event]
            let before = Self.count(candidates[source].places, below: place)
            let recent = values[
                gives.lowerBound + max(0, before - Self.window)..<gives.lowerBound + before]
            if recent.contains(values[takes.lowerBound + event]) { hits += 1 }
        }
        return hits
    }

    /// How many of some ascending numbers are below a bound.
    private static func count(_ numbers: [Int32], below bound: Int32) -> Int {
        var low = 0
        var high = numbers.count
        while low < high {
            let middle = (low + high) / 2
            if numbers[middle] < bound { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Tries a pair out: what its places and literals cost, and what other columns then save.
    private mutating func evaluate(_ trial: inout Trial) {
        let taker = candidates[trial.taker]
        let source = candidates[trial.source]
        let count = taker.sorted.count
        var sections = [RecencyWalk.Section](repeating: .init(), count: sectionCount)
        sections[source.number].count = source.sorted.count
        sections[source.number].given = source.range(trial.sourceKey).lowerBound
        sections[source.number].list = 0
        sections[taker.number].count = count
        sections[taker.number].key = taker.range(trial.key).lowerBound
        sections[taker.number].takenList = 0
        sections[taker.number].takenCells = sections[source.number].given
        var places = [UInt8](repeating: 0, count: count)
        var references = [Int32](repeating: -1, count: count)
        RecencyWalk.find(
            values, order: order, &sections, lists: 1, places: &places, references: &references)
        let literals = sections[taker.number].literalCount
        let plain = taker.costs[trial.key]
        let coded = cost.places(places, 0..<count) + plain * literals / count
        trial.gain = (plain - coded) * count
        for column in taker.costs.indices
        where column != trial.key && column != 1 && taker.costs[column] > 0 {
            var best = (pair: LinkRule.Pair(column: column, sourceColumn: 0), gain: 0)
            let range = taker.range(column)
            let base = BytePlanes.bounds(values, range).min
            for other in source.costs.indices where other != 1 {
                let combined = cost.combined(
                    values, range, source: source.range(other).lowerBound, base: base,
                    references: references, at: 0)
                let gain = (taker.costs[column] - combined) * count
                if gain > best.gain { best = (.init(column: column, sourceColumn: other), gain) }
            }
            guard best.gain > count * Self.gainMin / 8 else { continue }
            trial.columns.append(best)
            trial.gain += best.gain
        }
    }

    /// Makes rules of trials; a column that others repeat does not repeat one itself.
    private func rules(_ trials: [Trial]) -> [LinkRule] {
        var rules = trials.map { trial in
            LinkRule(
                kind: candidates[trial.taker].sorted.section.kind, key: trial.key,
                source: candidates[trial.source].sorted.section.kind, sourceKey: trial.sourceKey)
        }
        var wishes = trials.indices.flatMap { index in
            trials[index].columns.map { (rule: index, pair: $0.pair, gain: $0.gain) }
        }
        wishes.sort { ($1.gain, $0.rule, $0.pair.column) < ($0.gain, $1.rule, $1.pair.column) }
        for wish in wishes {
            let rule = rules[wish.rule]
            let isChain = rules.contains { other in
                other.kind == rule.source
                    && other.columns.contains { $0.column == wish.pair.sourceColumn }
                    || other.source == rule.kind
                        && other.columns.contains { $0.sourceColumn == wish.pair.column }
            }
            // Of a kind that is its own source, a column cannot repeat itself.
            let isOwn = rule.kind == rule.source && wish.pair.column == wish.pair.sourceColumn
            if !isChain, !isOwn { rules[wish.rule].columns.append(wish.pair) }
        }
        // A linked column must not be the key of another link either: keys are known first.
        for index in rules.indices {
            let kind = rules[index].kind
            let keys = rules.filter { $0.source == kind }.map(\.sourceKey)
            rules[index].columns.removeAll { keys.contains($0.column) }
            rules[index].columns.sort { $0.column < $1.column }
        }
        return rules
    }
}

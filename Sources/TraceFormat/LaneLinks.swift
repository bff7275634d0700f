import TraceCore

/// Finds, block after block, which sections of a lane take values of which others, and what their
/// columns become by it.
struct LaneLinks {
    /// How a section is written.
    struct Link {
        /// Its source's number in the lane, and the columns.
        var source: Int
        var rule: LinkRule
        /// The position of its first event among `places` and `references`.
        var output: Int
        var literalCount: Int
        /// The columns of the rule that gain by it in this block.
        var columns: [LinkRule.Pair] = []
    }

    /// The links of the current block by section, `nil` where there is none.
    private(set) var links: [Link?] = []
    private(set) var places: [UInt8] = []
    private(set) var references: [Int32] = []

    private var rules: [LinkRule] = []
    private var trials = TrialSchedule()
    private var cost = ColumnCost()
    /// The columns of each kind that gain by its link, as the latest trial has it; `nil` where the
    /// link itself gains nothing.
    private var gains: [UInt16: [LinkRule.Pair]?] = [:]

    /// Takes in a block.
    ///
    /// Rules are looked for in the first blocks, and then from time to time. The choice depends on
    /// the events of this block and of those before.
    ///
    /// - Complexity: O(cells of the lane), and a search's where one is due.
    mutating func prepare(_ columns: BlockColumns, _ lane: Lane) {
        let sections = columns.sections(lane)
        links = [Link?](repeating: nil, count: sections.count)
        guard !sections.isEmpty else { return }
        trials.beginBlock()
        if trials.isTrial {
            var search = LinkSearch(columns, lane)
            rules = search.rules()
            gains.removeAll(keepingCapacity: true)
        }
        guard !rules.isEmpty else { return }
        var walk = [RecencyWalk.Section](repeating: .init(), count: sections.count)
        let lists = makeLinks(sections, &walk)
        guard lists > 0 else { return }
        RecencyWalk.find(
            columns.values, order: columns.orderRange(lane), &walk, lists: lists,
            places: &places, references: &references)
        for index in links.indices {
            links[index]?.literalCount = walk[index].literalCount
            keep(index, walk[index], columns.values, sections)
        }
    }

    /// Applies the rules to the sections of the block.
    ///
    /// - Returns: The number of lists.
    private mutating func makeLinks(
        _ sections: [BlockColumns.SortedSection], _ walk: inout [RecencyWalk.Section]
    ) -> Int {
        var lists = 0
        var output = 0
        for index in sections.indices {
            walk[index].count = sections[index].count
            let section = sections[index].section
            guard sections[index].count >= FormatLimits.largeSectionEvents,
                lists < FormatLimits.laneLinks,
                let rule = rules.first(where: { $0.kind == section.kind }),
                let source = sections.firstIndex(where: {
                    $0.section.kind == rule.source && $0.section.domain == section.domain
                        && $0.count >= FormatLimits.largeSectionEvents
                })
            else { continue }
            walk[index].key = sections[index].start + rule.key * sections[index].count
            walk[index].takenList = lists
            walk[index].takenCells =
                sections[source].start + rule.sourceKey * sections[source].count
            walk[index].output = output
            walk[source].given = walk[index].takenCells
            walk[source].list = lists
            links[index] = Link(source: source, rule: rule, output: output, literalCount: 0)
            lists += 1
            output += sections[index].count
        }
        if places.count < output {
            places = [UInt8](repeating: 0, count: FormatLimits.blockEvents)
            references = [Int32](repeating: -1, count: FormatLimits.blockEvents)
        }
        return lists
    }

    /// Keeps a link, and each column of it, only where the events gain by it.
    private mutating func keep(
        _ index: Int, _ walked: RecencyWalk.Section, _ values: [Int64],
        _ sections: [BlockColumns.SortedSection]
    ) {
        guard let link = links[index] else { return }
        let kind = sections[index].section.kind
        let columns: [LinkRule.Pair]?
        if !trials.isTrial, let known = gains[kind] {
            columns = known
        } else {
            columns = gaining(link, index, walked, values, sections)
            gains[kind] = .some(columns)
        }
        if let columns { links[index]?.columns = columns } else { links[index] = nil }
    }

    /// The columns that gain by a link, or `nil` where the link itself gains nothing.
    private mutating func gaining(
        _ link: Link, _ index: Int, _ walked: RecencyWalk.Section, _ values: [Int64],
        _ sections: [BlockColumns.SortedSection]
    ) -> [LinkRule.Pair]? {
        let count = sections[index].count
        let plain = cost.best(values, walked.key..<walked.key + count)
        let coded =
            cost.places(places, link.output..<link.output + count)
            + plain * walked.literalCount / count
        guard coded < plain - plain / 32 else { return nil }
        let source = sections[link.source]
        return link.rule.columns.filter { pair in
            let start = sections[index].start + pair.column * count
            let range = start..<start + count
            let bounds = BytePlanes.bounds(values, range)
            let plain = cost.best(values, range, bounds)
            guard plain > 0 else { return false }
            let combined = cost.combined(
                values, range, source: source.start + pair.sourceColumn * source.count,
                base: bounds.min, references: references, at: link.output)
            return combined < plain - plain / 32
        }
    }
}

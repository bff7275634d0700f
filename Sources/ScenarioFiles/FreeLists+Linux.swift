import YAMLTrees

// `/proc/buddyinfo` has a line for each zone of each node, `Node 0, zone   Normal   6156   3039 ...`,
// with the free blocks of order 0, 1, 2 and so on. `/proc/zoneinfo` has the same beginnings alone on
// their lines, and below each the pages of the zone: `managed` those that the allocator has,
// `present` those that exist.

extension FreeLists {
    static func linux(_ lines: [String], from first: Int) throws(FreeListsError) -> FreeLists {
        var nodes = Nodes()
        for (number, line) in lines.enumerated().dropFirst(first) {
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "," })
            guard words.first == "Node" else {
                nodes.readSize(words)
                continue
            }
            guard words.count >= 4, let node = Int(words[1]), (0..<1024).contains(node),
                words[2] == "zone"
            else {
                throw FreeListsError(
                    line: number + 1, "not the beginning of a zone: '\(shown(line))'")
            }
            if words.count == 4 {
                nodes.beginZone(of: node)
            } else {
                try nodes.add(words[4...], to: node, line: number + 1)
            }
        }
        guard !nodes.domains.isEmpty else {
            throw FreeListsError(
                line: first + 1, "sizes of zones without the free lists of /proc/buddyinfo")
        }
        return FreeLists(source: .linux, domains: nodes.finished())
    }
}

/// Nodes as their zones are read.
private struct Nodes {
    /// In ascending order of their numbers.
    var domains: [FreeLists.Domain] = []
    /// Pages of all zones by node.
    private var managed: [Int: Int] = [:]
    private var present: [Int: Int] = [:]
    /// The node of the zone whose sizes are read.
    private var zoneNode: Int?

    mutating func add(
        _ counts: ArraySlice<Substring>, to node: Int, line: Int
    ) throws(FreeListsError) {
        zoneNode = nil
        guard counts.count <= 21 else { throw FreeListsError(line: line, "more than 21 orders") }
        let position = domains.firstIndex { $0.number >= node } ?? domains.count
        if position == domains.count || domains[position].number != node {
            guard domains.count < 64 else { throw FreeListsError(line: line, "more than 64 nodes") }
            let blocks = [Int](repeating: 0, count: FreeLists.orderCount)
            domains.insert(FreeLists.Domain(number: node, blocks: blocks), at: position)
        }
        for (order, text) in counts.enumerated() {
            guard let count = Int64(text), (0...FreeLists.blockLimit).contains(count) else {
                throw FreeListsError(
                    line: line, "'\(shown(String(text)))' is not a number of blocks")
            }
            FreeLists.add(Int(count), order: order, to: &domains[position].blocks)
        }
    }

    mutating func beginZone(of node: Int) { zoneNode = node }

    mutating func readSize(_ words: [Substring]) {
        guard let node = zoneNode, words.count == 2, let pages = Int(words[1]), pages >= 0,
            pages < 1 << 40
        else { return }
        if words[0] == "managed" { managed[node, default: 0] += pages }
        if words[0] == "present" { present[node, default: 0] += pages }
    }

    /// The nodes with their sizes, where those can be true.
    func finished() -> [FreeLists.Domain] {
        domains.map { domain in
            var domain = domain
            // Pages that came later, by hotplug or from a balloon, may be free and not managed.
            let sizes = [managed[domain.number], present[domain.number]]
            domain.pageCount = sizes.compactMap(\.self).first { Int64($0) >= domain.freePages }
            return domain
        }
    }
}

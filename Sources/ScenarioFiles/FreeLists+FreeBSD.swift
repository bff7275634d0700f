import YAMLTrees

// `sysctl vm.phys_free` prints, for each domain, a line `DOMAIN 0:`; for each of its free-list sets
// a line `FREE LIST 0:`, two lines of headings, a rule, and a row for each order from the highest
// down, `  12 ( 16384K)  |     100  |       0`, with a column for each pool (vm_phys.c,
// sysctl_vm_phys_free). `sysctl vm.domain` prints `vm.domain.0.stats.free_min: 158662`.

extension FreeLists {
    static func isDomainLine(_ line: String) -> Bool {
        line.hasPrefix("DOMAIN ") && domainNumber(line) != nil
    }

    static func freebsd(_ lines: [String], from first: Int) throws(FreeListsError) -> FreeLists {
        var lists = FreeLists(source: .freebsd, domains: [])
        var stats = DomainStats()
        var rows = 0
        for (number, line) in lines.enumerated().dropFirst(first) {
            if let domain = domainNumber(line) {
                guard domain == lists.domains.count, domain < 64 else {
                    throw FreeListsError(
                        line: number + 1,
                        "domain \(domain) where domain \(lists.domains.count) is expected")
                }
                lists.domains.append(
                    Domain(number: domain, blocks: [Int](repeating: 0, count: orderCount)))
            } else if let row = try orderRow(line, number + 1) {
                guard let last = lists.domains.indices.last else { continue }
                add(row.count, order: row.order, to: &lists.domains[last].blocks)
                rows += 1
            } else {
                stats.read(line)
            }
        }
        guard rows > 0 else {
            throw FreeListsError(line: first + 1, "there is no row of an order behind this line")
        }
        for domain in lists.domains.indices {
            lists.domains[domain].pageCount = stats.pageCount(domain: domain)
        }
        return lists
    }

    private static func domainNumber(_ line: String) -> Int? {
        guard line.hasPrefix("DOMAIN "), line.hasSuffix(":") else { return nil }
        return Int(line.dropFirst("DOMAIN ".count).dropLast())
    }

    /// The blocks of all pools in a row, or `nil` for a line that is not a row.
    private static func orderRow(
        _ line: String, _ lineNumber: Int
    ) throws(FreeListsError) -> (order: Int, count: Int)? {
        let columns = line.split(separator: "|").map { $0.filter { $0 != " " && $0 != "\t" } }
        // `12(16384K)` without the spaces.
        guard columns.count >= 2, let open = columns[0].firstIndex(of: "("),
            columns[0].hasSuffix("K)"), let order = Int(columns[0][..<open])
        else { return nil }
        let size = Int(columns[0][columns[0].index(after: open)...].dropLast(2))
        guard (0...20).contains(order), let size, size == 4 << order else {
            throw FreeListsError(
                line: lineNumber,
                "order \(order) must be blocks of \(4 << min(max(order, 0), 20))K"
                    + "; only pages of 4K are modelled")
        }
        var count = 0
        for column in columns.dropFirst() {
            guard let blocks = Int64(column), (0...blockLimit).contains(blocks) else {
                throw FreeListsError(
                    line: lineNumber, "'\(shown(column))' is not a number of blocks")
            }
            count += Int(blocks)
        }
        return (order, count)
    }
}

/// Thresholds of domains from `sysctl vm.domain`, and the size of the domain that follows from
/// them: the kernel computes both from its pages (engine specification 6).
private struct DomainStats {
    private var reserved: [Int: Int] = [:]
    private var min: [Int: Int] = [:]

    mutating func read(_ line: String) {
        let parts = line.split(separator: ":", maxSplits: 1)
        let path = parts[0, default: ""].split(separator: ".")
        guard parts.count == 2, path.count == 5, path[0] == "vm", path[1] == "domain",
            path[3] == "stats", let domain = Int(path[2]),
            let value = Int(parts[1].filter { $0 != " " && $0 != "\t" }), value >= 0,
            value < 1 << 31
        else { return }
        if path[4] == "free_reserved" { reserved[domain] = value }
        if path[4] == "free_min" { min[domain] = value }
    }

    /// The pages of a domain to within 200, or `nil` when they are not said or somebody has changed
    /// the thresholds.
    ///
    /// free_reserved = 66 + P / 768; free_min = free_reserved + 4 + (P - 1024) / 200.
    func pageCount(domain: Int) -> Int? {
        guard let reserved = reserved[domain], let min = min[domain], reserved > 66,
            min - reserved >= 4
        else { return nil }
        let fromReserved = (reserved - 66) * 768...(reserved - 66) * 768 + 767
        let margin = min - reserved - 4
        let fromMin = 1024 + margin * 200...1024 + margin * 200 + 199
        return fromReserved.overlaps(fromMin)
            ? Swift.max(fromReserved.lowerBound, fromMin.lowerBound) : nil
    }
}

extension [Substring] {
    fileprivate subscript(position: Int, default text: Substring) -> Substring {
        position < count ? self[position] : text
    }
}

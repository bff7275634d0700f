import ReclaimEngine
import Workloads

extension ScenarioFile {
    /// Takes the free lists of a real host.
    ///
    /// Where the file says how large the domains are, the host becomes as large and has as many;
    /// CPUs stay as they are, and a domain that is new has those of the last one. Otherwise the
    /// lists are scaled to the memory that the scenario says is free.
    ///
    /// - Returns: what was taken, a line for each domain.
    /// - Throws: ``FreeListsMismatch``.
    public mutating func take(_ lists: FreeLists) throws(FreeListsMismatch) -> [String] {
        let sizes = lists.domains.compactMap(\.pageCount)
        let isSized = sizes.count == lists.domains.count
        var changed = scenario
        if isSized {
            changed.host = try host(sizes)
            changed.setFreeBlocks(lists.domains.map(\.blocks))
        } else {
            guard lists.domains.count == scenario.host.domains.count else {
                throw .domains(file: lists.domains.count, scenario: scenario.host.domains.count)
            }
            let blocks = zip(lists.domains, scenario.host.domains).map { domain, own in
                let freePages = Int64(own.pageCount) * scenario.freePpm / 1_000_000
                return Self.scaled(domain, to: freePages)
            }
            changed.setFreeBlocks(blocks)
        }
        if let contradiction = changed.contradiction {
            throw .contradiction(contradiction.problem)
        }
        scenario = changed
        return zip(lists.domains, zip(scenario.host.domains, scenario.freeBlocks)).map {
            Self.line($0, $1.0, $1.1, isSized: isSized, lists.source)
        }
    }

    private func host(_ sizes: [Int]) throws(FreeListsMismatch) -> Host {
        var domains: [Host.Domain] = []
        var firstPage = 65_536
        for (number, pageCount) in sizes.enumerated() {
            guard (1024...(1 << 31)).contains(pageCount) else {
                throw .size(domain: number, pages: pageCount)
            }
            let own = scenario.host.domains
            let cpuCount = number < own.count ? own[number].cpuCount : own.last?.cpuCount ?? 1
            domains.append(
                Host.Domain(firstPage: firstPage, pageCount: pageCount, cpuCount: cpuCount))
            firstPage = (firstPage + pageCount + 65_535) / 65_536 * 65_536
        }
        return Host(domains: domains)
    }

    /// The same mixture of orders with another number of pages; what rounding loses is added as
    /// single pages.
    private static func scaled(_ domain: FreeLists.Domain, to freePages: Int64) -> [Int] {
        guard domain.freePages > 0 else { return domain.blocks }
        var blocks = domain.blocks.map {
            Int(Int128($0) * Int128(freePages) / Int128(domain.freePages))
        }
        blocks[0] += Int(freePages - Scenario.freePages(blocks))
        return blocks
    }

    private static func line(
        _ domain: FreeLists.Domain, _ taken: Host.Domain, _ blocks: [Int], isSized: Bool,
        _ source: FreeLists.Source
    ) -> String {
        let whole = source == .freebsd ? "vm.phys_free, domain" : "buddyinfo, node"
        let size =
            isSized
            ? "of \(taken.pageCount) pages"
            : "scaled to \(Scenario.freePages(blocks)) of \(taken.pageCount) pages"
        return "\(whole) \(domain.number): \(domain.freePages) free pages \(size), "
            + "\(domain.contiguousBlocks) free blocks of 16 KiB or more"
    }
}

/// Why free lists do not fit a scenario.
public enum FreeListsMismatch: Error, Sendable, Equatable {
    /// The file says no sizes, and the scenario has another number of domains.
    case domains(file: Int, scenario: Int)
    /// A domain is too small or too large to be modelled.
    case size(domain: Int, pages: Int)
    /// The scenario with these lists contradicts itself.
    case contradiction(String)
}

extension FreeListsMismatch: CustomStringConvertible {
    /// One sentence that says what is wrong.
    public var description: String {
        switch self {
        case .domains(let file, let scenario):
            "free lists of \(file) domains without their sizes, for a scenario with \(scenario)"
        case .size(let domain, let pages):
            "domain \(domain) has \(pages) pages; allowed: 1024 to \(1 << 31)"
        case .contradiction(let problem): problem
        }
    }
}

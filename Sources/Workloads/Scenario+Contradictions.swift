import ReclaimEngine

/// Two numbers of a scenario that are each allowed and cannot both be.
public struct ScenarioContradiction: Sendable, Equatable {
    /// The fields that contradict each other, by their names in the `scenario` group; or
    /// `domains`, `free_blocks`.
    public let fields: [String]
    /// What is wrong, and what would be right.
    public let problem: String
}

extension Scenario {
    /// The first contradiction in the scenario, or `nil`.
    public var contradiction: ScenarioContradiction? {
        let whole: Int64 = 1_000_000
        if freeBlocks.isEmpty, freePpm + unmovablePpm > whole {
            return ScenarioContradiction(
                fields: ["free_ppm", "unmovable_ppm"],
                problem: "free and unmovable memory are more than 100% together")
        }
        if smallPpm + threePagesPpm > whole {
            return ScenarioContradiction(
                fields: ["small_ppm", "three_pages_ppm"],
                problem: "small and 3-page records are more than 100% together")
        }
        if freeOnSameCpuPpm + freedInOtherDomainPpm > whole {
            return ScenarioContradiction(
                fields: ["free_on_same_cpu_ppm", "freed_in_other_domain_ppm"],
                problem: "records freed on the same CPU and in another domain are more than "
                    + "100% together")
        }
        if shape == LoadShape.burst.rawValue, burstNs > periodNs {
            return ScenarioContradiction(
                fields: ["burst_ns", "period_ns"], problem: "a burst is longer than its period")
        }
        return freeBlocks.isEmpty ? nil : freeBlocksContradiction
    }

    private var freeBlocksContradiction: ScenarioContradiction? {
        guard freeBlocks.count == host.domains.count else {
            return ScenarioContradiction(
                fields: ["free_blocks", "domains"],
                problem: "free blocks of \(freeBlocks.count) domains for a host with "
                    + "\(host.domains.count)")
        }
        for (number, (blocks, domain)) in zip(freeBlocks, host.domains).enumerated() {
            let pages = Int64(domain.pageCount)
            let movablePages = pages - pages * unmovablePpm / 1_000_000
            let freePages = Self.freePages(blocks)
            if freePages > movablePages {
                return ScenarioContradiction(
                    fields: ["free_blocks", "unmovable_ppm", "domains"],
                    problem: "free blocks of domain \(number) hold \(freePages) pages, "
                        + "more than the \(movablePages) that are not wired for ever")
            }
        }
        return nil
    }

    /// Pages in free blocks that are counted by order.
    public static func freePages(_ blocks: [Int]) -> Int64 {
        blocks.enumerated().reduce(0) { $0 + Int64($1.element) << Int64($1.offset) }
    }

    /// Takes free blocks by order for each domain, and the free share that follows from them: the
    /// background looks at that share only. It is held within the allowed values.
    public mutating func setFreeBlocks(_ blocks: [[Int]]) {
        freeBlocks = blocks
        let freePages = blocks.reduce(0) { $0 + Self.freePages($1) }
        let pages = host.domains.reduce(Int64(0)) { $0 + Int64($1.pageCount) }
        guard pages > 0, !blocks.isEmpty else { return }
        let share = freePages.multipliedFullWidth(by: 1_000_000)
        // More free pages than pages is a contradiction of its own.
        let sharePpm = freePages > pages ? 1_000_000 : pages.dividingFullWidth(share).quotient
        freePpm = min(max(sharePpm, Self.freeShare.lowerBound), Self.freeShare.upperBound)
    }
}

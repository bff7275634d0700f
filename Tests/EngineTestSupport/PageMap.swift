public import PhysicalMemory
public import ReclaimEngine

/// Memory made by hand: what each page is used for.
public enum PageMap {
    /// A host whose domains have these pages and CPUs, the first one from page 65536 on.
    public static func host(_ domains: (pages: Int, cpus: Int)...) -> Host {
        var firstPage = 65_536
        return Host(
            domains: domains.map { domain in
                defer { firstPage += domain.pages }
                return Host.Domain(
                    firstPage: firstPage, pageCount: domain.pages, cpuCount: domain.cpus)
            })
    }

    /// The state in which the page at each place of its domain has the kind that `kind` tells.
    ///
    /// Free pages are given back in ascending order, so the lists have that order too, unless
    /// neighbours merge.
    /// - Complexity: O(pages).
    public static func memory(
        _ host: Host, _ kind: (_ domain: Int, _ offset: Int) -> PageKind
    ) -> PhysicalMemory {
        var memory = PhysicalMemory(segments: host.segments)
        for domain in host.domains.indices {
            for _ in 0..<host.domains[domain].pageCount {
                let page = memory.allocatePage(domain, class: .interrupt, kind: .kernel)
                precondition(page != nil, "every page can be taken once")
            }
            let first = host.domains[domain].firstPage
            for offset in 0..<host.domains[domain].pageCount {
                switch kind(domain, offset) {
                case .kernel: break
                case .free: memory.free(first + offset)
                case let other: memory.changeKind(of: first + offset, to: other)
                }
            }
        }
        memory.drainSignals()
        return memory
    }

    /// Every second page free, the others of one kind: many free pages, no two adjacent.
    public static func fragmented(_ host: Host, others: PageKind = .file) -> MemorySnapshot {
        memory(host) { _, offset in offset % 2 == 0 ? .free : others }.snapshot()
    }

    /// `free` single free pages in the domain, scattered from its start on; all else kernel.
    public static func scarce(_ host: Host, free: Int...) -> MemorySnapshot {
        precondition(free.count == host.domains.count, "one count of free pages per domain")
        return memory(host) { domain, offset in
            offset % 2 == 0 && offset / 2 < free[domain] ? .free : .kernel
        }.snapshot()
    }

    /// All pages free.
    public static func empty(_ host: Host) -> MemorySnapshot {
        PhysicalMemory(segments: host.segments).snapshot()
    }

    /// The thresholds a domain has.
    public static func thresholds(_ host: Host, _ domain: Int = 0) -> Thresholds {
        PhysicalMemory(segments: host.segments).domains[domain].thresholds
    }
}

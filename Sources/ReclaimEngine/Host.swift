public import PhysicalMemory
public import TraceCore

/// The machine: its memory domains and which CPUs belong to each.
public struct Host: Sendable, Equatable {
    /// One memory domain.
    public struct Domain: Sendable, Equatable {
        /// First page of its one segment.
        public var firstPage: Int
        /// Pages in it.
        public var pageCount: Int
        /// CPUs in it, numbered on from the previous domain's.
        public var cpuCount: Int

        /// Makes a domain.
        public init(firstPage: Int, pageCount: Int, cpuCount: Int) {
            self.firstPage = firstPage
            self.pageCount = pageCount
            self.cpuCount = cpuCount
        }
    }

    /// The domains in the order of their numbers.
    public let domains: [Domain]
    /// Domain number by CPU.
    public let domainOfCpu: [Int]
    /// The slot of the first page by domain.
    private let firstSlots: [Int]

    /// Makes a host.
    public init(domains: [Domain]) {
        self.domains = domains
        firstSlots = Self.firstSlots(domains)
        domainOfCpu = domains.enumerated().flatMap { number, domain in
            [Int](repeating: number, count: domain.cpuCount)
        }
    }

    /// CPUs in all domains.
    public var cpuCount: Int { domainOfCpu.count }

    /// The numbers of a domain's CPUs.
    public func cpus(of domain: Int) -> Range<Int> {
        let first = domains[..<domain].reduce(0) { $0 + $1.cpuCount }
        return first..<(first + domains[domain].cpuCount)
    }

    /// The memory segments, one for each domain.
    public var segments: [MemorySegment] {
        domains.enumerated().map { number, domain in
            MemorySegment(
                start: domain.firstPage, end: domain.firstPage + domain.pageCount, domain: number)
        }
    }

    /// The slot of the content that a page of the initial memory holds.
    ///
    /// Slots ascend with the pages. Those of an aligned 2 MiB piece of memory are an extent, in
    /// every domain: between two domains some numbers may stand for no page.
    public func slot(ofPage page: PageNumber, domain: Int) -> Int {
        page - domains[domain].firstPage + firstSlots[domain]
    }

    /// The extent of the content that a page of the initial memory holds; the object of a
    /// reservation there.
    public func extent(ofPage page: PageNumber, domain: Int) -> Int {
        slot(ofPage: page, domain: domain) / ContentTable.extentSlots
    }

    /// The slots that initial memory may fill are those below.
    public var initialSlotCount: Int {
        guard let first = firstSlots.last, let last = domains.last else { return 0 }
        return first + last.pageCount
    }

    private static func firstSlots(_ domains: [Domain]) -> [Int] {
        var end = 0
        return domains.map { domain in
            let place = domain.firstPage % ContentTable.extentSlots
            let extent = (end + ContentTable.extentSlots - 1) / ContentTable.extentSlots
            let first = extent * ContentTable.extentSlots + place
            end = first + domain.pageCount
            return first
        }
    }

    /// Checks that there is a helper thread's worth of machine in each domain: FreeBSD starts a
    /// thread per domain that has memory, on the CPUs of that domain (engine specification 9.9).
    ///
    /// - Throws: `HostError` for the first domain without memory or CPUs.
    public func check() throws(HostError) {
        if domains.isEmpty { throw .noDomain }
        for (number, domain) in domains.enumerated() {
            if domain.pageCount <= 0 { throw .noMemory(domain: number) }
            if domain.cpuCount <= 0 { throw .noCpu(domain: number) }
        }
    }

    /// Writes the host into the `scenario` group.
    public func write(to parameters: inout ParameterList) {
        parameters.set("scenario.domains", Int64(domains.count))
        for (number, domain) in domains.enumerated() {
            parameters.set("scenario.domain\(number).first_page", Int64(domain.firstPage))
            parameters.set("scenario.domain\(number).pages", Int64(domain.pageCount))
            parameters.set("scenario.domain\(number).cpus", Int64(domain.cpuCount))
        }
    }

    /// Reads a host back.
    ///
    /// - Throws: `ParameterError` when a value is missing or outside its bounds.
    public init(_ parameters: ParameterList) throws(ParameterError) {
        func integer(_ name: String, _ range: ClosedRange<Int64>) throws(ParameterError) -> Int {
            guard let text = parameters[name] else { throw .missing(name: name) }
            guard let value = Int64(text), range.contains(value) else {
                throw .outOfRange(name: name, value: text, allowed: range)
            }
            return Int(value)
        }
        var domains: [Domain] = []
        for number in 0..<(try integer("scenario.domains", 1...64)) {
            let prefix = "scenario.domain\(number)."
            domains.append(
                Domain(
                    firstPage: try integer(prefix + "first_page", 0...(1 << 40)),
                    pageCount: try integer(prefix + "pages", 1024...(1 << 31)),
                    cpuCount: try integer(prefix + "cpus", 1...1024)))
        }
        self.init(domains: domains)
    }
}

/// What no host can be.
public enum HostError: Error, Equatable, Sendable {
    /// There is no domain at all.
    case noDomain
    /// A domain has no memory.
    case noMemory(domain: Int)
    /// A domain has no CPU.
    case noCpu(domain: Int)
}

extension HostError: CustomStringConvertible {
    /// One line that says what is wrong.
    public var description: String {
        switch self {
        case .noDomain: "there is no memory domain"
        case .noMemory(let domain): "domain \(domain) has no memory"
        case .noCpu(let domain): "domain \(domain) has no CPU"
        }
    }
}

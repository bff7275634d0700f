import Workloads

/// The free lists of a real host, as one of its files shows them.
public struct FreeLists: Sendable, Equatable {
    /// Where a file comes from.
    public enum Source: Sendable, Equatable {
        /// `sysctl vm.phys_free`.
        case freebsd
        /// `/proc/buddyinfo`.
        case linux
    }

    /// One memory domain of FreeBSD or one node of Linux.
    public struct Domain: Sendable, Equatable {
        /// Its number on the host.
        public var number: Int
        /// Free blocks by order, 0 to 12, of all lists, pools and zones together. A larger block
        /// counts as several of order 12.
        public var blocks: [Int]
        /// All its pages, where the file says so.
        public var pageCount: Int?

        /// Free pages.
        public var freePages: Int64 { Scenario.freePages(blocks) }
        /// Free blocks of 4 pages or more: places for a buffer.
        public var contiguousBlocks: Int { blocks[2...].reduce(0, +) }
    }

    /// Where the file comes from.
    public var source: Source
    /// The domains in ascending order of their numbers.
    public var domains: [Domain]

    /// The largest file that is looked at, in bytes.
    static let byteLimit = 1 << 20
    /// The most blocks of one order in one line.
    static let blockLimit: Int64 = 1 << 31
    /// Orders that are counted, 0 to 12.
    static let orderCount = 13

    /// Reads a file; its contents say where it comes from.
    ///
    /// - Throws: ``FreeListsError``.
    /// - Complexity: O(bytes).
    public init(_ bytes: [UInt8]) throws(FreeListsError) {
        guard bytes.count <= Self.byteLimit else {
            throw FreeListsError(line: 1, "the file has more than \(Self.byteLimit) bytes")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw FreeListsError(line: 1, "not UTF-8")
        }
        let lines = text.split(omittingEmptySubsequences: false) {
            $0 == "\n" || $0 == "\r\n"
        }.map(String.init)
        if let first = lines.firstIndex(where: { $0.hasPrefix("Node ") }) {
            self = try Self.linux(lines, from: first)
        } else if let first = lines.firstIndex(where: { Self.isDomainLine($0) }) {
            self = try Self.freebsd(lines, from: first)
        } else {
            throw FreeListsError(
                line: 1, "neither FreeBSD's vm.phys_free nor Linux's /proc/buddyinfo")
        }
    }

    init(source: Source, domains: [Domain]) {
        self.source = source
        self.domains = domains
    }

    /// Adds blocks of one order to a domain's.
    static func add(_ count: Int, order: Int, to blocks: inout [Int]) {
        let top = orderCount - 1
        blocks[min(order, top)] += order <= top ? count : count << (order - top)
    }
}

/// What is wrong with a file of free lists.
public struct FreeListsError: Error, Sendable, Equatable {
    /// The line, counted from 1.
    public let line: Int
    /// What is wrong.
    public let problem: String

    init(line: Int, _ problem: String) {
        self.line = line
        self.problem = problem
    }

    /// One line: place and what is wrong.
    ///
    /// - Parameter file: the name to show for the file.
    public func sentence(file: String) -> String { "\(file):\(line): \(problem)" }
}

import TraceCore

/// A named count of the host at an instant.
struct HostReading {
    /// Which name of the statistics it is.
    let name: Int
    let domain: Int32
    let value: Int64
}

/// The free blocks of a domain by order, in all pools; -1 for an order that was not printed.
struct HostFreeLists {
    let domain: Int32
    let blocks: [Int64]
}

/// Reads what sysctl(8) and vmstat(8) print: settings, and counts under the names that the engine
/// has for them.
///
/// `vm.phys_free` is a table for each domain; its counts get the name of their domain, pool and
/// order, as in `vm.phys_free.0.pool1.order2`. Of `vmstat -z` the row of the buffer zone is read.
struct HostStatistics {
    private static let namesMax = 4_096
    private static let textBytesMax = 256
    /// What counts begin with.
    private static let countPrefixes = [
        "kern.ipc.tls.", "vm.uma.ktls_buffers.", "vm.domain.", "vm.reserv.", "vm.stats.vm.",
    ]
    /// Everything that is no count and says what the host is, or how it is set.
    private static let settingNames = [
        "hw.machine", "hw.model", "hw.ncpu", "hw.physmem", "kern.hz", "kern.ipc.tls.bind_threads",
        "kern.ipc.tls.cbc_enable", "kern.ipc.tls.enable", "kern.ipc.tls.max_alloc",
        "kern.ipc.tls.max_reclaim", "kern.ipc.tls.maxlen", "kern.ipc.tls.sw_buffer_cache",
        "kern.osreldate", "kern.osrelease", "kern.ostype", "vm.uma.ktls_buffers.bucket_size_max",
        "vm.uma.ktls_buffers.size",
    ]

    /// The first value of each setting, under the setting's name.
    private(set) var settings = ParameterList()
    /// Counts that were read and not taken yet.
    private var readings: [HostReading] = []
    private var freeLists: [HostFreeLists] = []
    private var names = ByteTable(capacity: namesMax)
    private var table = FreeListTable()
    private var zoneColumns = ["size", "limit", "used", "free", "req", "fail", "sleep", "xdomain"]

    func name(_ number: Int) -> String { names.text(number) }

    /// Takes a line; false where it is no line of these programs.
    ///
    /// - Complexity: O(line).
    mutating func take(_ line: Span<UInt8>) -> Bool {
        let all = Bytes.trimmed(line, 0..<line.count)
        if all.isEmpty { return true }
        if FreeListTable.isDomain(line, all) { endTable() }
        if let taken = table.take(line, all) { return taken }
        endTable()
        if Bytes.starts(line, at: all.lowerBound, with: "ITEM ") {
            zoneColumns = words(line, all).dropFirst().map { $0.lowercased() }
            return true
        }
        if Bytes.starts(line, at: all.lowerBound, with: "ktls_buffers:") {
            return takeZone(line, all)
        }
        return takeSetting(line, all)
    }

    /// Ends a table of free lists: what follows is something else.
    mutating func endTable() {
        guard let domain = table.domain else { return }
        for (pool, blocks) in table.pools.enumerated() {
            for (order, count) in blocks.enumerated() where count >= 0 {
                add("vm.phys_free.\(domain).pool\(pool).order\(order)", domain, count)
            }
        }
        freeLists.append(HostFreeLists(domain: domain, blocks: table.blocks))
        table = FreeListTable()
    }

    /// The counts that were read since the last call.
    mutating func takeReadings() -> [HostReading] {
        defer { readings.removeAll(keepingCapacity: true) }
        return readings
    }

    /// The free lists that have become whole since the last call.
    mutating func takeFreeLists() -> [HostFreeLists] {
        defer { freeLists.removeAll() }
        return freeLists
    }

    private mutating func add(_ name: String, _ domain: Int32, _ value: Int64) {
        let bytes = Array(name.utf8)
        guard let number = names.number(bytes.span, bytes.indices) else { return }
        readings.append(HostReading(name: number, domain: domain, value: value))
    }

    private func words(_ line: Span<UInt8>, _ range: Range<Int>) -> [String] {
        Bytes.text(line, range.prefix(Self.textBytesMax)).split { $0 == " " || $0 == "\t" }
            .map(String.init)
    }

    /// `ktls_buffers:  16384,      0,     120, ...`.
    private mutating func takeZone(_ line: Span<UInt8>, _ all: Range<Int>) -> Bool {
        let values = all.dropFirst("ktls_buffers:".utf8.count)
        let cells = Bytes.text(line, values.prefix(Self.textBytesMax)).split(separator: ",")
            .map { Int64($0.filter { $0 != " " && $0 != "\t" }) }
        guard !cells.isEmpty, !cells.contains(nil) else { return false }
        for (column, value) in zip(zoneColumns, cells) {
            if let value { add("vmstat.ktls_buffers.\(column)", -1, value) }
        }
        return true
    }

    /// `kern.ipc.tls.max_reclaim: 1024`; a name without a known beginning is passed over.
    private mutating func takeSetting(_ line: Span<UInt8>, _ all: Range<Int>) -> Bool {
        guard let colon = Bytes.find(":", line, all.prefix(Self.textBytesMax)),
            all.lowerBound < colon,
            (all.lowerBound..<colon).allSatisfy({ Self.isNameByte(line[$0]) })
        else { return false }
        let value = Bytes.trimmed(line, colon + 1..<all.upperBound)
        let name = Bytes.text(line, all.lowerBound..<colon)
        if Self.settingNames.contains(name) {
            if settings[name] == nil {
                settings[name] = Bytes.text(line, value.prefix(Self.textBytesMax))
            }
            return true
        }
        guard Self.countPrefixes.contains(where: { name.hasPrefix($0) }),
            let count = Bytes.integer(line, value)
        else { return Self.isSysctl(name) }
        add(name, Self.domain(name), count)
        return true
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        Bytes.digit(byte) != nil || (byte | 0x20) &- UInt8(ascii: "a") < 26
            || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "%")
    }

    /// Whether a name can be one of sysctl's, of which nothing is made.
    private static func isSysctl(_ name: String) -> Bool {
        ["dev.", "hw.", "kern.", "net.", "vfs.", "vm."].contains { name.hasPrefix($0) }
    }

    /// The domain in `vm.domain.1.stats.free_count` or `kern.ipc.tls.domain1.wakeups`, or -1.
    private static func domain(_ name: String) -> Int32 {
        for prefix in ["vm.domain.", "kern.ipc.tls.domain"] where name.hasPrefix(prefix) {
            let digits = name.dropFirst(prefix.count).prefix { $0 != "." }
            return DtraceFields.number(Int64(digits), below: 1_024)
        }
        return -1
    }
}

/// The free lists of one domain, as `sysctl vm.phys_free` prints them.
private struct FreeListTable {
    static let orders = 13
    private static let poolsMax = 8
    private static let blocksMax: Int64 = 1 << 40

    private(set) var domain: Int32?
    /// Blocks by pool and order in all free lists; -1 for an order without a row.
    private(set) var pools: [[Int64]] = []

    /// Blocks by order in all pools; -1 for an order without a row.
    var blocks: [Int64] {
        (0..<Self.orders).map { order in
            let counts = pools.map { $0[order] }.filter { $0 >= 0 }
            return counts.isEmpty ? -1 : counts.reduce(0, +)
        }
    }

    static func isDomain(_ line: Span<UInt8>, _ all: Range<Int>) -> Bool {
        Bytes.starts(line, at: all.lowerBound, with: "DOMAIN ")
    }

    /// Takes a line; `nil` for one that is no part of such a table, false for one that is wrong.
    mutating func take(_ line: Span<UInt8>, _ all: Range<Int>) -> Bool? {
        let start = all.lowerBound
        if Self.isDomain(line, all) {
            let number = all.dropFirst("DOMAIN ".utf8.count).dropLast()
            domain = nil
            pools = []
            guard line[all.upperBound - 1] == UInt8(ascii: ":"),
                let value = Bytes.integer(line, number), (0..<1_024).contains(value)
            else { return false }
            domain = Int32(value)
            return true
        }
        let headings = ["FREE LIST ", "ORDER (SIZE)", "--", "|", "vm.phys_free:"]
        if headings.contains(where: { Bytes.starts(line, at: start, with: $0) }) { return true }
        guard let bar = Bytes.find("|", line, all), domain != nil else { return nil }
        return takeRow(line, start..<bar, bar + 1..<all.upperBound)
    }

    /// `12 ( 16384K)` and a count for each pool, bars between them.
    private mutating func takeRow(
        _ line: Span<UInt8>, _ head: Range<Int>, _ cells: Range<Int>
    ) -> Bool {
        var position = head.lowerBound
        guard let order = Bytes.integer(line, &position), (0...20).contains(order) else {
            return false
        }
        var counts: [Int64] = []
        var start = cells.lowerBound
        while start <= cells.upperBound {
            let end = Bytes.find("|", line, start..<cells.upperBound) ?? cells.upperBound
            guard counts.count < Self.poolsMax, let count = Bytes.integer(line, start..<end),
                (0...Self.blocksMax).contains(count)
            else { return false }
            counts.append(count)
            start = end + 1
        }
        for (pool, count) in counts.enumerated() { add(count, pool: pool, order: Int(order)) }
        return true
    }

    private mutating func add(_ count: Int64, pool: Int, order: Int) {
        guard order < Self.orders else { return }
        while pools.count <= pool {
            pools.append([Int64](repeating: -1, count: Self.orders))
        }
        pools[pool][order] = min(Self.blocksMax, max(0, pools[pool][order]) + count)
    }
}

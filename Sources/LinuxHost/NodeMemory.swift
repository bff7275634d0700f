/// The memory of one node at an instant, as `/proc/zoneinfo` and `/proc/buddyinfo` tell.
///
/// What a text does not say is -1.
struct NodeMemory: Equatable {
    /// Orders that a `sample` event has columns for.
    static let orders = 13

    let node: Int32
    var freePages: Int64 = -1
    var activePages: Int64 = -1
    var inactivePages: Int64 = -1
    /// Free pages in the lists of the CPUs.
    var cpuListPages: Int64 = -1
    /// Free blocks by order. Orders that the kernel does not have hold none.
    var blocks: [Int64] = []

    init(node: Int32) { self.node = node }

    /// Adds a number of pages to one that may not be known yet.
    static func add(_ value: Int64, to sum: inout Int64) {
        guard value >= 0 else { return }
        let (total, overflows) = max(0, sum).addingReportingOverflow(value)
        if !overflows { sum = total }
    }
}

/// The nodes of a host at an instant.
struct HostMemory: Equatable {
    /// More nodes than Linux can have.
    static let nodesMax = 1024

    /// By node, ascending.
    private(set) var nodes: [NodeMemory] = []

    init(zoneinfo: [UInt8], buddyinfo: [UInt8]) {
        readZones(zoneinfo)
        readBlocks(buddyinfo)
    }

    /// `Node 0, zone Normal` begins a zone; `pages free N`, `nr_active_anon N` and `count: N` are
    /// in the lines behind it. The counts of a node stand in the first of its zones only.
    private mutating func readZones(_ bytes: [UInt8]) {
        var scan = TextScan(bytes)
        var position: Int?
        while var line = scan.line() {
            guard let word = line.text() else { continue }
            if word == "Node" {
                position = line.number().flatMap { find($0) }
                continue
            }
            guard let position else { continue }
            switch word {
            case "pages":
                guard line.take("free"), let value = line.number() else { continue }
                NodeMemory.add(value, to: &nodes[position].freePages)
            case "nr_active_anon", "nr_active_file":
                guard let value = line.number() else { continue }
                NodeMemory.add(value, to: &nodes[position].activePages)
            case "nr_inactive_anon", "nr_inactive_file":
                guard let value = line.number() else { continue }
                NodeMemory.add(value, to: &nodes[position].inactivePages)
            case "count:":
                guard let value = line.number() else { continue }
                NodeMemory.add(value, to: &nodes[position].cpuListPages)
            default: continue
            }
        }
    }

    /// `Node 0, zone Normal 705 502 2 ...`: free blocks by order.
    private mutating func readBlocks(_ bytes: [UInt8]) {
        var scan = TextScan(bytes)
        while var line = scan.line() {
            guard line.take("Node"), let node = line.number(), line.take("zone"),
                line.word() != nil, let position = find(node)
            else { continue }
            if nodes[position].blocks.isEmpty {
                nodes[position].blocks = Array(repeating: 0, count: NodeMemory.orders)
            }
            var order = 0
            while order < NodeMemory.orders, let count = line.number() {
                NodeMemory.add(count, to: &nodes[position].blocks[order])
                order += 1
            }
        }
    }

    /// The position of a node, added in its place when it is new.
    private mutating func find(_ number: Int64) -> Int? {
        guard let node = Int32(exactly: number) else { return nil }
        let place = nodes.firstIndex { $0.node >= node } ?? nodes.count
        if place < nodes.count, nodes[place].node == node { return place }
        guard nodes.count < Self.nodesMax else { return nil }
        nodes.insert(NodeMemory(node: node), at: place)
        return place
    }
}

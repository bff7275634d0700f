public import TraceCore

/// A number that a what-if decides and a recording may have shown before.
public enum SupportQuantity: Int, Sendable, CaseIterable {
    /// Runs that a batch asks for.
    case desired
    /// Pages that are a batch's goal.
    case targetPages
    /// Free pages of the domain when a batch begins.
    case freePages
    /// Free blocks of order 2 or more in the domain's last sample before a batch.
    case freeBlocks
    /// Pages that a batch visits, over all its passes.
    case visits
    /// Runs that a batch finds, over all its passes.
    case runsFound
    /// Runs that a batch tries.
    case tried
    /// Pages that a batch moves.
    case moved
    /// Blocks that a batch gains.
    case gainedBlocks
    /// CPU time of a batch.
    case batchCPU
    /// CPU time of a spin.
    case spinCPU
    /// From an effective wakeup to the thread's first instruction.
    case wakeupLatency
    /// Length of a wait for free pages.
    case waitLength
    /// Free pages of the domain at a failed allocation.
    case failureFreePages

    /// The name in reports.
    public var name: String {
        switch self {
        case .desired: "batch.desired"
        case .targetPages: "batch.target_pages"
        case .freePages: "batch.free_pages"
        case .freeBlocks: "batch.free_blocks"
        case .visits: "batch.visits"
        case .runsFound: "batch.runs_found"
        case .tried: "batch.tried"
        case .moved: "batch.moved"
        case .gainedBlocks: "batch.gained_blocks"
        case .batchCPU: "batch.cpu"
        case .spinCPU: "spin.cpu"
        case .wakeupLatency: "wakeup.latency"
        case .waitLength: "wait.length"
        case .failureFreePages: "failure.free_pages"
        }
    }

    /// The unit of its values.
    public var unit: Unit {
        switch self {
        case .desired, .freeBlocks, .visits, .runsFound, .tried, .gainedBlocks: .count
        case .targetPages, .freePages, .moved, .failureFreePages: .pages
        case .batchCPU, .spinCPU, .wakeupLatency, .waitLength: .nanoseconds
        }
    }

    /// Whether it belongs to a batch or a spin, and so to CPU time.
    public var isOfReclaim: Bool { rawValue <= Self.spinCPU.rawValue }
}

/// The values of a quantity from the smallest to the largest.
public struct SupportRange: Equatable, Sendable {
    /// How many values there were.
    public private(set) var count: UInt64 = 0
    /// The smallest; 0 without values.
    public private(set) var least: Int64 = 0
    /// The largest; 0 without values.
    public private(set) var most: Int64 = 0

    mutating func add(_ value: Int64) {
        least = count == 0 ? value : min(least, value)
        most = count == 0 ? value : max(most, value)
        count += 1
    }

    /// Whether a value lies within what was seen.
    func contains(_ value: Int64) -> Bool { count > 0 && value >= least && value <= most }
}

/// Reads the quantities from events.
struct SupportReader {
    /// Something that happened, with its quantities.
    struct Fact {
        /// The quantities and their values.
        var values: [(quantity: SupportQuantity, value: Int64)]
        /// CPU time in reclaim that it stands for; `nil` for what is neither batch nor spin.
        var cpuNs: Int64?
    }

    /// What is known of a domain and its reclaim thread.
    private struct Place {
        var wokenNs: Int64?
        var freeBlocks: Int64?
        var batch: [(quantity: SupportQuantity, value: Int64)]?
        var visits: Int64 = 0
        var runsFound: Int64 = 0
    }

    private var places: [Place]
    private let columns = SupportColumns()

    init(domainCount: Int) {
        places = [Place](repeating: Place(), count: domainCount)
    }

    /// Takes the next event.
    ///
    /// - Returns: what is complete with it.
    mutating func take(_ header: EventHeader, _ values: Span<Int64>) -> Fact? {
        let domain = Int(header.domain)
        guard places.indices.contains(domain) else { return nil }
        switch header.kind {
        case .sample:
            places[domain].freeBlocks = columns.sampleBlocks.reduce(0) { $0 &+ values[$1] }
        case .allocFail:
            return single(.failureFreePages, values[columns.failFreePages])
        case .wakeSend where values[columns.wakeEffect] == 0:
            places[domain].wokenNs = header.timeNs
        case .threadRun:
            guard let wokenNs = places[domain].wokenNs else { return nil }
            places[domain].wokenNs = nil
            return single(.wakeupLatency, header.timeNs &- wokenNs)
        case .waitEnd: return single(.waitLength, values[columns.waitNs])
        case .spinEnd:
            let cpuNs = values[columns.spinCPU]
            return Fact(values: [(.spinCPU, cpuNs)], cpuNs: cpuNs)
        case .batchBegin: begin(domain, values)
        case .batchPass:
            places[domain].visits &+= values[columns.passVisits]
            places[domain].runsFound &+= values[columns.passRuns]
        case .batchEnd: return end(domain, values)
        default: break
        }
        return nil
    }

    private func single(_ quantity: SupportQuantity, _ value: Int64) -> Fact {
        Fact(values: [(quantity, value)], cpuNs: nil)
    }

    private mutating func begin(_ domain: Int, _ values: Span<Int64>) {
        places[domain].visits = 0
        places[domain].runsFound = 0
        places[domain].batch = [
            (.desired, values[columns.beginDesired]),
            (.targetPages, values[columns.beginTarget]),
            (.freePages, values[columns.beginFreePages]),
        ]
        if let blocks = places[domain].freeBlocks {
            places[domain].batch?.append((.freeBlocks, blocks))
        }
    }

    private mutating func end(_ domain: Int, _ values: Span<Int64>) -> Fact? {
        guard let begun = places[domain].batch else { return nil }
        places[domain].batch = nil
        let cpuNs = values[columns.endCPU]
        return Fact(
            values: begun + [
                (.visits, places[domain].visits), (.runsFound, places[domain].runsFound),
                (.tried, values[columns.endTried]), (.moved, values[columns.endMoved]),
                (.gainedBlocks, values[columns.endGained]), (.batchCPU, cpuNs),
            ], cpuNs: cpuNs)
    }
}

/// Positions of columns in the standard schema.
private struct SupportColumns {
    let sampleBlocks = (2...12).map { Self.position(.sample, "blocks_\($0)") }
    let failFreePages = position(.allocFail, "free_pages")
    let wakeEffect = position(.wakeSend, "effect")
    let waitNs = position(.waitEnd, "ns")
    let spinCPU = position(.spinEnd, "cpu_ns")
    let beginDesired = position(.batchBegin, "desired")
    let beginTarget = position(.batchBegin, "target_pages")
    let beginFreePages = position(.batchBegin, "free_pages")
    let passVisits = position(.batchPass, "visits")
    let passRuns = position(.batchPass, "runs_found")
    let endTried = position(.batchEnd, "tried")
    let endMoved = position(.batchEnd, "moved")
    let endGained = position(.batchEnd, "gained_blocks")
    let endCPU = position(.batchEnd, "cpu_ns")

    private static func position(_ kind: KindID, _ column: String) -> Int {
        guard let position = StandardSchema.schema.kind(kind)?.columnIndex(column) else {
            preconditionFailure("the standard schema has a column \(column)")
        }
        return position
    }
}

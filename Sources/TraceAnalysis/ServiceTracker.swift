import TraceCore

/// Takes the differences of the cumulative counters that `service` events bring per CPU.
struct ServiceTracker {
    private struct Source {
        var domain: Int32
        var cpu: Int32
        var first: [Int64]
        var last: [Int64]
    }

    private let window: Window
    private var index = KeyIndex()
    private var sources: [Source] = []
    private var samples: UInt64 = 0
    private var decreases: UInt64 = 0
    private var untracked: UInt64 = 0

    init(_ window: Window) { self.window = window }

    /// Counters start at 0 with the trace; in a window that begins later, at its first sample.
    mutating func sample(_ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>) {
        samples += 1
        let key = Int64(header.domain) << 32 | Int64(UInt32(bitPattern: header.cpu))
        guard let position = index.index(of: key) else {
            untracked += 1
            return
        }
        let isNew = position == sources.count
        if isNew {
            let zeros = [Int64](repeating: 0, count: ServiceSlot.count)
            sources.append(
                Source(domain: header.domain, cpu: header.cpu, first: zeros, last: zeros))
        }
        for slot in 0..<ServiceSlot.count {
            let value = kind.number(slot, values, default: -1)
            guard value >= 0 else { continue }
            if isNew, window.isCutAtBegin { sources[position].first[slot] = value }
            if value < sources[position].last[slot] { decreases += 1 }
            sources[position].last[slot] = value
        }
    }

    func finish() -> ServiceSummary {
        var result = ServiceSummary()
        result.samples = samples
        result.decreases = decreases
        result.untracked = untracked
        for source in sources {
            let counts = ServiceCounts(zip(source.last, source.first).map { max(0, $0 - $1) })
            result.total.add(counts)
            Self.add(counts, to: Int64(source.domain), &result.byDomain)
            Self.add(counts, to: Int64(source.cpu), &result.byCPU)
        }
        result.byDomain.sort { $0.number < $1.number }
        result.byCPU.sort { $0.number < $1.number }
        return result
    }

    private static func add(
        _ counts: ServiceCounts, to number: Int64, _ rows: inout [NumberedService]
    ) {
        if let position = rows.firstIndex(where: { $0.number == number }) {
            rows[position].counts.add(counts)
        } else {
            rows.append(NumberedService(number: number, counts: counts))
        }
    }
}

/// What a count of a second stands for.
enum RateKind: Int64, CaseIterable {
    case request, returned, fallback
}

/// Where an item of a rate has what; one item stands for the events that are still to come.
enum RateSlot {
    static let kind = 0
    static let beginNs = 1
    static let lengthNs = 2
    static let count = 3
    static let next = 4
}

/// The counts that the script sums up for each second, and the seconds they are of.
struct Rates {
    /// A sum of the script.
    struct Sum {
        let name: String
        /// The function that is counted, under which the running total appears.
        let counter: String
        let kind: RateKind?
    }

    static let sums = [
        Sum(name: "agg.req", counter: "dtrace.ktls_encrypt_record", kind: .request),
        Sum(name: "agg.ack", counter: "dtrace.ktls_free_mext_contig", kind: .returned),
        Sum(name: "agg.fbk", counter: "dtrace.mb_free_mext_pgs", kind: .fallback),
        Sum(name: "agg.imp", counter: "dtrace.ktls_buffer_import", kind: nil),
    ]

    /// Longer ones are no interval of the script's: lines of it are missing.
    private static let lengthMaxNs: Int64 = 60_000_000_000

    private let perSecondMax: Int64
    private var beginNs: Int64?
    private var endNs: Int64?
    private var totals = [Int64](repeating: 0, count: sums.count)
    private(set) var countsWithoutEvents: UInt64 = 0

    init(perSecondMax: Int64) { self.perSecondMax = perSecondMax }

    /// The counting begins.
    mutating func begin(_ timeNs: Int64) {
        if endNs == nil { endNs = timeNs }
    }

    /// An interval ends; the sums that follow are of it.
    mutating func end(_ timeNs: Int64) {
        beginNs = endNs
        endNs = timeNs
    }

    /// The items of a sum: its running total, and its events where they can be made.
    mutating func items(_ sum: Int, _ count: Int64, cpu: Int32, domain: Int32) -> [DtraceItem] {
        guard let endNs, count > 0 else { return [] }
        let (total, overflow) = totals[sum].addingReportingOverflow(count)
        totals[sum] = overflow ? .max : total
        var reading = DtraceItem(.count, timeNs: endNs)
        reading.values[0] = totals[sum]
        reading.values[1] = Int64(sum)
        guard let kind = Self.sums[sum].kind else { return [reading] }
        guard var events = events(kind, count, endNs) else {
            let (left, overflow) = countsWithoutEvents.addingReportingOverflow(UInt64(count))
            countsWithoutEvents = overflow ? .max : left
            return [reading]
        }
        events.cpu = cpu
        events.domain = domain
        return [reading, events]
    }

    private func events(_ kind: RateKind, _ count: Int64, _ endNs: Int64) -> DtraceItem? {
        guard let beginNs, endNs > beginNs, endNs - beginNs <= Self.lengthMaxNs else { return nil }
        let lengthNs = endNs - beginNs
        // At most a million a second for a minute, so that the products of `timeNs` fit.
        guard count <= lengthNs / 1_000 * perSecondMax / 1_000_000 else { return nil }
        var item = DtraceItem(.rate, timeNs: 0)
        item.values[RateSlot.kind] = kind.rawValue
        item.values[RateSlot.beginNs] = beginNs
        item.values[RateSlot.lengthNs] = lengthNs
        item.values[RateSlot.count] = count
        item.values[RateSlot.next] = 0
        item.timeNs = Self.timeNs(item)
        return item
    }

    /// The item with the events behind the next one, or `nil` where that is the last.
    static func rest(_ item: DtraceItem) -> DtraceItem? {
        var rest = item
        rest.values[RateSlot.next] += 1
        guard rest.values[RateSlot.next] < rest.values[RateSlot.count] else { return nil }
        rest.timeNs = timeNs(rest)
        return rest
    }

    /// The middle of the next of as many equal parts of the interval as there are events.
    private static func timeNs(_ item: DtraceItem) -> Int64 {
        let part = item.values[RateSlot.lengthNs] * (2 * item.values[RateSlot.next] + 1)
        return item.values[RateSlot.beginNs] + part / (2 * item.values[RateSlot.count])
    }
}

import TraceCore

/// The state of the host: levels, samples and counts.
extension DtraceEventMapper {
    /// `vm_domain_set` or `vm_domain_clear` is called: what it will do follows from its domain.
    mutating func level(
        _ item: DtraceItem, isSet: Bool, into sink: inout some EventSink & ~Copyable
    ) {
        let free = item.values[0]
        guard free >= 0 else { return }
        for level in 0..<2 {
            let (threshold, mark) = (item.values[1 + level], item.values[3 + level])
            guard threshold >= 0, mark >= 0 else { continue }
            let isBelow = free < threshold
            guard isBelow == isSet, (mark != 0) != isSet else { continue }
            let values: [3 of Int64] = [Int64(level), isSet ? 1 : 0, free]
            writer.emit(.domainLevel, item, values, into: &sink)
        }
    }

    mutating func sample(_ item: DtraceItem, into sink: inout some EventSink & ~Copyable) {
        let (reclaims, allocs) = (item.values[3], item.values[4])
        evidence.sample(item.domain, reclaims: reclaims)
        var values = Self.emptySample
        values[SampleSlot.free] = item.values[0]
        values[SampleSlot.deficit] = item.values[1]
        values[SampleSlot.wakeups] = item.values[2]
        values[SampleSlot.reclaims] = reclaims >= 0 ? reclaims : allocs
        values[SampleSlot.running] = item.values[5]
        writer.emit(.sample, item, values, into: &sink)
    }

    /// Free blocks by order, as they were read.
    mutating func freeBlocks(_ item: DtraceItem, into sink: inout some EventSink & ~Copyable) {
        var values = Self.emptySample
        for order in 0..<13 { values[SampleSlot.blocks + order] = item.values[order] }
        writer.emit(.sample, item, values, into: &sink)
    }

    mutating func count(
        _ item: DtraceItem, name: String, into sink: inout some EventSink & ~Copyable
    ) {
        let values: [2 of Int64] = [number(name, into: &sink), item.values[0]]
        writer.emit(.counter, item, values, into: &sink)
    }

    private enum SampleSlot {
        static let free = 0
        static let blocks = 1
        static let deficit = 17
        static let wakeups = 18
        static let reclaims = 19
        static let running = 20
        static let digest = 21
    }

    private static var emptySample: [26 of Int64] {
        var values = InlineArray<26, Int64>(repeating: -1)
        values[SampleSlot.digest] = 0
        return values
    }
}

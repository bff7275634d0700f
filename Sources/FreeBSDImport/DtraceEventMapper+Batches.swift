import TraceCore

/// Reclaim calls and waits for free pages.
extension DtraceEventMapper {
    private static let routine = "vm_page_reclaim_contig_domain_ext"
    private static let desiredMax: Int64 = 1 << 24

    private enum Mode {
        static let daemon: Int64 = 0
        static let direct: Int64 = 1
    }

    private enum End {
        static let result = 0
        static let moved = 1
        static let tried = 2
        static let ok = 3
        static let busy = 4
        static let invalid = 5
        static let noMemory = 6
        static let passes = 7
        static let cpuNs = 8
    }

    mutating func batchBegin(_ item: DtraceItem, into sink: inout some EventSink & ~Copyable) {
        let (pages, free) = (item.values[0], item.values[2])
        // The eighth argument: it is on the stack, where not every kernel lets dtrace find it.
        let desired = (0...Self.desiredMax).contains(item.values[1]) ? item.values[1] : -1
        let isPower = pages > 0 && pages & (pages - 1) == 0
        let isKnown = pages > 0 && pages <= 1 << 32 && desired >= 0
        let values: [8 of Int64] = [
            item.thread, isHelper(item.thread) ? Mode.daemon : Mode.direct,
            number(Self.routine, into: &sink), isPower ? Int64(pages.trailingZeroBitCount) : -1,
            desired, -1, isKnown ? pages * desired : -1, free,
        ]
        let sequence = writer.emit(
            .batchBegin, item, cause: run(item.thread), values, into: &sink)
        if batches.count >= Self.threadsMax { batches.removeAll() }
        batches[item.thread] = OpenBatch(sequence: sequence, desired: desired)
    }

    mutating func batchEnd(_ item: DtraceItem, into sink: inout some EventSink & ~Copyable) {
        let begin = batches.removeValue(forKey: item.thread)
        let result = item.values[End.result]
        evidence.result(result)
        let isOK = isSuccess(result)
        let isHelper = isHelper(item.thread)
        // Functions that the compiler has made part of others have no probes.
        let hasRuns = item.values[End.tried] > 0
        func ofRuns(_ slot: Int) -> Int64 { hasRuns ? item.values[slot] : -1 }
        let nominal = isOK ? (isHelper ? begin?.desired ?? -1 : -1) : 0
        let values: [19 of Int64] = [
            item.thread, isHelper ? Mode.daemon : Mode.direct, number(Self.routine, into: &sink),
            number(outcome(result, isOK), into: &sink),
            item.values[End.passes] > 0 ? item.values[End.passes] : -1, ofRuns(End.tried),
            ofRuns(End.ok), ofRuns(End.busy), ofRuns(End.invalid), ofRuns(End.noMemory),
            item.values[End.moved], -1, -1, -1, -1, nominal, item.values[End.cpuNs], -1, -1,
        ]
        writer.emit(.batchEnd, item, cause: begin?.sequence ?? 0, values, into: &sink)
    }

    private func isSuccess(_ result: Int64) -> Bool {
        switch resultForm ?? evidence.formSoFar ?? .errno {
        case .bool: result > 0
        case .errno: result == 0
        }
    }

    private func outcome(_ result: Int64, _ isOK: Bool) -> String {
        if isOK { return "ok" }
        switch result {
        case 12: return "failed ENOMEM"
        case 34: return "failed ERANGE"
        default: return "failed"
        }
    }

    mutating func waitBegin(_ item: DtraceItem, into sink: inout some EventSink & ~Copyable) {
        let (free, least, isSet) = (item.values[0], item.values[1], item.values[2])
        var sequence: UInt64 = 0
        if isSet == 0 {
            // Nothing to wait for: the call returns at once.
            let values: [3 of Int64] = [item.thread, free, least]
            writer.emit(.waitSkip, item, cause: run(item.thread), values, into: &sink)
        } else {
            let values: [4 of Int64] = [item.thread, free, least, reason(into: &sink)]
            sequence = writer.emit(
                .waitBegin, item, cause: run(item.thread), values, into: &sink)
        }
        if waits.count >= Self.threadsMax { waits.removeAll() }
        waits[item.thread] = OpenWait(sequence: sequence)
    }

    mutating func waitEnd(_ item: DtraceItem, into sink: inout some EventSink & ~Copyable) {
        let begin = waits.removeValue(forKey: item.thread)
        if begin?.sequence == 0 { return }
        let (ns, free) = (item.values[0], item.values[1])
        let values: [5 of Int64] = [item.thread, free, -1, reason(into: &sink), ns]
        writer.emit(.waitEnd, item, cause: begin?.sequence ?? 0, values, into: &sink)
    }

    private mutating func reason(into sink: inout some EventSink & ~Copyable) -> Int64 {
        number("free pages below free_min", into: &sink)
    }
}

import Testing
import TraceCore
import TraceImport

/// Damaged texts: whatever the bytes, the importer ends with a result or an error, and the result
/// does not depend on the chunks.
@Suite struct MutatedTextTests {
    private static let lines = [
        waking("kswapd0", 45, "1.000001"),
        switching("x", 9, "R", to: "kswapd0", 45, "1.000002"),
        line("kswapd0", 45, "1.000003", "mm_vmscan_kswapd_wake: nid=0 order=2"),
        line("fs", 7, "1.000004", "mm_page_alloc: page=0000000000000000 pfn=0x0 order=2"),
        line("fs", 7, "1.000005", "mm_compaction_begin: zone_start=0x1, mode=sync"),
        line("fs", 7, "1.000006", "mm_compaction_migratepages: nr_migrated=3 nr_failed=1"),
        line("fs", 7, "1.000007", "mm_compaction_end: mode=sync status=success"),
        line("fs", 7, "1.000008", "tracing_mark_write: ktls-trace sync mono=1 real=2"),
        "CPU:1 [LOST 12 EVENTS]\n", "# entries-in-buffer/entries-written: 1/2   #P:2\n",
        "sched: kswapd0:45 [120] S ==> x:1 [120]\n",
    ]
    private static let bytes: [UInt8] =
        Array(" \n\r-[]():=.,#0159xXakS/|\u{0}".utf8) + [0xFF, 0x80]

    @Test(arguments: [UInt64(1), 2, 3, 4])
    func damageIsContained(seed: UInt64) throws {
        print("MutatedTextTests seed \(seed)")
        let random = KeyedRandom(seed: seed, purpose: 1)
        for round in 0..<UInt64(400) {
            var text = (0..<12).flatMap { index in
                Array(
                    Self.lines[
                        Int(
                            random.number(
                                below: UInt64(Self.lines.count), entity: round, index: index))
                    ]
                    .utf8)
            }
            for edit in 0..<random.number(below: 12, entity: round, index: 20) {
                let place = Int(
                    random.number(below: UInt64(text.count), entity: round, index: 100 + edit))
                let byte = Self.bytes[
                    Int(
                        random.number(
                            below: UInt64(Self.bytes.count), entity: round, index: 200 + edit))]
                switch random.number(below: 3, entity: round, index: 300 + edit) {
                case 0: text[place] = byte
                case 1: text.insert(byte, at: place)
                default: text.remove(at: place)
                }
            }
            let options = FtraceImportOptions(toleratedStepBackNs: Int64.max)
            let whole = Result { try ImportedText(bytes: text, options: options) }
            let pieces = Result {
                try ImportedText(bytes: text, options: options, chunkBytes: 13)
            }
            switch (whole, pieces) {
            case (.success(let left), .success(let right)):
                #expect(left.list.events == right.list.events)
                #expect(left.result == right.result)
                let times = left.list.events.map(\.header.timeNs)
                #expect(times == times.sorted())
            case (.failure(let left), .failure(let right)):
                #expect(left as? ImportError == right as? ImportError)
            default:
                Issue.record("round \(round): chunks change the outcome")
            }
        }
    }
}

import FuzzProperties
import KernelTraces
import TraceCore
import TraceImport

typealias RingOutcome = HostOutcome<KernelTraceError>

/// Ring buffers in memory, given in pieces of one size.
struct MemoryRings: RingSource {
    let cpus: [[UInt8]]
    let pieceBytes: Int
    private var positions: [Int]

    init(_ cpus: [[UInt8]], pieceBytes: Int) {
        self.cpus = cpus
        self.pieceBytes = pieceBytes
        positions = [Int](repeating: 0, count: cpus.count)
    }

    mutating func nextBytes(lane: Int) throws(KernelTraceError) -> [UInt8]? {
        let start = positions[lane]
        let end = min(start + pieceBytes, cpus[lane].count)
        positions[lane] = end
        return start == end ? nil : Array(cpus[lane][start..<end])
    }
}

/// Imports what a source gives.
func imported(
    _ source: some RingSource, _ cpus: [Int32], _ description: RecordingDescription,
    _ options: FtraceImportOptions = FtraceImportOptions(), keepsGood: Bool
) -> RingOutcome {
    var outcome = RingOutcome()
    var source = source
    var importer = KernelRecordImporter(description, options: options)
    do {
        outcome.faults = try importer.consume(
            &source, cpus: cpus, keepsGood: keepsGood, into: &outcome.list)
        outcome.result = importer.finish(into: &outcome.list)
    } catch {
        outcome.faults = [error]
    }
    return outcome
}

/// Checks the import of a recording with and without what stands beside its faults.
///
/// - Throws: `BrokenProperty`.
func checkImports(
    _ source: some RingSource, _ cpus: [Int32], _ description: RecordingDescription
) throws(BrokenProperty) -> RingOutcome {
    let good = imported(source, cpus, description, keepsGood: true)
    try good.check()
    guard let result = good.result else { throw BrokenProperty("a fault ends the import") }
    try require(
        result.tracepointLines == result.lines, "of \(result.lines) records some are not counted")
    if !good.faults.isEmpty {
        let strict = imported(source, cpus, description, keepsGood: false)
        try require(strict.faults.first == good.faults.first, "the first fault is another")
        try require(
            good.list.events.starts(with: strict.list.events),
            "what stands before a fault is another")
    }
    guard good.list.events.count % 2 == 0 else { return good }
    var options = FtraceImportOptions(followedTaskPrefixes: [""])
    options.window = good.window
    try good.checkWindow(imported(source, cpus, description, options, keepsGood: true))
    return good
}

public import FuzzProperties
import KernelTraceTestSupport
import KernelTraces
import TraceCore
import TraceImport

/// Ring buffers of a made-up kernel: any bytes, or sound ones that a script makes.
public enum RingTarget {
    /// Checks that every record is counted, and that sound ones come out as they went in.
    ///
    /// The first four bytes choose sizes, places, traits and CPUs. Of the rest, sub-buffers go to
    /// the CPUs in turn, or it is a script of events.
    ///
    /// - Throws: `BrokenProperty`.
    public static func check(_ bytes: [UInt8]) throws(BrokenProperty) {
        var script = ByteScript(bytes)
        let rings = RingChoice(&script)
        let description = try rings.description()
        guard rings.isScript else {
            try check(rings.dealt(Array(script.rest)), description, bytes.count)
            return
        }
        let recording = ScriptedRings(&script, rings)
        try recording.checkMerge(description, pieceBytes: 1 + bytes.count % 251)
        let outcome = try check(recording.cpus, description, bytes.count)
        try require(outcome.faults.isEmpty, "sound rings have \(outcome.faults)")
        try require(
            outcome.result?.lines == recording.records.count, "not all records are imported")
        // Reading all formats again takes as long as all before.
        if bytes.count % 4 == 0 { try checkFile(recording, rings, outcome) }
    }

    @discardableResult
    private static func check(
        _ cpus: [[UInt8]], _ description: RecordingDescription, _ count: Int
    ) throws(BrokenProperty) -> RingOutcome {
        let numbers = cpus.indices.map { Int32($0) }
        let whole = MemoryRings(cpus, pieceBytes: max(1, count))
        let outcome = try checkImports(whole, numbers, description)
        let pieces = MemoryRings(cpus, pieceBytes: 1 + count % 97)
        try imported(pieces, numbers, description, keepsGood: true)
            .requireSame(as: outcome, "cutting rings")
        let walks = cpus.map { RingWalk($0, description.layout) }
        let records = walks.reduce(0) { $0 + $1.records }
        try require(
            outcome.result?.lines == records,
            "\(outcome.result?.lines ?? -1) of \(records) records are imported")
        let faulty = walks.filter(\.hasFault).count
        try require(outcome.faults.count == faulty, "\(outcome.faults) on \(faulty) CPUs")
        // Of a CPU with a fault it does not show how much was lost behind its last event.
        guard faulty == 0 else { return outcome }
        var lost = LostEvents()
        for walk in walks { lost.add(walk.lost) }
        try require(outcome.result?.lostEvents == Int(clamping: lost.counted), "losses are lost")
        try require(
            outcome.result?.lostEventsAreUncounted == (lost.uncounted > 0), "a loss is lost")
        return outcome
    }

    /// The same rings in a file of one of the versions.
    private static func checkFile(
        _ recording: ScriptedRings, _ rings: RingChoice, _ outcome: RingOutcome
    ) throws(BrokenProperty) {
        let writer = rings.file
        let file =
            switch outcome.list.events.count % 3 {
            case 0: writer.version6(recording.cpus)
            case 1: writer.version7(recording.cpus)
            default: writer.version7(recording.cpus, FileBytes.zstd)
            }
        try TraceDatTarget.outcome(file).requireSame(as: outcome, "a file")
    }
}

public import FuzzProperties
import TraceCore
import TraceFormat
import TraceStore

/// Any bytes, recovered as a trace.
public enum RecoverTarget {
    /// Traces with more blocks are left alone: that would only take long.
    private static let blocksMax = 8

    /// Checks that what is recovered is complete, verifies, and holds at least what reading gives.
    ///
    /// - Throws: `BrokenProperty`.
    public static func check(_ bytes: [UInt8]) throws(BrokenProperty) {
        let read = try Reading(bytes)
        guard let file = try recovered(bytes, isStream: false) else {
            try require(read == nil, "what can be read cannot be recovered")
            return
        }
        let stream = try recovered(bytes, isStream: true)
        try require(stream?.isEmpty == file.isEmpty, "a stream is recovered otherwise")
        guard !file.isEmpty else { return }
        let back = try Reading(file)
        guard let back else { throw BrokenProperty("what was recovered cannot be opened") }
        try require(back.completeness == .complete, "what was recovered is \(back.completeness)")
        do {
            let report = try TraceVerifier.verify(MemorySource(file))
            try require(report.completeness == .complete, "verify says \(report.completeness)")
        } catch let error as BrokenProperty {
            throw error
        } catch {
            throw BrokenProperty("what was recovered cannot be verified: \(error)")
        }
        let kept = read?.check.count ?? 0
        try require(back.check.count >= kept, "\(back.check.count) of \(kept) events are kept")
    }

    /// The recovered trace: `nil` where nothing can be, empty where it is too much to try.
    private static func recovered(
        _ bytes: [UInt8], isStream: Bool
    ) throws(BrokenProperty) -> [UInt8]? {
        let reader: TraceReader
        do {
            reader = try TraceRecovery.open(MemorySource(bytes, isStream: isStream))
        } catch {
            return nil
        }
        do {
            var recovery = TraceRecovery(reader)
            let notes = reader.description.notes.count
            let sink = MemorySink()
            var writer = try TraceWriter(sink: sink, description: reader.description)
            while try recovery.copyNextBlock(from: reader, to: &writer) {
                if recovery.report.blocks > blocksMax { return [] }
            }
            writer.addNotes(Array(reader.description.notes.dropFirst(notes)))
            try recovery.finish(reader, to: &writer)
            _ = try writer.finish(isClosedByRecorder: false)
            return sink.bytes
        } catch StoreError.limit {
            // What a recovery says of itself may be a note more than a trace can hold.
            return []
        } catch {
            throw BrokenProperty("recovery ends with \(error)")
        }
    }
}

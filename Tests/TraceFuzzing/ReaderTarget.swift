public import FuzzProperties
import TraceCore
import TraceFormat
import TraceStore

/// Any bytes, read as a trace.
public enum ReaderTarget {
    /// Traces with more events are not copied: that would only take long.
    private static let copiedEventsMax = 150_000

    /// Checks what holds for all bytes, traces or not.
    ///
    /// - Throws: `BrokenProperty`.
    public static func check(_ bytes: [UInt8]) throws(BrokenProperty) {
        let whole = try Reading(bytes)
        let stream = try Reading(bytes, isStream: true)
        try require((whole == nil) == (stream == nil), "a stream is opened, and not a file")
        guard let whole, let stream else { return }
        try require(stream.check.sum == whole.check.sum, "a stream has other events")
        let report = try verified(bytes)
        if whole.isWhole {
            for lane in [LaneSelection.control, .data] {
                let part = try Reading(bytes, lane)
                let number = lane == .control ? 0 : 1
                try require(
                    part?.check.laneSums[number] == whole.check.laneSums[number],
                    "a lane read alone has other events")
            }
        } else {
            try require(report.completeness != .complete, "verify finds nothing in a bad file")
        }
        guard !whole.check.hasStrayText, whole.check.count <= copiedEventsMax else { return }
        let copy = try TraceCopy(bytes)
        try checkCopy(copy, of: whole)
        if report.completeness == .complete, whole.snapshots.isEmpty {
            try require(copy.totals.ids == report.ids, "a copy has other identities")
        }
    }

    private static func verified(_ bytes: [UInt8]) throws(BrokenProperty) -> VerifyReport {
        do {
            return try TraceVerifier.verify(MemorySource(bytes))
        } catch {
            throw BrokenProperty("what can be read cannot be verified: \(error)")
        }
    }

    /// What was delivered is written once more and must read back the same.
    private static func checkCopy(
        _ copy: TraceCopy, of whole: Reading
    ) throws(BrokenProperty) {
        let back = try Reading(copy.bytes)
        guard let back else { throw BrokenProperty("a copy cannot be opened") }
        try require(back.completeness == .complete, "a copy is \(back.completeness)")
        try require(back.check.sum == whole.check.sum, "a copy has other events")
        try require(back.losses == whole.losses, "a copy has other losses")
        try require(back.description.schema == whole.description.schema, "a copy's schema")
        try require(
            back.description.parameters == whole.description.parameters, "a copy's parameters")
        try require(back.description.notes == whole.description.notes, "a copy's notes")
    }
}

extension Reading {
    /// Whether nothing was found damaged.
    var isWhole: Bool {
        if case .damaged = completeness { return false }
        return true
    }
}

import TraceCore
import TraceFormat
import TraceIdentity
import TraceStore
import TraceSummaries

/// What `info` tells of a trace that was read to its end.
struct TraceFacts {
    let label: String
    let completeness: TraceSummaries.Completeness
    let isClosedByRecorder: Bool?
    let losses: [LossRecord]
    let lostEvents: UInt64
    let ids: TraceIDs?
    let fileBytes: Int64?
    let parameters: ParameterList
    let notes: [TextPair]
    let snapshots: [(name: String, bytes: Int)]
    let tally: TraceTally
    /// The wall-clock time of time 0, in nanoseconds since 1970.
    let wallStartNs: Int64?
    /// Names of the kinds of `losses`, by position.
    let lossKinds: [String?]

    init(_ trace: LoadedTrace, _ tally: TraceTally) {
        let reader = trace.reader
        label = trace.label
        completeness = trace.completeness
        isClosedByRecorder = reader.totals?.isClosedByRecorder
        losses = reader.losses
        lostEvents = losses.reduce(UInt64(0)) { sum, loss in
            let (total, overflow) = sum.addingReportingOverflow(loss.count)
            return overflow ? .max : total
        }
        lossKinds = losses.map { loss in
            loss.kind.map { reader.description.schema.kind($0)?.name ?? "kind \($0.rawValue)" }
        }
        ids = reader.totals?.ids
        fileBytes = reader.totals?.fileBytes
        parameters = trace.parameters
        notes = reader.description.notes
        snapshots = reader.snapshots.map { snapshot in
            (snapshot.record.name, snapshot.record.frames.rawBytes)
        }
        self.tally = tally
        wallStartNs = TraceMerge.wallStartNs(reader.description)
    }
}

/// Times of the wall clock as text.
enum WallClock {
    /// A time in UTC, as in `2026-11-22T16:13:09.000000001Z`.
    static func text(_ wallNs: Int64) -> String {
        let second: Int64 = 1_000_000_000
        let seconds = wallNs >= 0 ? wallNs / second : -((second - 1 - wallNs) / second)
        let fraction = wallNs - seconds * second
        let days = seconds >= 0 ? seconds / 86_400 : -((86_399 - seconds) / 86_400)
        let ofDay = seconds - days * 86_400
        let date = civil(days)
        let time = [ofDay / 3_600, ofDay / 60 % 60, ofDay % 60].map { padded($0, 2) }
        return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))T"
            + time.joined(separator: ":") + ".\(padded(fraction, 9))Z"
    }

    /// The date so many days after 1970-01-01, by the rules of the Gregorian calendar.
    private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        // Years that begin in March have their leap day at the end.
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let ofEra = shifted - era * 146_097
        let year = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * year + year / 4 - year / 100)
        let month = (5 * ofYear + 2) / 153
        let day = ofYear - (153 * month + 2) / 5 + 1
        let civilMonth = month < 10 ? month + 3 : month - 9
        return (year + era * 400 + (civilMonth <= 2 ? 1 : 0), civilMonth, day)
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

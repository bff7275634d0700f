public import TraceFormat

/// Why a summary cannot be read, merged or kept small.
public enum SummaryError: Error, Equatable, Sendable {
    /// The bytes are no summary.
    case format(FormatError)
    /// The summary was made by a version of the tool that defines the metrics differently.
    case otherVersion(found: UInt64, known: UInt64)
    /// The summaries are of different selections of events, which `what` names.
    case differentSelections(what: String)
    /// A count of both together does not fit.
    case overflow
    /// However much is left out, the summary is larger than it may be.
    case tooLarge(bytes: Int, limit: Int)
}

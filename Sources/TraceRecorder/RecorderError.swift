public import TraceStore

/// Why a recording could not begin, or did not reach its end.
public enum RecorderError: Error, Equatable, Sendable {
    /// The trace could not be written.
    case store(StoreError)
    /// A ring cannot have so many bytes.
    case ringBytes(Int)
    /// The system gave no thread for the drain.
    case thread(errno: Int32)
    /// A kind has a number of columns that no row can hold.
    case columns(kind: String, count: Int)
}

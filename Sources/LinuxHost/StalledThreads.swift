/// The threads whose switches are recorded because they were seen stalling, the latest first to
/// stay.
public struct StalledThreads: Sendable {
    /// The threads, in the order in which they were seen last.
    public private(set) var threads: [Int32] = []
    /// Whether the threads are others than those taken last.
    private var hasChanged = false
    private let limit: Int

    /// Starts with none.
    public init(limit: Int = SchedulerFilter.threadsMax) { self.limit = limit }

    /// Notes that a thread stalls.
    ///
    /// - Complexity: O(limit).
    public mutating func note(_ thread: Int32) {
        guard thread > 0 else { return }
        if let position = threads.lastIndex(of: thread) {
            threads.remove(at: position)
        } else {
            hasChanged = true
            if threads.count == limit { threads.removeFirst() }
        }
        threads.append(thread)
    }

    /// The threads, ascending, or `nil` where they are those that were taken last.
    public mutating func takeChange() -> [Int32]? {
        guard hasChanged else { return nil }
        hasChanged = false
        return threads.sorted()
    }
}

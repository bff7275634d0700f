/// What one thread that needed memory went through in the window.
public struct AffectedThread: Hashable, Sendable {
    /// The thread; on a host its process number.
    public var thread: Int64
    /// Its requests that failed.
    public var failures: UInt64 = 0
    /// Its stalls: how often it had to reclaim or compact memory itself.
    public var stalls: UInt64 = 0
    /// How long its stalls took together, ns.
    public var stallNs: Int64 = 0
    /// Its longest stall, ns.
    public var longestStallNs: Int64 = 0
    /// Its waits for pages.
    public var waits: UInt64 = 0
    /// How long its waits took together, ns.
    public var waitNs: Int64 = 0

    /// Who lost most time comes first, then whose requests failed most often.
    static func isBefore(_ left: AffectedThread, _ right: AffectedThread) -> Bool {
        let (leftNs, rightNs) = (left.lostNs, right.lostNs)
        if leftNs != rightNs { return leftNs > rightNs }
        if left.failures != right.failures { return left.failures > right.failures }
        return left.thread < right.thread
    }

    private var lostNs: Int64 { stallNs.addingClamped(waitNs) }
}

extension TraceSummary {
    /// Whether the reports from which `affected` is made were asked for.
    public var hasAffected: Bool { has(.cpu) && has(.failures) && has(.waits) }

    /// The threads whose requests failed, that stalled or that waited for pages, reclaim threads
    /// left out; who lost most time comes first.
    ///
    /// - Complexity: O(n log n) for n threads.
    public var affected: [AffectedThread] {
        var rows: [Int64: AffectedThread] = [:]
        func change(_ thread: Int64, _ body: (inout AffectedThread) -> Void) {
            guard thread >= 0 else { return }
            body(&rows[thread, default: AffectedThread(thread: thread)])
        }
        for row in failures.byThread { change(row.number) { $0.failures = row.count } }
        for row in cpu.stallsByThread {
            change(row.thread) {
                ($0.stalls, $0.stallNs, $0.longestStallNs) = (row.count, row.timeNs, row.longestNs)
            }
        }
        for row in waits.byThread where row.count > 0 {
            change(row.number) { ($0.waits, $0.waitNs) = (row.count, row.timeNs) }
        }
        for thread in cpu.threads where thread.isReclaim { rows[thread.thread] = nil }
        return rows.values.sorted(by: AffectedThread.isBefore)
    }
}

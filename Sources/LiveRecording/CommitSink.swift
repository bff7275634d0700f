public import TraceFormat
public import TraceStore

/// When what was written is brought to the disk.
public enum SyncPolicy: Equatable, Sendable {
    /// Only when the file is whole; before, the system does it when it likes.
    case atEnd
    /// After every block.
    case everyBlock
    /// After a block, but not more often than once in so many nanoseconds.
    case every(ns: Int64)
}

/// A block that is in its file, and on the disk where that was asked for.
public struct BlockCommit: Equatable, Sendable {
    /// The path that the file will have, or has.
    public var path: String
    /// The number of the block in its file, from 1.
    public var block: Int
    /// The sequence number of its last event.
    public var lastSequence: UInt64
    /// Length in bytes of the file up to and with this block.
    public var bytes: Int64
}

/// A sink that brings blocks to the disk and tells which are there.
public final class CommitSink: ByteSink {
    /// The last block that is told to be there.
    public private(set) var lastCommit: BlockCommit?

    /// Whether a failure leaves, or has left, what was written.
    public var isLeft: Bool {
        guard let file = inner as? FileSink else { return false }
        return file.temporaryPath != nil && file.partial == .kept
    }

    private let inner: any ByteSink
    private let path: String
    private let policy: SyncPolicy
    private let clock: () -> Int64
    private let report: ((BlockCommit) -> Void)?
    private var bytes: Int64 = 0
    private var blocks = 0
    private var waiting: [BlockCommit] = []
    private var nextSyncNs = Int64.min

    /// Wraps a sink.
    ///
    /// - Parameters:
    ///   - clock: Nanoseconds of a clock that only moves forward.
    ///   - report: Is told every block, once it is there.
    public init(
        _ inner: any ByteSink, path: String, policy: SyncPolicy, clock: @escaping () -> Int64,
        report: ((BlockCommit) -> Void)? = nil
    ) {
        self.inner = inner
        self.path = path
        self.policy = policy
        self.clock = clock
        self.report = report
    }

    /// Appends bytes.
    public func write(_ bytes: [UInt8]) throws(StoreError) {
        try inner.write(bytes)
        self.bytes += Int64(bytes.count)
    }

    /// Brings the block to the disk if it is time.
    public func blockIsWritten(_ block: BlockSummary) throws(StoreError) {
        blocks += 1
        waiting.append(
            BlockCommit(
                path: path, block: blocks, lastSequence: block.lastSequence, bytes: bytes))
        switch policy {
        case .atEnd: tell()
        case .everyBlock: try synchronize()
        case .every: try synchronizeIfDue()
        }
    }

    /// Brings waiting blocks to the disk if it is time; to be called when nothing else happens.
    ///
    /// - Throws: What the wrapped sink throws.
    public func synchronizeIfDue() throws(StoreError) {
        guard case .every(let intervalNs) = policy, !waiting.isEmpty else { return }
        let nowNs = clock()
        guard nowNs >= nextSyncNs else { return }
        nextSyncNs = nowNs + intervalNs
        try synchronize()
    }

    /// Brings everything to the disk.
    public func synchronize() throws(StoreError) {
        try inner.synchronize()
        tell()
    }

    /// Makes the file whole.
    public func commit() throws(StoreError) {
        try inner.commit()
        tell()
    }

    /// Gives up.
    public func discard() {
        waiting.removeAll()
        inner.discard()
    }

    private func tell() {
        for commit in waiting {
            lastCommit = commit
            report?(commit)
        }
        waiting.removeAll(keepingCapacity: true)
    }
}

public import TraceFormat

/// Where a writer's bytes go, one after the other.
public protocol ByteSink: AnyObject {
    /// Appends bytes.
    ///
    /// - Complexity: O(bytes).
    /// - Throws: `StoreError`.
    func write(_ bytes: [UInt8]) throws(StoreError)

    /// Is told that a whole block has been written, record and frames; most sinks do not care.
    ///
    /// - Throws: `StoreError`.
    func blockIsWritten(_ block: BlockSummary) throws(StoreError)

    /// Brings to the disk what has been written so far, where there is one.
    ///
    /// - Throws: `StoreError`.
    func synchronize() throws(StoreError)

    /// Makes what was written the final result.
    ///
    /// - Throws: `StoreError`.
    func commit() throws(StoreError)

    /// Gives up what was written; nothing is left behind, unless the sink is one that says so.
    func discard()
}

extension ByteSink {
    /// Does nothing.
    public func blockIsWritten(_ block: BlockSummary) throws(StoreError) {}

    /// Does nothing.
    public func synchronize() throws(StoreError) {}
}

/// A sink that keeps the bytes in memory.
public final class MemorySink: ByteSink {
    /// The bytes so far.
    public private(set) var bytes: [UInt8] = []
    /// Whether the writer has finished.
    public private(set) var isCommitted = false

    /// Makes an empty sink.
    public init() {}

    /// Appends bytes.
    public func write(_ more: [UInt8]) throws(StoreError) {
        bytes.append(contentsOf: more)
    }

    /// Notes that the writer has finished.
    public func commit() throws(StoreError) { isCommitted = true }

    /// Forgets the bytes.
    public func discard() { bytes.removeAll() }
}

import TraceStore
import TraceSummaries

/// Where a command's result goes: the standard output, or a file that appears when it is whole.
final class TextOutput {
    private let sink: FileSink
    private var buffer: [UInt8] = []

    /// - Parameter path: a file, or `-`.
    init(path: String, force: Bool = false) throws {
        sink = try reporting(isOutput: true) {
            try FileSink(path: path, overwrites: force, partial: .disposable)
        }
        buffer.reserveCapacity(1 << 17)
    }

    func write(_ text: String) throws {
        buffer.append(contentsOf: text.utf8)
        try flushWhenFull()
    }

    func write(_ bytes: ArraySlice<UInt8>) throws {
        buffer.append(contentsOf: bytes)
        try flushWhenFull()
    }

    /// Hands on what there is, for a reader that waits for it.
    func show() throws { try flush() }

    func end() throws {
        try flush()
        try reporting(isOutput: true) { try sink.commit() }
    }

    /// Writes a summary as all there is.
    func end(_ summaries: RunSummaries) throws {
        if sink.path == "-", Terminal.isTerminal(1) {
            throw CommandFailure(.usage, "a summary is not written to a terminal; use -o FILE")
        }
        let content = try summaries.encoded()
        try reporting(isOutput: true) {
            try SummaryFile.write(content, version: RunSummaries.version, to: sink)
        }
    }

    /// Writes of a summary what fits into its usual size, as all there is.
    func endKept(_ summaries: RunSummaries, label: String) throws {
        do {
            try end(summaries.kept(within: RunSummaries.defaultBytesPerRun))
        } catch let error as SummaryError {
            throw CommandFailure(error, label: label)
        }
    }

    private func flushWhenFull() throws {
        guard buffer.count >= 1 << 16 else { return }
        try flush()
        try Interrupt.check()
    }

    private func flush() throws {
        guard !buffer.isEmpty else { return }
        try reporting(isOutput: true) { try sink.write(buffer) }
        buffer.removeAll(keepingCapacity: true)
    }
}

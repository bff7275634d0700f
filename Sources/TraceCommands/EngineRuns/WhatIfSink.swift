import TraceAnalysis
import TraceCore
import TraceReplay
import TraceStore

/// Where the events of a what-if go: into its summary, the report on its support, and a trace
/// where one is wanted.
struct WhatIfSink: ~Copyable, EventSink {
    private(set) var support: SupportReport
    private(set) var events: UInt64 = 0
    private var analyzer: Analyzer
    private var writer: TraceWriter?
    private var strings = StringTable()

    init(_ analyzer: Analyzer, support: SupportReport, writer: consuming TraceWriter?) {
        self.analyzer = analyzer
        self.support = support
        self.writer = writer
    }

    /// The first failure of the trace, or `nil`.
    var failure: StoreError? {
        switch writer {
        case .some(let writer): writer.failure
        case .none: nil
        }
    }

    mutating func record(_ header: EventHeader, _ values: Span<Int64>) {
        events += 1
        analyzer.consume(header, values)
        support.consume(header, values)
        writer?.record(header, values)
    }

    mutating func intern(_ text: String) -> Int64 {
        _ = writer?.intern(text)
        return strings.intern(text)
    }

    /// The summary of all events.
    ///
    /// - Parameter readNs: the end, where it is not the recording's.
    func summary(readNs: Int64?) -> TraceSummary {
        analyzer.finish(strings: strings, readNs: readNs)
    }

    /// Completes the trace, if there is one.
    mutating func finish(notes: [TextPair], isWhole: Bool) throws(StoreError) -> TraceTotals? {
        writer?.addNotes(notes)
        return try writer?.finish(isClosedByRecorder: isWhole)
    }
}

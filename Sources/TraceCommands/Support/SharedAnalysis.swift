import Synchronization
import TraceAnalysis
import TraceCore
import TraceFormat

/// An analysis that may be fed on another thread than it was made on.
final class SharedAnalysis: Sendable {
    /// What is wanted of a trace's blocks.
    let lanes: LaneSelection
    let columns: ColumnSelection
    private let analyzer: Mutex<Analyzer>

    init(_ analyzer: sending Analyzer, _ lanes: LaneSelection) {
        self.lanes = lanes
        columns = analyzer.columns
        self.analyzer = Mutex(analyzer)
    }

    /// Takes the events of a decoded block.
    ///
    /// - Complexity: O(cells).
    func take(_ block: BlockDecoder) {
        analyzer.withLock { analyzer in
            block.forEachStretch(lanes, columns) { analyzer.consume($0, $1, $2, $3, &$4) }
        }
    }

    /// The summary of the events so far, as `Analyzer.finish` gives it.
    func finish(strings: StringTable, readNs: Int64?) -> TraceSummary {
        analyzer.withLock { $0.finish(strings: strings, readNs: readNs) }
    }
}

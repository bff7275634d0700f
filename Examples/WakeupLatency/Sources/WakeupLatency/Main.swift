import Histograms
import TraceAnalysis
import TraceFormat
import TraceStore

// The wakeup latency of several traces together: how long reclaim threads that were woken waited
// for a CPU.
//
// usage: WakeupLatency TRACE...

@main
enum Program {
    static func main() throws {
        var all = LatencySeries()
        for path in CommandLine.arguments.dropFirst() {
            let summary = try summarize(path)
            let latency = summary.wakeups.latency
            print("\(path): \(latency.count) wakeups, worst \(latency.maximum ?? 0) ns")
            // Exact in any order, whatever the traces' sizes.
            try all.merge(latency)
        }
        let median = all.percentile(.p50).map { "\($0) ns" } ?? "too few to tell"
        print("together: \(all.count) wakeups, median \(median), worst \(all.maximum ?? 0) ns")
    }

    /// What one trace says.
    static func summarize(_ path: String) throws -> TraceSummary {
        let reader = try TraceReader(path: path)
        var analyzer = try Analyzer(schema: reader.description.schema)
        let lanes: LaneSelection = analyzer.needsDataLane ? .both : .control
        let end = try reader.readEvents(lanes) { header, values in
            analyzer.consume(header, values)
        }
        if end != .complete { print("\(path): not complete: \(end)") }
        return analyzer.finish(strings: reader.stringTable)
    }
}

import LiveRecording
import TraceAnalysis
import TraceCore
import TraceFormat
import TraceIdentity
import TraceReport
import TraceStore
import TraceSummaries

/// A trace file opened for reading, and what the commands ask of it.
struct LoadedTrace {
    let reader: TraceReader
    private let follows: Bool

    /// - Parameters:
    ///   - checksAll: whether damage is to be told also where it touches nothing that the command
    ///     needs.
    ///   - follows: whether the trace may still be written, and more of it is waited for.
    init(
        path: String, keepsSnapshots: Bool = false, checksAll: Bool = false, follows: Bool = false
    ) throws {
        let source = try reporting {
            follows ? try SourceFile.follow(path) { Self.waitForMore() } : try SourceFile.open(path)
        }
        try self.init(
            source: source, keepsSnapshots: keepsSnapshots, checksAll: checksAll, follows: follows)
    }

    init(
        source: any ByteSource, keepsSnapshots: Bool = false, checksAll: Bool = false,
        follows: Bool = false
    ) throws {
        self.follows = follows
        reader = try reporting {
            try TraceReader(source: source, keepsSnapshots: keepsSnapshots, checksAll: checksAll)
        }
    }

    private static func waitForMore() -> Bool {
        if Interrupt.pendingSignal == nil { Terminal.pause(milliseconds: 20) }
        return Interrupt.pendingSignal == nil
    }

    /// Goes to the next block. A signal ends the command, but where a trace is followed it only
    /// ends the following: what was read until then is reported.
    func nextBlock(overlapping interval: ClosedRange<Int64> = .min ... .max) throws -> Bool {
        if follows {
            guard Interrupt.pendingSignal == nil else { return false }
        } else {
            try Interrupt.check()
        }
        return try reporting { try reader.nextBlock(overlapping: interval) }
    }

    /// How much of the file was read, in one line.
    var readingLine: String {
        let bytes = reader.bytesRead
        return "read \(bytes.read)" + (bytes.of.map { " of \($0)" } ?? "") + " bytes\n"
    }

    /// The name to show for the trace.
    var label: String { Self.label(reader.path) }

    /// The name to show for an input.
    static func label(_ path: String) -> String { path == "-" ? "standard input" : path }

    /// The trace's settings.
    var parameters: ParameterList {
        ParameterList(reader.description.parameters)
    }

    /// The identities in the footer, where there is one.
    ///
    /// What a host was asked for nobody records, so that its input identity says nothing.
    var identities: TraceIdentities {
        guard let ids = reader.totals?.ids else { return TraceIdentities() }
        return TraceIdentities(
            input: Caveats.isOfHost(parameters) ? nil : ids.input.description,
            outcome: ids.outcome.description,
            content: ids.content.description)
    }

    /// The events that the recording says are lost, as far as it was read.
    private var losses: [LossInterval] {
        let schema = reader.description.schema
        return reader.losses.map { loss in
            let kind = loss.kind.map { schema.kind($0)?.name ?? "kind \($0.rawValue)" }
            return LossInterval(
                kind: kind, beginNs: loss.beginNs, endNs: loss.endNs, count: loss.count)
        }
    }

    /// How many events the recording says are lost, as far as it was read.
    var lostEvents: UInt64 {
        losses.reduce(0) { sum, loss in
            let (total, overflow) = sum.addingReportingOverflow(loss.count)
            return overflow ? .max : total
        }
    }

    /// The events that came too late to the recorder to keep their times, where it says so.
    private var lateEvents: UInt64? {
        let note = reader.description.notes.last { $0.key == "recorder.late_events" }
        return note.flatMap { UInt64($0.value) }
    }

    /// How much of the trace was read, in the words of a report.
    var completeness: TraceSummaries.Completeness {
        if case .damaged(let error, let offset) = reader.completeness {
            return .incomplete(
                reason: "damaged at offset \(offset): \(error.sentence); "
                    + "what was before it is reported")
        }
        if let (error, offset) = reader.snapshotDamage {
            return .incomplete(
                reason: "damaged at offset \(offset): \(error.sentence); "
                    + "the events do not need it and are reported")
        }
        if case .incomplete(let ignored) = reader.completeness {
            return .incomplete(
                reason: "the recording was cut off; \(ignored) bytes at the end are ignored")
        }
        if reader.totals?.isClosedByRecorder == false {
            return .incomplete(reason: "rebuilt from a recording that was cut off or damaged")
        }
        if reader.completeness == nil, follows {
            return .incomplete(reason: "the recording goes on")
        }
        return .complete
    }

    /// Where the recording ended before its time, or the stretch of it that the file holds does;
    /// known when the trace has been read.
    var endedEarlyNs: Int64? {
        let note = reader.description.notes.last { $0.key == StretchMarks.endKey }
        guard let endNs = note.flatMap({ Int64($0.value) }) else { return nil }
        return min(endNs, parameters.integer(SliceWindow.endKey) ?? .max)
    }

    /// Whether the trace was read to its footer and its recorder, not a recovery, has closed it.
    var isClosed: Bool {
        reader.completeness == .complete && reader.totals?.isClosedByRecorder == true
    }

    /// Whether something is wrong with what was read, other than that the recording was cut off.
    var isDamaged: Bool {
        if case .damaged = reader.completeness { return true }
        return reader.snapshotDamage != nil
    }

    /// Ends the command with 65 when what was read is damaged, unless that is allowed.
    func requireUndamaged(_ options: PartialOptions) throws(CommandFailure) {
        if isDamaged, !options.allowPartial { throw CommandFailure(.badData) }
    }

    /// Ends a command that makes another trace when what was read is damaged, unless a part is
    /// allowed; then what was made so far is given up.
    func requireUndamaged(
        _ options: PartialOptions, of output: FileSink
    ) throws(CommandFailure) {
        guard isDamaged, !options.allowPartial else { return }
        output.discard()
        guard case .incomplete(reason: let reason) = completeness else { return }
        throw CommandFailure(
            .badData, "\(label): complete: false (\(reason)); --allow-partial copies that")
    }

    /// Whether the trace claims to have what a replay needs.
    var isReplayable: Bool {
        let parameters = parameters
        return parameters["source"] == "engine"
            && parameters[TraceDescription.replayRefusedKey] == nil
            && parameters.integer("recording.detail") ?? 0 >= 1
    }

    /// Reads the trace through and sums it up.
    ///
    /// - Parameters:
    ///   - asked: Without a begin, the trace's own; its end is filled in here.
    ///   - jobs: How many threads may be used; more than two are not.
    func summary(_ asked: AnalysisOptions, jobs: Int = 1) throws -> TraceSummary {
        var options = asked
        // A slice has nothing before its begin, which is no time without events.
        options.beginNs = asked.beginNs ?? parameters.integer(SliceWindow.beginKey)
        // A stretch of a recording ends before the recording does, and says where.
        let isStretch = StretchMarks.areIn(parameters)
        options.recordingEndNs = isStretch ? nil : parameters.integer("recording.duration_ns")
        let analyzer: Analyzer
        do {
            analyzer = try Analyzer(schema: reader.description.schema, options: options)
        } catch {
            throw CommandFailure(.usage, "these options make no sense: \(error)")
        }
        // Single services are recorded from detail 2 on, and imports after failures on FreeBSD.
        let hasServices =
            (parameters.integer("recording.detail") ?? 0) >= 2
            || parameters["source"] == "freebsd"
        let needsData = analyzer.needsDataLane || (analyzer.usesDataLane && hasServices)
        let lanes: LaneSelection = needsData ? .both : .control
        let analysis = SharedAnalysis(analyzer, lanes)
        let readNs = try readThrough(analysis, jobs: jobs)
        // What was cut off or is damaged was not seen: rates and shares end with what was read.
        // Where no setting tells the end, the last event of any lane does.
        let isEndKnown = isClosed && (endedEarlyNs != nil || options.recordingEndNs != nil)
        var summary = analysis.finish(
            strings: reader.stringTable, readNs: isEndKnown ? endedEarlyNs : readNs)
        summary.losses = LossSummary(losses, in: summary.window, lateEvents: lateEvents)
        return summary
    }

    /// Has all blocks analyzed, with two threads while the next one is read.
    ///
    /// - Returns: The end of the last good block, ns.
    private func readThrough(_ analysis: SharedAnalysis, jobs: Int) throws -> Int64 {
        let pipeline =
            jobs < 2
            ? nil
            : BlockPipeline(
                schema: reader.description.schema, lanes: analysis.lanes,
                columns: analysis.columns, analysis.take)
        defer { pipeline?.finish() }
        var readNs: Int64 = 0
        while try nextBlock() {
            let blockEndNs = reader.block.timeMaxNs
            let isGood = try reporting {
                if let pipeline { return try reader.handOver(to: pipeline) }
                return try reader.withDecoded(analysis.lanes, analysis.columns, analysis.take)
            }
            if isGood { readNs = blockEndNs }
        }
        return readNs
    }
}

import ArgumentParser
import TraceAnalysis
import TraceCore
import TraceFormat
import TraceStore
import TraceSummaries

struct MergeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Merge traces of several recorders or hosts into one, or summaries.",
        discussion: """
            Example: ktls-trace merge a.ktrace b.ktrace -o fleet.ktrace

            Where one of the inputs is a summary (analyze --format summary) the result is the \
            summary of all, in whatever order they are given; traces among them are summed up.

            Each trace is a host of its own, on one wall clock: domain D of the second input becomes 1000 + D, of the \
            third 2000 + D, and likewise CPUs in steps of 10000 and identifiers such as threads in \
            steps of 10^12. --same-host leaves all numbers as they are. At equal times events of \
            earlier inputs come first. The result cannot be replayed.
            """)

    @Argument(help: "The traces, two or more; one may be - for standard input.")
    var traces: [String]

    @Flag(name: .long, help: "The traces are of one host: equal numbers mean the same.")
    var sameHost = false

    @Flag(
        name: .long,
        help: "Take the starts of the traces for the same instant instead of asking their clocks.")
    var assumeSameStart = false

    @OptionGroup var output: TraceOutputOptions
    @OptionGroup var partial: PartialOptions

    func validate() throws {
        if traces.count < 2 { throw ValidationError("merge needs two traces or more") }
        if traces.filter({ $0 == "-" }).count > 1 {
            throw ValidationError("only one trace can be standard input")
        }
    }

    mutating func run() throws {
        try output.requireOther(than: traces)
        let opened = try traces.map { try AnalyzedInput(path: $0, checksAll: false) }
        let inputs = opened.compactMap(\.trace)
        guard inputs.count == traces.count else {
            try mergeSummaries(opened)
            return
        }
        var options = TraceMerge.Options()
        options.isOneHost = sameHost
        options.startsAreEqual = assumeSameStart
        var merge: TraceMerge
        do {
            merge = try TraceMerge(
                inputs.map(\.reader), names: inputs.map(\.label), options: options)
        } catch {
            throw refused(error)
        }
        let sink = try output.open()
        var writer = try output.writer(to: sink, merge.description)
        try copy(inputs, &merge, to: &writer)
        for input in inputs { try input.requireUndamaged(partial, of: sink) }
        writer.addNotes(merge.closingNotes)
        let isWhole = inputs.allSatisfy(\.isClosed)
        _ = try reporting(isOutput: true) { try writer.finish(isClosedByRecorder: isWhole) }
        report(inputs, merge)
    }

    private func mergeSummaries(_ inputs: [AnalyzedInput]) throws {
        guard !sameHost, !assumeSameStart else {
            throw CommandFailure(
                .usage, "--same-host and --assume-same-start are for traces, not for summaries")
        }
        let out = try TextOutput(path: output.output, force: output.force)
        var request = AnalysisRequest()
        request.options.worstChains = 10
        let all = try inputs.map { try SummarizedInput($0, request) }
        for input in all { try input.requireUndamaged(partial) }
        try out.end(SummarizedInput.together(all).summaries)
    }

    private func copy(
        _ inputs: [LoadedTrace], _ merge: inout TraceMerge, to writer: inout TraceWriter
    ) throws {
        let total = inputs.reduce(Int64(0)) { sum, input in
            sum &+ Int64(clamping: input.reader.totals?.events ?? 0)
        }
        var progress = Progress("merging")
        var hasMore = true
        while hasMore {
            try Interrupt.check()
            do {
                hasMore = try merge.copySome(to: &writer)
            } catch {
                switch error {
                case .merge(let error): throw refused(error)
                case .store(let error, _): throw CommandFailure(error, isOutput: false)
                }
            }
            if let failure = writer.failure { throw CommandFailure(failure, isOutput: true) }
            progress.show(Int64(clamping: merge.events), of: total, "")
        }
        progress.end()
    }

    private func report(_ inputs: [LoadedTrace], _ merge: TraceMerge) {
        for input in inputs {
            if case .incomplete(reason: let reason) = input.completeness {
                Terminal.writeError("ktls-trace: \(input.label): complete: false (\(reason))\n")
            }
        }
        if merge.lostCauses > 0 {
            Terminal.writeError(
                "ktls-trace: \(merge.lostCauses) causes are too far back and were left out\n")
        }
    }

    private func refused(_ error: MergeError) -> CommandFailure {
        func name(_ input: Int) -> String { LoadedTrace.label(traces[input]) }
        let message =
            switch error {
            case .kindsDiffer(let input, let kind, let what):
                "\(name(input)): kind \(kind) differs from that of an earlier trace: \(what)"
            case .tooManyKinds: "the traces have too many kinds together"
            case .noWallClock(let input):
                "\(name(input)): does not say what the wall clock was at its start "
                    + "(\(TraceMerge.wallStartKey)); --assume-same-start takes all starts as one"
            case .timeOutOfRange(let input, let timeNs):
                "\(name(input)): \(timeNs) ns is out of range on the common clock"
            case .numberOutOfRange(let input, let what, let number, let limit):
                "\(name(input)): \(what) \(number) is above \(limit), and the traces cannot be "
                    + "kept apart; --same-host leaves numbers as they are"
            }
        return CommandFailure(.refused, message)
    }
}

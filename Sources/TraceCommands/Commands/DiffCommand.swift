import ArgumentParser
import TraceDiff
import TraceReport

struct DiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Compare two traces: settings, inputs and every metric.")

    @Argument(help: "The trace to compare with.")
    var base: String

    @Argument(help: "The trace to compare.")
    var head: String

    @OptionGroup var window: WindowOptions

    @Option(name: .long, help: "text or json.")
    var format = ReportFormat.text

    @OptionGroup var report: ReportOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var partial: PartialOptions

    func validate() throws {
        if base == "-", head == "-" {
            throw ValidationError("only one of the two traces can be standard input")
        }
    }

    mutating func run() throws {
        let traces = try [base, head].map { try LoadedTrace(path: $0, checksAll: true) }
        let sides = try traces.map { trace in
            let summary = try trace.summary(window.analysis)
            return ComparedTrace(
                label: trace.label, parameters: trace.parameters, identities: trace.identities,
                completeness: trace.completeness, summary: summary)
        }
        let comparison = Comparison(sides[0], sides[1])
        let out = try TextOutput(path: output.output, force: output.force)
        switch format {
        case .text: try out.write(comparison.text(report.style(output: output.output)))
        case .json: try out.write(comparison.json)
        }
        try out.end()
        for trace in traces { try trace.requireUndamaged(partial) }
    }
}

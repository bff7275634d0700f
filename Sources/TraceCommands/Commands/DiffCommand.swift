import ArgumentParser
import TraceDiff
import TraceReport

struct DiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Compare two traces: settings, inputs and every metric.",
        discussion: "Each side is a trace, a summary, or a folder of them, which stand together.")

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
        let request = AnalysisRequest(options: window.analysis)
        let inputs = try [base, head].map {
            try SummarizedInput.all(AnalyzedInput.expand([$0]), request)
        }
        let sides = inputs.map { ComparedTrace($0.summaries) }
        let comparison = Comparison(sides[0], sides[1])
        let out = try TextOutput(path: output.output, force: output.force)
        switch format {
        case .text: try out.write(comparison.text(report.style(output: output.output)))
        case .json: try out.write(comparison.json)
        }
        try out.end()
        for input in inputs { try input.requireUndamaged(partial) }
    }
}

import ArgumentParser
import TraceAnalysis
import TraceReport

/// Where the result goes.
struct OutputOptions: ParsableArguments {
    @Option(name: [.customShort("o"), .long], help: "Write to this file; - is standard output.")
    var output = "-"

    @Flag(name: .long, help: "Overwrite the file if it exists.")
    var force = false
}

/// When text is colored.
enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
    case auto, always, never
}

/// How a report looks.
struct ReportOptions: ParsableArguments {
    @Option(name: .long, help: "Color: auto, always or never. NO_COLOR turns auto off.")
    var color = ColorChoice.auto

    @Option(
        name: .long, parsing: .unconditional,
        help: "Width of the text in columns (default: the terminal's).")
    var width: Int?

    @Option(name: .long, parsing: .unconditional, help: "Most rows of a table of names.")
    var top = 10

    func validate() throws {
        if let width, width < TextStyle.narrowest {
            throw ValidationError("--width must be at least \(TextStyle.narrowest)")
        }
        if top < 1 { throw ValidationError("--top must be at least 1") }
    }

    func style(output: String) -> TextStyle {
        let isTerminal = output == "-" && Terminal.isTerminal(1)
        let colors =
            switch color {
            case .always: true
            case .never: false
            case .auto:
                isTerminal && Terminal.environment("NO_COLOR") == nil
                    && Terminal.environment("TERM") != "dumb"
            }
        let columns = width ?? (isTerminal ? Terminal.columns : 100)
        let hasPalette =
            color == .always || Terminal.environment("COLORTERM") != nil
            || Terminal.environment("TERM")?.contains("256color") == true
        return TextStyle(
            width: columns, usesColor: colors, usesPalette: hasPalette, topCount: top)
    }
}

/// What part of a trace is looked at.
struct WindowOptions: ParsableArguments {
    @Option(
        name: .long, parsing: .unconditional,
        help: "Leave out what is before this time since the start, like 10s.")
    var begin: TimeSpan?

    @Option(
        name: .long, parsing: .unconditional,
        help: "Leave out what is at or after this time since the start.")
    var end: TimeSpan?

    @Option(
        name: .long, parsing: .unconditionalSingleValue,
        help: "Only this memory domain; may be repeated.")
    var domain: [Int32] = []

    /// The same for an analysis.
    var analysis: AnalysisOptions {
        AnalysisOptions(
            beginNs: begin?.ns, endNs: end?.ns, domains: domain.isEmpty ? nil : Set(domain))
    }

    func validate() throws {
        if let begin, let end, begin.ns >= end.ns {
            throw ValidationError("--begin must be before --end")
        }
        if domain.contains(where: { $0 < 0 }) {
            throw ValidationError("--domain must not be negative")
        }
    }
}

/// Whether to wait for more.
struct FollowOptions: ParsableArguments {
    @Flag(
        name: .long,
        help: """
            The trace is still being written: read the blocks that are there, wait for more, and \
            end when it is whole or its writer has gone.
            """)
    var follow = false
}

/// How damage is treated.
struct PartialOptions: ParsableArguments {
    @Flag(name: .long, help: "Exit with 0 although part of a trace is damaged.")
    var allowPartial = false
}

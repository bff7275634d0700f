import ArgumentParser
import TraceStore

/// Where a trace that a command makes goes.
struct TraceOutputOptions: ParsableArguments {
    @Option(name: [.customShort("o"), .long], help: "The trace to write; - is standard output.")
    var output: String

    @Flag(name: .long, help: "Overwrite the file if it exists.")
    var force = false

    @OptionGroup var compression: CompressionOptions

    /// Refuses to write over an input, under whatever name or link; `--force` does not help.
    func requireOther(than inputs: [String]) throws {
        for input in inputs where try reporting({ try SourceFile.isSame(input, output) }) {
            throw CommandFailure(
                .usage, "\(output): is the input itself; a trace is never changed in place")
        }
    }

    /// Opens the output.
    func open() throws -> FileSink {
        if output == "-", Terminal.isTerminal(1) {
            throw CommandFailure(.usage, "a trace is not written to a terminal; use -o FILE")
        }
        return try reporting(isOutput: true) { try FileSink(path: output, overwrites: force) }
    }

    /// Starts the trace in an output that is open.
    func writer(
        to sink: FileSink, _ description: TraceDescription
    ) throws(CommandFailure) -> TraceWriter {
        do {
            return try TraceWriter(
                sink: sink, description: description, compressionLevel: compression.level)
        } catch {
            throw CommandFailure(error, isOutput: true)
        }
    }
}

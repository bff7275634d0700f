import ArgumentParser
import TraceStore

/// How hard the columns of a trace are compressed.
struct CompressionOptions: ParsableArguments {
    @Option(
        name: [.customLong("compression")], parsing: .unconditional,
        help: "From 0 (not at all) to 19 (smallest, slowest).")
    var level = TraceWriter.standardCompressionLevel

    func validate() throws {
        if !TraceWriter.compressionLevels.contains(level) {
            throw ValidationError("--compression must be 0 to 19")
        }
    }
}

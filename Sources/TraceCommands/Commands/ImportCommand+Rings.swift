import KernelTraces
import TraceCore
import TraceFormat
import TraceImport
import TraceStore

// Ring buffers of a kernel, which are read twice: their settings are known at their end only.
extension ImportCommand {
    func importRings() throws {
        let rings = try openRings()
        let options = FtraceImportOptions(followedTaskPrefixes: switchesOf)
        var nowhere = DiscardingSink()
        let (result, faults) = try namingFaults {
            try rings.read(options, keepsGood: allowPartial, into: &nowhere)
        }
        let sink = try openOutput()
        var parameters = result.parameters
        parameters.set("recording.duration_ns", result.lastTimeNs)
        let description = TraceDescription(
            schema: StandardSchema.schema, parameters: parameters.entries,
            notes: notes(result) + rings.notes
                + (faults.isEmpty ? [] : [TextPair("import.faults", String(faults.count))]))
        try reporting(isOutput: true) {
            var writer = try TraceWriter(
                sink: sink, description: description, compressionLevel: compression.level)
            _ = try rings.read(options, keepsGood: allowPartial, into: &writer)
            if let loss = loss(result) { writer.addLoss(loss) }
            _ = try writer.finish(isClosedByRecorder: faults.isEmpty)
        }
        for fault in faults {
            Terminal.writeError("ktls-trace: \(name): \(fault.sentence)\n")
        }
        if !faults.isEmpty {
            Terminal.writeError(
                "ktls-trace: \(name): complete: false (what is good beside that is kept)\n")
        }
        warn(result)
    }

    private func openRings() throws -> RingInput {
        if from == .raw { return .folder(try namingFaults { try RingFolder(input) }) }
        let source = try opened?.source ?? reporting { try HeadSource(SourceFile.open(input)) }
        return try namingFaults(source.head) { try RingInput(file: source) }
    }

    private func namingFaults<Result>(
        _ beginning: [UInt8] = [], _ body: () throws -> Result
    ) throws -> Result {
        do {
            return try reporting(body)
        } catch let fault as KernelTraceError {
            let hint = ContentGuess.hint(beginning, readAs: from).map { "; " + $0 } ?? ""
            throw CommandFailure(.badData, "\(name): \(fault.sentence)\(hint)")
        }
    }
}

import ArgumentParser
import Glibc
import TraceStore

/// The command line tool: reads the arguments, runs a command, ends the process.
public func runKtlsTrace() {
    // A reader of our output that goes away ends a write with an error instead of a signal.
    signal(SIGPIPE, SIG_IGN)
    do {
        var command = try RootCommand.parseAsRoot()
        Interrupt.watch()
        try command.run()
    } catch let failure as CommandFailure {
        end(with: failure)
    } catch {
        RootCommand.exit(withError: error)
    }
}

private func end(with failure: CommandFailure) -> Never {
    if let message = failure.message { Terminal.writeError("ktls-trace: \(message)\n") }
    exit(failure.status.rawValue)
}

struct RootCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ktls-trace",
        abstract: "Record, replay, analyze and compare traces of contiguous-memory reclaim.",
        discussion: """
            Exit codes: 0 fine; 1 internal failure; 2 regression; 3 replay diverged, or verify found damage; 5 refused; \
            7 no verdict; 64 usage; 65 bad data; 66 no input; 73 cannot create; 74 input/output; 77 no permission; \
            130 and 143 interrupted.
            """,
        version: ToolVersion.text,
        subcommands: [
            RecordCommand.self, AnalyzeCommand.self, DiffCommand.self, ReplayCommand.self,
            SweepCommand.self, InfoCommand.self, DumpCommand.self, VerifyCommand.self,
            RecoverCommand.self, SliceCommand.self, MergeCommand.self, ImportCommand.self,
        ])
}

/// The version of the tool and of its engine.
enum ToolVersion {
    static let text = "0.1.0"
}

import LiveRecording
import TraceCore
import TraceStore

/// A recording on its way to its files, and what is said about it on standard error.
struct LiveSession {
    private let options: LiveOptions
    private let compression: Int
    private let files: RecordingFiles
    private let path: String

    /// - Parameter isLive: whether the source cannot be recorded again: then a failure leaves what
    ///   has been written.
    init(_ options: LiveOptions, path: String, force: Bool, compression: Int, isLive: Bool) {
        self.options = options
        self.compression = compression
        self.path = path
        let report: ((BlockCommit) -> Void)? =
            options.reportCommits ? { Terminal.writeError(Self.line($0)) } : nil
        let policy = options.sync?.policy ?? .atEnd
        files = RecordingFiles(path: path, overwrites: force) {
            path, overwrites throws(StoreError) in
            CommitSink(
                try FileSink(
                    path: path, overwrites: overwrites, partial: isLive ? .kept : .guarded),
                path: path, policy: policy, clock: { Terminal.monotonicNs }, report: report)
        }
        if options.ring != nil { Interrupt.watchDumpRequests() }
    }

    /// Opens the first file.
    func makeRecorder(_ description: TraceDescription) throws -> LiveRecorder {
        do {
            return try LiveRecorder(
                options.plan(compression: compression), description: description, files: files
            ) { Self.say($0) }
        } catch let error as LiveError {
            throw CommandFailure(.usage, "--dump-on: \(error)")
        } catch let error as StoreError {
            throw CommandFailure(error, isOutput: true)
        }
    }

    /// The end of the command because of a failure, and what is there all the same.
    func failure(_ error: StoreError) -> CommandFailure {
        let failure = CommandFailure(error, isOutput: true)
        guard let message = failure.message, let commit = files.current?.sink.lastCommit,
            commit.path != "-", files.current?.sink.isLeft == true
        else { return failure }
        let blocks = commit.block == 1 ? "1 block" : "\(commit.block) blocks"
        return CommandFailure(
            failure.status,
            "\(message); \(blocks) up to event \(commit.lastSequence) can be read from "
                + "\(commit.path)\(PartialFile.suffix), the rest is missing")
    }

    /// Says what did not become a file.
    func sayEnd(_ recorder: borrowing LiveRecorder) {
        guard options.ring != nil else { return }
        if recorder.ignoredTriggers > 0 {
            Self.say(
                "\(recorder.ignoredTriggers) triggers came while a dump was due or too soon after one"
            )
        }
        if recorder.wholeFiles == 0 {
            Self.say(
                "nothing was written: no trigger fired in \(recorder.events) events")
        } else if recorder.eventsNotWritten > 0 {
            Self.say("\(recorder.eventsNotWritten) of \(recorder.events) events are in no dump")
        }
    }

    private static func line(_ commit: BlockCommit) -> String {
        "commit: block=\(commit.block) last_sequence=\(commit.lastSequence) bytes=\(commit.bytes) "
            + "file=\(commit.path)\n"
    }

    private static func say(_ notice: LiveNotice) {
        switch notice {
        case .partIsWhole: break
        case .dumpIsWhole(let path, let reason, let totals):
            say(
                "wrote \(path): \(totals.events) events from \(totals.timeMinNs) ns to "
                    + "\(totals.timeMaxNs) ns, because of \(reason)")
        case .nothingToDump(let reason):
            say("nothing new to write (\(reason))")
        }
    }

    private static func say(_ text: String) { Terminal.writeError("ktls-trace: \(text)\n") }
}

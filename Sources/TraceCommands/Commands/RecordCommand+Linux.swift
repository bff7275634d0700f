import LinuxHost
import LiveRecording
import TraceCore
import TraceStore

// Recording this host.
extension RecordCommand {
    func recordHost() throws {
        let path = try targetPath
        // A terminal that is closed must not leave the tracing on.
        Interrupt.watchHangups()
        let tracing = try HostSession.open(host.tracing(detail: detail))
        let session = LiveSession(
            live, path: path, force: force, compression: compression.level, isLive: true)
        var recording = try HostRecording(
            tracing, session, durationNs: duration.ns, sampleNs: host.sampleNs)
        try recording.run()
        try Interrupt.check()
    }
}

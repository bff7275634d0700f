import LiveRecording
import TraceCore
import TraceStore

#if os(Linux)
import LinuxHost

// Recording this host.
extension RecordCommand {
    func recordHost() throws {
        precondition(HostOptions.details == TracepointPlan.details, "details are those of plans")
        let path = try targetPath
        // A terminal that is closed must not leave the tracing on.
        Interrupt.watchHangups()
        let tracing = try HostSession.open(
            HostTracing.Options(
                tracefs: host.tracefs, detail: detail,
                ringBytes: host.cpuBuffer.map { Int($0.bytes) }))
        let session = LiveSession(
            live, path: path, force: force, compression: compression.level, isLive: true)
        var recording = try HostRecording(
            tracing, session, durationNs: duration.ns, sampleNs: host.sampleNs)
        try recording.run()
        try Interrupt.check()
    }
}
#else
extension RecordCommand {
    func recordHost() throws {
        throw CommandFailure(
            .noPermission, "--source linux records the Linux that it runs on, and this is none")
    }
}
#endif

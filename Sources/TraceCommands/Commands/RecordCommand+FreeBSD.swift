import ArgumentParser
import FreeBSDImport
import TraceCore
import TraceStore

/// What only the recording of a FreeBSD host needs.
struct FreeBSDOptions: ParsableArguments {
    @Flag(
        name: .long,
        help: "freebsd: print the dtrace script and end; --policy alloc-thread for old kernels.")
    var printScript = false

    @Option(name: .long, help: "freebsd: the memory domains to follow, 1 to 8. (default: 1)")
    var domains: Int?

    func check(_ source: RecordSource) throws {
        if source != .freebsd, printScript || domains != nil {
            throw ValidationError("--print-script and --domains are only for --source freebsd")
        }
        if let domains, !(1...DtraceScript.domainsMax).contains(domains) {
            throw ValidationError("--domains must be 1 to \(DtraceScript.domainsMax)")
        }
    }
}

// FreeBSD, by dtrace.
extension RecordCommand {
    func recordFreeBSD() throws {
        let helper = try helperThread()
        let domains = freeBSD.domains ?? 1
        if freeBSD.printScript {
            let text = try TextOutput(path: output ?? "-", force: force)
            try text.write(DtraceScript(domains: domains, helper: helper).text)
            try text.end()
            return
        }
        guard let program = DtraceProcess.program else {
            throw CommandFailure(
                .refused,
                "only FreeBSD can be recorded with dtrace; --print-script prints the script, and "
                    + "import --from freebsd-dtrace reads what it prints there")
        }
        let path = try targetPath
        let script = DtraceScript(domains: domains, helper: helper, durationNs: duration.ns)
        let session = LiveSession(
            live, path: path, force: force, compression: compression.level, isLive: true)
        let process = try DtraceProcess(program: program, script: script.text)
        try DtraceRecording(
            name: "dtrace", session: session, notes: RecordingNotes.now,
            onSignal: { process.interrupt() }
        ).run(process.output)
        try process.finish()
    }

    /// The thread of the policy that the kernel has.
    private func helperThread() throws -> HelperThread {
        switch policy ?? "reclaim-batch" {
        case "reclaim-batch": return .reclaim
        case "alloc-thread": return .alloc
        default:
            throw CommandFailure(
                .usage,
                "--source freebsd: --policy says which thread the kernel has: reclaim-batch or "
                    + "alloc-thread")
        }
    }
}

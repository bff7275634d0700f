#if os(Linux)
import LinuxHost
import TraceImport

/// Begins and ends the tracing of a host, and says on standard error what that means for it.
enum HostSession {
    /// Sets the tracing up.
    ///
    /// - Throws: `CommandFailure`, with what is missing and how to get it.
    static func open(_ options: HostTracing.Options) throws(CommandFailure) -> HostTracing {
        let tracing: HostTracing
        do {
            tracing = try HostTracing(options)
        } catch {
            throw failure(error)
        }
        for name in tracing.staleInstances.removed {
            say("removed \(name), which a recording left that was killed")
        }
        for name in tracing.staleInstances.left {
            say("\(name) was left by a recording that was killed, and cannot be removed")
        }
        for missing in tracing.plan.missing {
            let what = missing.field.map { "\(missing.path) has no field \($0)" }
            say("\(what ?? "this kernel has no \(missing.path)"): no \(missing.loses)")
        }
        sayCost(tracing)
        return tracing
    }

    static func failure(_ error: LinuxHostError) -> CommandFailure {
        CommandFailure(error.isMissingPermission ? .noPermission : .inputOutput, "\(error)")
    }

    /// What the recording costs the host, before it begins.
    private static func sayCost(_ tracing: HostTracing) {
        let plan = tracing.plan
        let count = tracing.cpus.count
        say(
            "detail \(plan.detail) records \(plan.tracepoints.count) tracepoints: "
                + HostCost.sentence(detail: plan.detail))
        let others = TracepointPlan.details.filter { $0 != plan.detail }
            .map { "\($0): \(HostCost.rates(detail: $0))" }
        say("other details, events a second under pressure: " + others.joined(separator: "; "))
        say(
            "buffers of \(tracing.ringBytes >> 10) KiB for \(count == 1 ? "1 CPU" : "each of \(count) CPUs")"
                + ", \((tracing.ringBytes * count) >> 10) KiB of memory in all")
    }

    /// What was recorded, and what that took.
    static func sayEnd(_ events: borrowing HostEvents, _ usage: RecorderCost.Usage) {
        let rate = Int64(clamping: events.read) * 1000 / max(1, usage.elapsedNs / 1_000_000)
        say(
            "read \(events.read) events of the kernel, \(rate) a second; "
                + "\(events.lost) lost; the recorder took \(usage.share) of one core and "
                + "\(usage.peakMemoryBytes >> 20) MiB")
        if let unread = events.result?.unreadLines, unread.count > 0 {
            say("\(unread.count) events not understood, the first is a \(unread.firstText)")
        }
        for fault in events.faults { say("a ring was given up: \(fault)") }
    }

    static func say(_ text: String) { Terminal.writeError("ktls-trace: \(text)\n") }
}

/// What a detail costs, as it was measured on a small host under pressure (Docs/RECORDING.md).
enum HostCost {
    /// What an event costs the thread that makes it.
    private static let eventNs = 300

    /// From pressure that the kernel copes with to pressure that it does not.
    private static let eventsPerSecond = [
        450...2_200, 1_900...16_500, 4_900...17_000, 5_000...18_000,
    ]

    static func rates(detail: Int) -> String {
        let range = eventsPerSecond[detail]
        let more = detail == 3 ? ", and switches of stalled threads" : ""
        return "\(range.lowerBound) to \(range.upperBound)\(more)"
    }

    static func sentence(detail: Int) -> String {
        let hundredths = eventsPerSecond[detail].upperBound * eventNs / 100_000
        let percent = "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100) %"
        return "\(rates(detail: detail)) events a second under pressure, none without; at "
            + "about \(eventNs) ns an event up to \(percent) of one core in the kernel"
    }
}
#endif

#if os(Linux)
import LinuxHost
import TraceCore
import TraceImport

/// What a recording of a host notes about itself; no part of any identity.
enum HostNotes {
    /// What is known at its beginning.
    static func begin(_ tracing: HostTracing) -> [TextPair] {
        tracing.plan.tracepoints.map {
            TextPair("tracepoint.\($0.system)/\($0.name)", $0.filter ?? "all")
        }
            + tracing.plan.missing.map {
                TextPair("tracepoint.\($0.path)", "missing: no \($0.loses)")
            }
    }

    /// What is known at its end.
    static func end(
        _ events: borrowing HostEvents, first: ClockMark, last: ClockMark,
        _ usage: RecorderCost.Usage
    ) -> [TextPair] {
        [
            TextPair("host.sync.first.mono_ns", String(first.monotonicNs)),
            TextPair("host.sync.first.real_ns", String(first.wallNs)),
            TextPair("host.sync.last.mono_ns", String(last.monotonicNs)),
            TextPair("host.sync.last.real_ns", String(last.wallNs)),
            TextPair("recorder.cpu_ns", String(usage.cpuNs)),
            TextPair("recorder.elapsed_ns", String(usage.elapsedNs)),
            TextPair("recorder.peak_memory_bytes", String(usage.peakMemoryBytes)),
            TextPair("recorder.events_read", String(events.read)),
            TextPair("recorder.events_lost", String(events.lost)),
            TextPair("recorder.events_late", String(events.result?.stepsBack ?? 0)),
        ]
            + (events.result?.tracepoints ?? []).map {
                TextPair("recorder.events.\($0.name)", String($0.lines))
            } + events.faults.map { TextPair("recorder.fault", "\($0)") }
    }
}
#endif

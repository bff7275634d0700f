import ReclaimEngine
import TraceCore

/// Invariant 8: after a failure a CPU's worker leaves the zone alone for `hz` ticks, and is
/// limited only then.
struct LimiterCheck: TraceCheck {
    private(set) var faults: [String] = []
    private let model: ModelParameters
    private var lastFailTicks: [Int32]
    private let limitsDomains: Bool

    init(_ setup: EngineSetup) {
        model = setup.model
        limitsDomains = PolicyTraits(setup.policy.definition).limitsDomains
        lastFailTicks = [Int32](repeating: 0, count: setup.host.cpuCount)
    }

    mutating func take(_ event: LoggedEvent) {
        switch event.event.header.kind {
        case .hit, .importCall:
            if left(event) > 0 { faults.append("8: asks the zone while limited: \(event)") }
        case .limited:
            if left(event) <= 0 || event["ticks_left"] != left(event) {
                faults.append("8: \(left(event)) ticks are left: \(event)")
            }
        case .allocFail:
            if left(event) > 0 { faults.append("8: fails while limited: \(event)") }
            lastFailTicks[limiter(event)] = ticks(event.timeNs)
        default: break
        }
    }

    private func ticks(_ timeNs: Int64) -> Int32 {
        let elapsed = timeNs.multipliedFullWidth(by: model.hz)
        let whole = Int64(1_000_000_000).dividingFullWidth(elapsed).quotient
        return Int32(truncatingIfNeeded: model.ticksAtStart + whole)
    }

    private func left(_ event: LoggedEvent) -> Int64 {
        let elapsed = UInt32(bitPattern: ticks(event.timeNs) &- lastFailTicks[limiter(event)])
        return model.hz - Int64(elapsed)
    }

    /// One limiter per CPU, or where a policy says so one per domain.
    private func limiter(_ event: LoggedEvent) -> Int { limitsDomains ? event.domain : event.cpu }
}

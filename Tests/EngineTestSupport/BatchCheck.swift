import PhysicalMemory
import ReclaimEngine
import TraceCore

/// Invariants 7, 10 and 11: what a reclaim call asked for, its passes and runs, and its result.
struct BatchCheck: TraceCheck {
    /// A call that has begun and not ended.
    private struct Call {
        var begin: LoggedEvent
        var keptByPass: [Int64] = []
        /// From single runs, at detail 2.
        var triedByPass: [Int64] = []
        var okByPass: [Int64] = []
        var moved: Int64 = 0
        var lastPage = Int64.max
    }

    /// How a call ended.
    private enum Outcome { case ok, failed, refused }

    private(set) var faults: [String] = []
    private let setup: EngineSetup
    private let traits: PolicyTraits
    private let limits: [Int64]
    private var maxReclaim: Int64
    /// The result is told as an error number; `nil` for a policy that cannot do so.
    private var usesErrno: Bool?
    private var calls: [Int: Call] = [:]

    init(_ setup: EngineSetup) {
        self.setup = setup
        traits = PolicyTraits(setup.policy.definition)
        var parameters = ParameterList()
        setup.policy.write(to: &parameters)
        maxReclaim = parameters.integer("policy.kern.ipc.tls.max_reclaim") ?? 0
        usesErrno = parameters.integer("policy.reclaim_errno").map { $0 == 1 }
        // The third of nine thresholds is what a normal request leaves untouched.
        limits = setup.host.domains.indices.map { Int64(setup.memory.thresholds[9 * $0 + 2]) }
    }

    mutating func take(_ event: LoggedEvent) {
        switch event.event.header.kind {
        case .set: set(event.text("name"), to: event["value"])
        case .batchBegin: begin(event)
        case .batchPass: pass(event)
        case .run: run(event)
        case .batchEnd: end(event)
        case .threadSleep:
            if calls[event.domain] != nil { faults.append("10: sleeps in a call: \(event)") }
        default: break
        }
    }

    private mutating func set(_ name: String, to value: Int64) {
        switch name {
        case "kern.ipc.tls.max_reclaim":
            if (-1...1_048_576).contains(value) { maxReclaim = value }
        case "reclaim_errno":
            if usesErrno != nil, (0...1).contains(value) { usesErrno = value == 1 }
        default: break
        }
    }

    private mutating func begin(_ event: LoggedEvent) {
        if calls[event.domain] != nil { faults.append("10: a call within a call: \(event)") }
        let desired = event["desired"]
        let fits =
            switch traits.desired {
            case .setting: desired == maxReclaim
            case .one: desired == 1
            case .some: (1...max(maxReclaim, 1)).contains(desired)
            }
        if !fits || event["ring"] != (desired > 1 ? 15 + desired : 16) {
            faults.append("10: desired and ring, \(maxReclaim) wanted: \(event)")
        }
        if desired >= 0, event["target_pages"] != max(4 * desired, 8) {
            faults.append("10: goal of \(event)")
        }
        calls[event.domain] = Call(begin: event)
    }

    private mutating func pass(_ event: LoggedEvent) {
        guard let call = calls[event.domain],
            call.keptByPass.count < 3 || traits.scansInStretches,
            event.cause == call.begin.sequence
        else {
            faults.append("10: not part of a call: \(event)")
            return
        }
        let options = ["no_reservations", "no_superpages", "any"]
        if !traits.scansInStretches, event.text("option") != options[call.keptByPass.count] {
            faults.append("10: order of passes: \(event)")
        }
        if event["runs_kept"] != min(event["runs_found"], call.begin["ring"]) {
            faults.append("11: runs kept by \(event)")
        }
        calls[event.domain]?.keptByPass.append(event["runs_kept"])
        calls[event.domain]?.triedByPass.append(0)
        calls[event.domain]?.okByPass.append(0)
        calls[event.domain]?.lastPage = Int64.max
    }

    private mutating func run(_ event: LoggedEvent) {
        guard let call = calls[event.domain], !call.keptByPass.isEmpty,
            event.cause == call.begin.sequence
        else {
            faults.append("10: not part of a pass: \(event)")
            return
        }
        if event["page"] % 4 != 0 || event["page"] >= call.lastPage {
            faults.append("11: alignment and order of \(event)")
        }
        let last = call.keptByPass.count - 1
        calls[event.domain]?.lastPage = event["page"]
        calls[event.domain]?.moved += event["moved"]
        calls[event.domain]?.triedByPass[last] += 1
        if event.text("result") == "ok" { calls[event.domain]?.okByPass[last] += 1 }
    }

    private mutating func end(_ event: LoggedEvent) {
        guard let call = calls.removeValue(forKey: event.domain),
            event.cause == call.begin.sequence
        else {
            faults.append("10: no call ends with \(event)")
            return
        }
        let failed = ["busy", "invalid", "no_memory"].reduce(Int64(0)) {
            $0 + event["failed_" + $1]
        }
        let kept = call.keptByPass.reduce(0, +)
        if event["passes"] != Int64(call.keptByPass.count) || event["tried"] > kept
            || event["tried"] != event["ok"] + failed || event["moved"] > 4 * event["tried"]
            || !(0...event["ok"]).contains(event["eaten"])
        {
            faults.append("10: figures of \(event)")
        }
        if event["cpu_ns"] > event.timeNs - call.begin.timeNs {
            faults.append("18: time of \(event)")
        }
        guard let outcome = outcome(event) else {
            faults.append("10: result of \(event)")
            return
        }
        checkResult(event, call, outcome)
        if setup.detail >= 2 { checkRuns(event, call, isOk: outcome == .ok) }
    }

    /// What the text of the result says, or `nil` for one that does not belong here.
    private func outcome(_ event: LoggedEvent) -> Outcome? {
        switch (event.text("result"), usesErrno == true) {
        case ("ok", false), ("0", true): .ok
        case ("failed", false), ("ERANGE", true): .failed
        // The number is the same with and without a scan.
        case ("ENOMEM", true): event["passes"] == 0 ? .refused : .failed
        case ("refused", false): .refused
        default: nil
        }
    }

    private mutating func checkResult(_ event: LoggedEvent, _ call: Call, _ outcome: Outcome) {
        let isRefused = outcome == .refused
        let isShort = call.begin["free_pages"] < limits[event.domain] + 4
        if isRefused != isShort || isRefused != (event["passes"] == 0) {
            faults.append("10: refusal at \(call.begin["free_pages"]) free: \(event)")
        }
        let isOk = outcome == .ok
        let counted = traits.countsGain ? event["gained_blocks"] : event["ok"]
        let isReached = call.begin["desired"] >= 0 && 4 * counted >= call.begin["target_pages"]
        if isOk && !isReached && (event["passes"] < 3 || counted < 1) {
            faults.append("10: success without reason: \(event)")
        }
        if !isOk && !isRefused && event["passes"] != 3 && !traits.scansInStretches {
            faults.append("10: gave up early: \(event)")
        }
        checkNominal(event, call, isOk: isOk)
    }

    private mutating func checkNominal(_ event: LoggedEvent, _ call: Call, isOk: Bool) {
        let nominal =
            switch traits.counting {
            case .setting: isOk ? maxReclaim : 0
            case .desired: isOk ? call.begin["desired"] : 0
            case .gained: max(event["gained_blocks"], 0)
            case .allocations: Int64(0)
            }
        if event["nominal"] != nominal { faults.append("7: nominal of \(event)") }
    }

    private mutating func checkRuns(_ event: LoggedEvent, _ call: Call, isOk: Bool) {
        let (tried, ok) = (call.triedByPass.reduce(0, +), call.okByPass.reduce(0, +))
        if event["tried"] != tried || event["ok"] != ok || event["moved"] != call.moved {
            faults.append("10: the runs do not add up to \(event)")
        }
        if traits.countsGain { return }
        for (index, kept) in call.keptByPass.enumerated() {
            let isReached =
                call.begin["desired"] >= 0
                && 4 * call.okByPass[index] >= call.begin["target_pages"]
            if isReached && index != call.keptByPass.count - 1 {
                faults.append("10: a pass after the goal: \(event)")
            }
            if call.triedByPass[index] != kept && !isReached {
                faults.append("10: a pass left runs out: \(event)")
            }
        }
        if isOk != ((call.okByPass.last ?? 0) > 0) {
            faults.append("10: result against the last pass: \(event)")
        }
    }
}

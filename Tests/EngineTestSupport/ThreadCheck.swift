import ReclaimEngine
import TraceCore

/// Invariants 7, 9 and 15: one helper thread per domain, asleep, runnable or running, and its
/// counters.
struct ThreadCheck: TraceCheck {
    private enum State { case asleep, runnable, running }

    private struct Thread {
        var state = State.asleep
        /// When it can be woken again.
        var sleepsFromNs: Int64 = 0
        var runs: Int64 = 0
        var nominal: Int64 = 0
        var counter: Int64 = 0
        var wake: UInt64 = 0
    }

    private(set) var faults: [String] = []
    private let setup: EngineSetup
    private let policy: String
    private let traits: PolicyTraits
    private var threads: [Thread]
    private var names: [Int64] = []
    private var failure: LoggedEvent?

    init(_ setup: EngineSetup) {
        self.setup = setup
        policy = setup.policy.definition.name
        traits = PolicyTraits(setup.policy.definition)
        threads = [Thread](repeating: Thread(), count: setup.host.domains.count)
    }

    mutating func take(_ event: LoggedEvent) {
        checkAnswer(to: failure, event)
        failure = nil
        switch event.event.header.kind {
        case .threadName: if event.text("role") == "reclaim" { names.append(event["thread"]) }
        case .allocFail: failure = event
        case .wakeSend: wake(event)
        case .threadRun: run(event)
        case .threadSleep: sleep(event)
        case .batchEnd: threads[event.domain].nominal += event["nominal"]
        case .sample: sample(event)
        case .batchBegin, .batchPass, .run:
            if !traits.reclaims { faults.append("15: \(policy) has \(event)") }
        case .spinBegin, .spinEnd:
            if !traits.spins { faults.append("15: \(policy) has \(event)") }
        default: break
        }
    }

    /// A failure is followed by one look at the helper thread; nothing else is, but a policy may
    /// wake it early.
    private mutating func checkAnswer(to failure: LoggedEvent?, _ event: LoggedEvent) {
        let isWake = event.event.header.kind == .wakeSend
        if !traits.usesZone, event.event.header.kind == .allocFail {
            faults.append("8: without a zone: \(event)")
        }
        guard traits.hasThread else {
            if isWake { faults.append("9: without a thread: \(event)") }
            return
        }
        if isWake, failure == nil, traits.wakesEarly, event.text("origin") == "watermark" {
            if event.text("effect") != "woke" { faults.append("9: of no use: \(event)") }
            return
        }
        if isWake != (failure != nil) || isWake && event.cause != failure?.sequence {
            faults.append("9: wakeup and failure do not belong together at \(event)")
        }
    }

    private mutating func wake(_ event: LoggedEvent) {
        let thread = threads[event.domain]
        let isAsleep = thread.state == .asleep
        let fits =
            switch event.text("effect") {
            case "woke": isAsleep && event.timeNs >= thread.sleepsFromNs
            case "lost": isAsleep && event.timeNs < thread.sleepsFromNs
            case "no_sleeper": thread.state == .runnable
            default: thread.state == .running
            }
        if !fits { faults.append("9: the thread is \(thread.state) at \(event)") }
        guard event.text("effect") == "woke" else { return }
        threads[event.domain].state = .runnable
        threads[event.domain].wake = event.sequence
    }

    private mutating func run(_ event: LoggedEvent) {
        let thread = threads[event.domain]
        if thread.state != .runnable || event.cause != thread.wake {
            faults.append("9: the thread was not woken for \(event)")
        }
        if event["counter"] != thread.runs + 1 { faults.append("7: count of \(event)") }
        threads[event.domain].runs += 1
        threads[event.domain].state = .running
    }

    private mutating func sleep(_ event: LoggedEvent) {
        if threads[event.domain].state != .running { faults.append("9: not running: \(event)") }
        threads[event.domain].state = .asleep
        threads[event.domain].sleepsFromNs = event.timeNs + setup.model.lostWakeupWindowNs
        checkCounter(event, "counter")
    }

    private mutating func sample(_ event: LoggedEvent) {
        let daemons = setup.model.pageDaemon == 1 ? setup.host.domains.count : 0
        let namesBefore = names.count + setup.host.cpuCount + daemons
        if event.sequence <= UInt64(namesBefore + 1) { checkNames() }
        let thread = threads[event.domain]
        if event["wakeups"] != thread.runs { faults.append("7: wakeups in \(event)") }
        if event["running"] != (thread.state == .running ? 1 : 0) {
            faults.append("7: the thread is \(thread.state) at \(event)")
        }
        checkCounter(event, "reclaims")
    }

    private mutating func checkCounter(_ event: LoggedEvent, _ column: String) {
        let thread = threads[event.domain]
        let isExact = traits.counting != .allocations
        if isExact ? event[column] != thread.nominal : event[column] < thread.counter {
            faults.append("7: counter in \(event)")
        }
        threads[event.domain].counter = event[column]
    }

    private mutating func checkNames() {
        let domains = setup.host.domains.indices
        let wanted = traits.hasThread ? domains.map { 100 + Int64($0) } : []
        if names != wanted { faults.append("9: threads \(names)") }
    }
}

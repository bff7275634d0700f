import PhysicalMemory
import ReclaimEngine
import TraceCore

/// Invariants 13, 14 and 16: waits, levels of free memory, and spins.
struct WaitCheck: TraceCheck {
    private(set) var faults: [String] = []
    private let setup: EngineSetup
    private let minimum: [Int64]
    private var isInMinSet: [Bool]
    private var isInSevereSet: [Bool]
    /// When each domain left the min set last.
    private var leftNs: [Int64]
    private var waits: [Int64: LoggedEvent] = [:]
    private var spins: [Int: LoggedEvent] = [:]
    /// Instants in a spin at which there was a block, or too few pages.
    private var endless: [Int: Int64] = [:]

    init(_ setup: EngineSetup) {
        self.setup = setup
        let domains = setup.host.domains.indices
        minimum = domains.map { Int64(setup.memory.thresholds[9 * $0 + 4]) }
        isInMinSet = domains.map { setup.memory.counters[3 * $0 + 2] & 1 != 0 }
        isInSevereSet = domains.map { setup.memory.counters[3 * $0 + 2] & 2 != 0 }
        leftNs = domains.map { _ in -1 }
    }

    mutating func take(_ event: LoggedEvent) {
        switch event.event.header.kind {
        case .domainLevel: level(event)
        case .waitBegin: beginWait(event)
        case .waitEnd: endWait(event)
        case .waitSkip:
            if event["free_pages"] < minimum[event.domain] { faults.append("13: \(event)") }
        case .spinBegin: beginSpin(event)
        case .spinEnd: endSpin(event)
        case .sample: sample(event)
        case .threadSleep, .threadRun, .batchBegin:
            if spins[event.domain] != nil { faults.append("16: in a spin: \(event)") }
            if waits[100 + Int64(event.domain)] != nil { faults.append("13: in a wait: \(event)") }
        default: break
        }
    }

    private mutating func level(_ event: LoggedEvent) {
        let isOn = event["on"] == 1
        let isMin = event.text("level") == "min"
        let wasOn = isMin ? isInMinSet[event.domain] : isInSevereSet[event.domain]
        if wasOn == isOn { faults.append("14: no change: \(event)") }
        if isMin {
            isInMinSet[event.domain] = isOn
            if !isOn { leftNs[event.domain] = event.timeNs }
        } else {
            isInSevereSet[event.domain] = isOn
        }
    }

    private mutating func beginWait(_ event: LoggedEvent) {
        if event["free_min"] != minimum[event.domain] || event["free_pages"] >= event["free_min"] {
            faults.append("13: pages are not short: \(event)")
        }
        if waits.updateValue(event, forKey: event["thread"]) != nil {
            faults.append("13: waits already: \(event)")
        }
    }

    private mutating func endWait(_ event: LoggedEvent) {
        guard let begin = waits.removeValue(forKey: event["thread"]),
            begin.sequence == event.cause
        else {
            faults.append("13: did not wait: \(event)")
            return
        }
        if leftNs[Int(event["woken_by"])] != event.timeNs {
            faults.append("13: nobody recovered: \(event)")
        }
        if event["ns"] != event.timeNs - begin.timeNs { faults.append("13: time of \(event)") }
    }

    private mutating func beginSpin(_ event: LoggedEvent) {
        if isInMinSet[event.domain] { faults.append("16: pages are short: \(event)") }
        if spins.updateValue(event, forKey: event.domain) != nil {
            faults.append("16: spins already: \(event)")
        }
    }

    private mutating func endSpin(_ event: LoggedEvent) {
        guard let begin = spins.removeValue(forKey: event.domain), begin.sequence == event.cause
        else {
            faults.append("16: did not spin: \(event)")
            return
        }
        let elapsedNs = event.timeNs - begin.timeNs
        let turns = event["iterations"]
        if event["cpu_ns"] != elapsedNs || event["deficit"] != turns
            || turns > elapsedNs / setup.model.spinTurnNs
            || turns < elapsedNs / longestTurnNs(event.domain)
        {
            faults.append("16: figures of \(event)")
        }
        if let sinceNs = endless.removeValue(forKey: event.domain),
            event.timeNs > sinceNs + longestTurnNs(event.domain)
        {
            faults.append("16: it could have ended at \(sinceNs): \(event)")
        }
    }

    /// A turn that walks past as many reservations as the domain can have; without any in the
    /// initial state there are none.
    private func longestTurnNs(_ domain: Int) -> Int64 {
        guard !setup.memory.reservations.isEmpty else { return setup.model.spinTurnNs }
        let most = Int64(setup.host.domains[domain].pageCount / MemoryGeometry.reservationPages)
        return setup.model.spinTurnNs + most * setup.model.partpopStepNs
    }

    private mutating func sample(_ event: LoggedEvent) {
        let domain = event.domain
        if isInMinSet[domain] != (event["free_pages"] < minimum[domain]) {
            faults.append("14: min set at \(event)")
        }
        guard spins[domain] != nil, endless[domain] == nil else { return }
        let blocks = (2...12).reduce(Int64(0)) { $0 + event["blocks_\($1)"] }
        if blocks > 0 || event["free_pages"] < minimum[domain] { endless[domain] = event.timeNs }
    }
}

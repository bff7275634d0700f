import PhysicalMemory
public import ReclaimEngine
import TraceCore

/// What must hold of every recording of the engine, seen from its events alone (engine
/// specification 9). A fault begins with the number of the invariant.
public enum TraceInvariants {
    /// Everything that is wrong with a recording; empty when nothing is.
    ///
    /// - Complexity: O(events).
    public static func violations(_ setup: EngineSetup, _ log: EventLog) -> [String] {
        var checks: [any TraceCheck] = [
            OrderCheck(setup), ThreadCheck(setup), BatchCheck(setup), WaitCheck(setup),
            LimiterCheck(setup), FailureCheck(setup),
        ]
        if setup.detail >= 2 { checks.append(ZoneCheck(setup)) }
        for event in log.all {
            for index in checks.indices { checks[index].take(event) }
        }
        return checks.flatMap(\.faults)
    }
}

/// One group of invariants, fed with all events in order.
protocol TraceCheck {
    var faults: [String] { get }
    mutating func take(_ event: LoggedEvent)
}

/// The role of a thread by its number in events.
enum ThreadRole {
    static func domain(_ thread: Int64) -> Int { Int(thread) - 100 }
    static func isHelper(_ thread: Int64) -> Bool { (100..<1000).contains(thread) }
}

/// Invariant 18: order of events, their places and causes, and time on CPUs.
struct OrderCheck: TraceCheck {
    private(set) var faults: [String] = []
    private let host: Host
    private var last = EventHeader(sequence: 0, timeNs: 0, kind: KindID(rawValue: 0))
    private var lastOnCpuNs: [Int64: Int64] = [:]
    /// Pages may lie in reservations, where the counts by order do not see them.
    private var hasReservations: Bool

    init(_ setup: EngineSetup) {
        host = setup.host
        // Without inputs it is not known what they asked for.
        hasReservations = !setup.memory.reservations.isEmpty || setup.detail == 0
    }

    mutating func take(_ event: LoggedEvent) {
        if event.sequence != last.sequence + 1 { faults.append("18: number of \(event)") }
        if event.timeNs < last.timeNs { faults.append("18: time of \(event)") }
        if event.cause >= event.sequence { faults.append("18: cause of \(event)") }
        last = event.event.header
        if event.cpu >= 0 {
            if event.cpu >= host.cpuCount || host.domainOfCpu[event.cpu] != event.domain {
                faults.append("18: place of \(event)")
            }
        } else if event.domain >= host.domains.count {
            faults.append("18: domain of \(event)")
        }
        if event.event.header.kind == .onCpu {
            let beganNs = event.timeNs - event["ns"]
            if event["ns"] < 0 || beganNs < lastOnCpuNs[event["thread"], default: 0] {
                faults.append("18: overlaps with the stretch before: \(event)")
            }
            lastOnCpuNs[event["thread"]] = event.timeNs
        }
        switch event.event.header.kind {
        case .sample: checkFreePages(event)
        case .background where event["flags"] & 1 != 0: hasReservations = true
        default: break
        }
    }

    /// Invariant 2.
    private mutating func checkFreePages(_ event: LoggedEvent) {
        let pages = (0...12).reduce(Int64(0)) { $0 + event["blocks_\($1)"] << Int64($1) }
        let isRight = hasReservations ? pages <= event["free_pages"] : pages == event["free_pages"]
        if !isRight { faults.append("2: \(pages) pages listed: \(event)") }
    }
}

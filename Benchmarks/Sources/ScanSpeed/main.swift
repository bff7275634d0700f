// Measures what a reclaim scan costs per visited page, and what relocating a page costs.
// Arguments: GiB of memory, share of unmovable pages in millionths, share in reservations likewise.
import Glibc
import PhysicalMemory
import ReclaimEngine
import Workloads

func seconds(_ body: () -> Void) -> Double {
    let start = clock()
    body()
    return Double(clock() - start) / Double(CLOCKS_PER_SEC)
}

func measure() throws {
    let arguments = CommandLine.arguments.dropFirst().compactMap { Int($0) }
    let gibibytes = arguments.first ?? 16
    let host = Host(domains: [
        Host.Domain(firstPage: 65_536, pageCount: gibibytes << 18, cpuCount: 4)
    ])
    var scenario = Scenario(name: "scan", host: host, peakBitsPerSecond: 8_000_000_000)
    scenario.freePpm = 60_000
    scenario.unmovablePpm = Int64(arguments.count > 1 ? arguments[1] : 20_000)
    scenario.reservedPpm = Int64(arguments.count > 2 ? arguments[2] : 0)
    var initial: InitialMemory?
    let planning = seconds { initial = scenario.initialMemory() }
    guard let snapshot = initial?.snapshot else { return }
    var memory = try PhysicalMemory(snapshot)
    let restoring = try { () throws in
        let start = clock()
        memory = try PhysicalMemory(snapshot)
        return Double(clock() - start) / Double(CLOCKS_PER_SEC)
    }()
    print("\(gibibytes) GiB: planned in \(planning) s, restored in \(restoring) s")
    for round in 1...5 {
        var call = ReclaimCall(ReclaimRequest(domain: 0, desiredRuns: 1024), on: memory)
        var scanSeconds = 0.0
        var relocateSeconds = 0.0
        var moved = 0
        while !call.isOver {
            if call.phase == .scanning {
                scanSeconds += seconds { _ = call.scan(memory, visitBudget: 1 << 20) }
            } else {
                relocateSeconds += seconds {
                    while call.phase == .relocating {
                        moved += call.tryNextRun(&memory).movedPages
                    }
                }
            }
        }
        let visits = call.passes.reduce(0) { $0 + $1.visits }
        let found = call.passes.map { $0.found }
        print(
            "round \(round): \(call.passes.count) passes, \(visits) visits, "
                + "\(scanSeconds * 1e9 / Double(visits)) ns a visit, runs found \(found); "
                + "\(moved) pages moved, \(relocateSeconds * 1e9 / Double(max(moved, 1))) ns each")
    }
}

try measure()

import ReclaimEngine

/// How many records arrive where and when: a square wave per CPU.
struct Load: Sendable {
    private static let bitsPerRecord: Int64 = 8 * 16_384

    private let scenario: Scenario
    /// By CPU: how far its phases lag behind those of its domain's first CPU.
    private let lagNs: [Int64]

    init(_ scenario: Scenario) {
        self.scenario = scenario
        lagNs = scenario.host.domains.indices.flatMap { domain in
            scenario.host.cpus(of: domain).indices.map { cpu in
                let place = cpu - scenario.host.cpus(of: domain).lowerBound
                return Int64(place) * scenario.staggerNs % scenario.periodNs
            }
        }
    }

    var cpuCount: Int { lagNs.count }

    /// The load of a CPU at an instant as a share of its peak.
    func sharePpm(cpu: Int, _ timeNs: Int64) -> Int64 {
        let phaseNs = (timeNs + scenario.periodNs - lagNs[cpu]) % scenario.periodNs
        return phaseNs < scenario.periodNs / 2 ? 1_000_000 : scenario.lowSharePpm
    }

    /// The shares of all CPUs, added up.
    func totalPpm(_ timeNs: Int64) -> Int64 {
        lagNs.indices.reduce(0) { $0 + sharePpm(cpu: $1, timeNs) }
    }

    /// The mean time between two records of the whole host.
    func meanGapNs(_ timeNs: Int64) -> Int64 {
        let peakGapNs = Self.bitsPerRecord * 1_000_000_000 / scenario.peakBitsPerSecond
        return max(peakGapNs * Int64(cpuCount) * 1_000_000 / totalPpm(timeNs), 1)
    }

    /// Records a second that arrive at a domain's CPUs.
    func recordsPerSecond(domain: Int, _ timeNs: Int64) -> Int64 {
        let share = scenario.host.cpus(of: domain).reduce(Int64(0)) {
            $0 + sharePpm(cpu: $1, timeNs)
        }
        let peak = scenario.peakBitsPerSecond / Self.bitsPerRecord
        return peak * share / (Int64(cpuCount) * 1_000_000)
    }
}

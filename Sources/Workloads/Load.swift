import ReclaimEngine

/// How many records arrive where and when, by the scenario's shape.
struct Load: Sendable {
    private static let bitsPerRecord: Int64 = 8 * 16_384
    /// Parts of a period in which the load of a ramp and of a sine does not change.
    private static let partsPerPeriod: Int64 = 1024

    private let scenario: Scenario
    /// The scenario's shape.
    let shape: LoadShape
    /// By CPU: how far its phases lag behind those of its domain's first CPU.
    private let lagNs: [Int64]
    /// How long the load of a ramp or a sine stays as it is.
    private let partNs: Int64

    init(_ scenario: Scenario) {
        self.scenario = scenario
        let shape = LoadShape(rawValue: scenario.shape) ?? .square
        self.shape = shape
        partNs = max(scenario.periodNs / Self.partsPerPeriod, 1)
        lagNs = scenario.host.domains.flatMap { domain in
            (0..<domain.cpuCount).map { cpu in
                let lagNs = Int64(cpu) * scenario.staggerNs
                // A step comes once; the other shapes come back after a period.
                return shape == .step ? lagNs : lagNs % scenario.periodNs
            }
        }
    }

    var cpuCount: Int { lagNs.count }

    /// The load of a CPU at an instant as a share of its peak.
    func sharePpm(cpu: Int, _ timeNs: Int64) -> Int64 {
        let lowPpm = scenario.lowSharePpm
        switch shape {
        case .constant: return 1_000_000
        case .square: return phaseNs(cpu, timeNs) < scenario.periodNs / 2 ? 1_000_000 : lowPpm
        case .burst: return phaseNs(cpu, timeNs) < scenario.burstNs ? 1_000_000 : lowPpm
        case .step: return timeNs < scenario.stepAtNs + lagNs[cpu] ? lowPpm : 1_000_000
        case .ramp:
            let phaseNs = phaseNs(cpu, middleOfPart(timeNs))
            return lowPpm + scaled(1_000_000 - lowPpm, phaseNs, by: scenario.periodNs)
        case .diurnal:
            let entries = QuantileTables.day.count
            let phaseNs = phaseNs(cpu, middleOfPart(timeNs))
            let entry = Int(scaled(Int64(entries), phaseNs, by: scenario.periodNs))
            let height = Int64(QuantileTables.day[min(entry, entries - 1)])
            return lowPpm + ((1_000_000 - lowPpm) * height) >> 20
        }
    }

    /// The first instant after `timeNs` at which the load of any CPU may change.
    ///
    /// - Complexity: O(CPUs).
    func nextChangeNs(after timeNs: Int64) -> Int64 {
        switch shape {
        case .constant: return Int64.max
        case .ramp, .diurnal: return timeNs - timeNs % partNs + partNs
        case .square: return nextEdgeNs(after: timeNs, highNs: scenario.periodNs / 2)
        case .burst: return nextEdgeNs(after: timeNs, highNs: scenario.burstNs)
        case .step:
            return lagNs.reduce(Int64.max) {
                let edgeNs = scenario.stepAtNs + $1
                return edgeNs > timeNs ? min($0, edgeNs) : $0
            }
        }
    }

    /// The shares of all CPUs, added up.
    func totalPpm(_ timeNs: Int64) -> Int64 {
        lagNs.indices.reduce(0) { $0 + sharePpm(cpu: $1, timeNs) }
    }

    /// The mean time between two records of the whole host when the shares of all CPUs add up to
    /// `totalPpm`.
    func meanGapNs(totalPpm: Int64) -> Int64 {
        // Both products need more than 64 bits on a large host.
        let spanNs = Self.bitsPerRecord * 1_000_000_000
        let dividend = spanNs.multipliedFullWidth(by: Int64(cpuCount) * 1_000_000)
        let divisor = scenario.peakBitsPerSecond.multipliedFullWidth(by: totalPpm)
        return max(Int64(clamping: Self.wide(dividend) / Self.wide(divisor)), 1)
    }

    /// Records a second that arrive at a domain's CPUs.
    func recordsPerSecond(domain: Int, _ timeNs: Int64) -> Int64 {
        let share = scenario.host.cpus(of: domain).reduce(Int64(0)) {
            $0 + sharePpm(cpu: $1, timeNs)
        }
        let peak = scenario.peakBitsPerSecond / Self.bitsPerRecord
        return scaled(peak, share, by: Int64(cpuCount) * 1_000_000)
    }

    private func phaseNs(_ cpu: Int, _ timeNs: Int64) -> Int64 {
        (timeNs + scenario.periodNs - lagNs[cpu]) % scenario.periodNs
    }

    private func middleOfPart(_ timeNs: Int64) -> Int64 {
        timeNs - timeNs % partNs + partNs / 2
    }

    private func nextEdgeNs(after timeNs: Int64, highNs: Int64) -> Int64 {
        lagNs.indices.reduce(Int64.max) { earliestNs, cpu in
            let phaseNs = phaseNs(cpu, timeNs)
            let edgeNs = phaseNs < highNs ? highNs : scenario.periodNs
            return min(earliestNs, timeNs + edgeNs - phaseNs)
        }
    }

    /// `value * share / whole` for a share that is not more than the whole.
    private func scaled(_ value: Int64, _ share: Int64, by whole: Int64) -> Int64 {
        whole.dividingFullWidth(value.multipliedFullWidth(by: share)).quotient
    }

    private static func wide(_ product: (high: Int64, low: UInt64)) -> Int128 {
        Int128(product.high) << 64 | Int128(product.low)
    }
}

/// The load as it stays until its next change, so that a record costs no look at every CPU's phase.
struct PresentLoad: Sendable {
    private let load: Load
    /// By CPU, as shares of the peak.
    private(set) var sharesPpm: [Int64]
    /// All shares together.
    private(set) var totalPpm: Int64 = 0
    /// The mean time between two records of the whole host.
    private(set) var meanGapNs: Int64 = 1
    /// When the load may change.
    private(set) var untilNs: Int64 = -1

    init(_ load: Load) {
        self.load = load
        sharesPpm = [Int64](repeating: 0, count: load.cpuCount)
        move(to: 0)
    }

    /// When the load may change after the next change.
    ///
    /// - Complexity: O(CPUs).
    var secondChangeNs: Int64 {
        untilNs == Int64.max ? untilNs : load.nextChangeNs(after: untilNs)
    }

    /// Goes on to an instant that is not before the present one.
    mutating func move(to timeNs: Int64) {
        guard timeNs >= untilNs else { return }
        totalPpm = 0
        for cpu in sharesPpm.indices {
            sharesPpm[cpu] = load.sharePpm(cpu: cpu, timeNs)
            totalPpm += sharesPpm[cpu]
        }
        meanGapNs = load.meanGapNs(totalPpm: totalPpm)
        untilNs = load.nextChangeNs(after: timeNs)
    }
}

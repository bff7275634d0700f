import ReclaimEngine
import TraceCore

/// TLS records in order of time: Poisson arrivals at the rate of each CPU's load, open (nothing
/// that happens to a record changes a later arrival).
struct RequestGenerator: Sendable {
    /// What a record is drawn from; the scenario as a whole is too large to be passed around.
    private struct Shares: Sendable {
        let anonymousPpm: UInt64
        let smallPpm: Int64
        let threePagesPpm: Int64
        let freeOnSameCpuPpm: Int64
        let freedInOtherDomainPpm: Int64
        let lifetimeMedianNs: Int64
    }

    private let shares: Shares
    private let domainOfCpu: [Int]
    private let cpus: [Range<Int>]
    private let shape: LoadShape
    private var load: PresentLoad
    private let arrival, recordCpu, recordShape, lifetime, freeCpu: KeyedRandom
    private var handle: Int64 = 0
    /// When the next record arrives.
    private(set) var nextNs: Int64 = 0

    init(_ scenario: Scenario) {
        shares = Shares(
            anonymousPpm: UInt64(scenario.anonymousPpm), smallPpm: scenario.smallPpm,
            threePagesPpm: scenario.threePagesPpm, freeOnSameCpuPpm: scenario.freeOnSameCpuPpm,
            freedInOtherDomainPpm: scenario.freedInOtherDomainPpm,
            lifetimeMedianNs: scenario.lifetimeMedianNs)
        domainOfCpu = scenario.host.domainOfCpu
        cpus = scenario.host.domains.indices.map { scenario.host.cpus(of: $0) }
        let load = Load(scenario)
        shape = load.shape
        self.load = PresentLoad(load)
        let seed = UInt64(bitPattern: scenario.seed)
        func random(_ purpose: Purpose) -> KeyedRandom {
            KeyedRandom(seed: seed, purpose: purpose.rawValue)
        }
        arrival = random(.arrival)
        recordCpu = random(.recordCpu)
        recordShape = random(.recordShape)
        lifetime = random(.lifetime)
        freeCpu = random(.freeCpu)
        advance()
    }

    /// The next record. What it calls is inlined: calls would copy the whole generator first.
    mutating func next() -> Input {
        let index = UInt64(handle)
        let cpu = chosenCpu(index)
        let shape = Int64(recordShape.number(below: 1_000_000, entity: 0, index: index))
        let input = Input(
            timeNs: nextNs,
            .request(
                Input.Request(
                    handle: handle, cpu: cpu, pages: pages(shape, index),
                    anonymous: recordShape.chance(
                        millionths: shares.anonymousPpm, entity: 1, index: index),
                    lifetimeNs: Distribution.logNormal.draw(
                        lifetime.bits(entity: 0, index: index), unit: shares.lifetimeMedianNs),
                    freeCpu: freeingCpu(cpu, index))))
        handle += 1
        advance()
        return input
    }

    @inline(__always)
    private func pages(_ shape: Int64, _ index: UInt64) -> Int {
        if shape < shares.smallPpm {
            return 1 + Int(recordShape.number(below: 2, entity: 2, index: index))
        }
        return shape < shares.smallPpm + shares.threePagesPpm ? 3 : 4
    }

    /// The same CPU, any CPU of the same domain, or any CPU of the other domains.
    @inline(__always)
    private func freeingCpu(_ cpu: Int, _ index: UInt64) -> Int {
        let share = Int64(freeCpu.number(below: 1_000_000, entity: 0, index: index))
        if share < shares.freeOnSameCpuPpm { return cpu }
        let own = cpus[domainOfCpu[cpu]]
        let others = domainOfCpu.count - own.count
        if share >= 1_000_000 - shares.freedInOtherDomainPpm, others > 0 {
            let other = Int(freeCpu.number(below: UInt64(others), entity: 2, index: index))
            return other < own.lowerBound ? other : other + own.count
        }
        return own.lowerBound
            + Int(freeCpu.number(below: UInt64(own.count), entity: 1, index: index))
    }

    /// A CPU, each with a chance in proportion to its load at this instant.
    @inline(__always)
    private func chosenCpu(_ index: UInt64) -> Int {
        var rest = Int64(
            recordCpu.number(below: UInt64(load.totalPpm), entity: 0, index: index))
        for cpu in load.sharesPpm.indices {
            rest -= load.sharesPpm[cpu]
            if rest < 0 { return cpu }
        }
        preconditionFailure("the shares of all CPUs add up to their total")
    }

    /// The time of the next record.
    ///
    /// A gap is drawn in units of the mean at its beginning. Where the load changes before its end,
    /// what is left of it is stretched or shortened to the new mean, which gives exactly the rate
    /// of the load. A square wave keeps a gap over one edge as it was drawn: that is what its
    /// inputs have always been, and the difference is one gap in half a period.
    private mutating func advance() {
        let draw = arrival.bits(entity: 0, index: UInt64(handle))
        var gapNs = max(Distribution.exponential.draw(draw, unit: load.meanGapNs), 1)
        while gapNs > load.untilNs - nextNs,
            shape != .square || gapNs > load.secondChangeNs - nextNs
        {
            let meanNs = load.meanGapNs
            let restNs = gapNs - (load.untilNs - nextNs)
            nextNs = load.untilNs
            load.move(to: nextNs)
            let stretchedNs = Int128(restNs) * Int128(load.meanGapNs) / Int128(meanNs)
            // A rest that does not fit lies behind the end of every recording.
            gapNs = min(max(Int64(clamping: stretchedNs), 1), Int64.max / 4)
        }
        nextNs += gapNs
        load.move(to: nextNs)
    }
}

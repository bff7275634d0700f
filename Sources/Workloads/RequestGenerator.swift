import ReclaimEngine
import TraceCore

/// TLS records in order of time: Poisson arrivals at the rate of each CPU's phase, open (nothing
/// that happens to a record changes a later arrival).
struct RequestGenerator: Sendable {
    private let scenario: Scenario
    private let cpus: [Range<Int>]
    private let load: Load
    private let arrival, recordCpu, recordShape, lifetime, freeCpu: KeyedRandom
    private var handle: Int64 = 0
    /// When the next record arrives.
    private(set) var nextNs: Int64 = 0

    init(_ scenario: Scenario) {
        self.scenario = scenario
        cpus = scenario.host.domains.indices.map { scenario.host.cpus(of: $0) }
        load = Load(scenario)
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

    /// The next record.
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
                        millionths: UInt64(scenario.anonymousPpm), entity: 1, index: index),
                    lifetimeNs: Distribution.logNormal.draw(
                        lifetime.bits(entity: 0, index: index), unit: scenario.lifetimeMedianNs),
                    freeCpu: freeingCpu(cpu, index))))
        handle += 1
        advance()
        return input
    }

    private func pages(_ shape: Int64, _ index: UInt64) -> Int {
        if shape < scenario.smallPpm {
            return 1 + Int(recordShape.number(below: 2, entity: 2, index: index))
        }
        return shape < scenario.smallPpm + scenario.threePagesPpm ? 3 : 4
    }

    /// The same CPU, or any CPU of the same domain.
    private func freeingCpu(_ cpu: Int, _ index: UInt64) -> Int {
        if freeCpu.chance(
            millionths: UInt64(scenario.freeOnSameCpuPpm), entity: 0, index: index)
        {
            return cpu
        }
        let range = cpus[scenario.host.domainOfCpu[cpu]]
        return range.lowerBound
            + Int(freeCpu.number(below: UInt64(range.count), entity: 1, index: index))
    }

    /// A CPU, each with a chance in proportion to its load at this instant.
    private func chosenCpu(_ index: UInt64) -> Int {
        var rest = Int64(
            recordCpu.number(below: UInt64(load.totalPpm(nextNs)), entity: 0, index: index))
        for cpu in 0..<load.cpuCount {
            rest -= load.sharePpm(cpu: cpu, nextNs)
            if rest < 0 { return cpu }
        }
        preconditionFailure("the shares of all CPUs add up to their total")
    }

    /// The gap to the next record has the mean of the phases in which it begins.
    private mutating func advance() {
        let meanNs = load.meanGapNs(nextNs)
        let draw = arrival.bits(entity: 0, index: UInt64(handle))
        nextNs += max(Distribution.exponential.draw(draw, unit: meanNs), 1)
    }
}

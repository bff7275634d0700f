import ReclaimEngine
import TestRandomness
import Testing

@testable import Workloads

/// Traffic over time, and records that come at its rate.
@Suite struct LoadTests {
    /// Two domains of 2 and 1 CPUs; `low` is a share of the peak in ppm.
    private static func scenario(
        _ shape: LoadShape, low: Int64 = 250_000, staggerNs: Int64 = 70_000_000
    ) -> Scenario {
        var scenario = Scenario(
            name: "load",
            host: Host(domains: [
                Host.Domain(firstPage: 0, pageCount: 2048, cpuCount: 2),
                Host.Domain(firstPage: 4096, pageCount: 2048, cpuCount: 1),
            ]), peakBitsPerSecond: 131_072_000)
        scenario.shape = shape.rawValue
        scenario.lowSharePpm = low
        scenario.periodNs = 1_024_000_000
        scenario.burstNs = 100_000_000
        scenario.stepAtNs = 3_000_000_000
        scenario.staggerNs = staggerNs
        return scenario
    }

    /// The integral of a CPU's share, added up from one change to the next.
    private func integral(_ load: Load, cpu: Int, _ range: Range<Int64>) -> Int64 {
        var timeNs = range.lowerBound
        var sum: Int64 = 0
        while timeNs < range.upperBound {
            let endNs = min(load.nextChangeNs(after: timeNs), range.upperBound)
            sum += load.sharePpm(cpu: cpu, timeNs) * ((endNs - timeNs) / 1000)
            timeNs = endNs
        }
        return sum
    }

    @Test(arguments: [
        (LoadShape.constant, Int64(1_000_000)), (.square, 625_000), (.ramp, 625_000),
        (.diurnal, 625_000), (.burst, 250_000 + 750_000 * 100 / 1024),
    ])
    func aPeriodHasItsIntegral(shape: LoadShape, meanPpm: Int64) {
        let load = Load(Self.scenario(shape))
        for cpu in 0..<3 {
            for startNs in [Int64(0), 1_024_000_000, 700_000_000] {
                let sum = integral(load, cpu: cpu, startNs..<(startNs + 1_024_000_000))
                // One part in a million for rounding.
                #expect(abs(sum / 1_024_000 - meanPpm) <= 1, "\(shape) CPU \(cpu) from \(startNs)")
            }
        }
    }

    /// Parts of a period, against the integral of the curve itself.
    @Test func rampAndSineFollowTheirCurves() {
        let ramp = Load(Self.scenario(.ramp, staggerNs: 0))
        let sine = Load(Self.scenario(.diurnal, staggerNs: 0))
        for eighth in Int64(0)..<8 {
            let range = eighth * 128_000_000..<(eighth + 1) * 128_000_000
            // The mean of a line is its value in the middle.
            let rampPpm = 250_000 + 750_000 * (2 * eighth + 1) / 16
            #expect(abs(integral(ramp, cpu: 0, range) / 128_000 - rampPpm) <= 1)
            // Means of (1 - cos) / 2 over eighths of a period, in ppm.
            let means: [Int64] = [49_842, 313_539, 686_461, 950_158]
            let mean = means[Int(eighth < 4 ? eighth : 7 - eighth)]
            let sinePpm = 250_000 + 750_000 * mean / 1_000_000
            #expect(abs(integral(sine, cpu: 0, range) / 128_000 - sinePpm) <= 1)
        }
    }

    @Test func aStepComesOnceAndLaterOnLaterCPUs() {
        let load = Load(Self.scenario(.step))
        for (cpu, lagNs) in [(0, Int64(0)), (1, 70_000_000), (2, 0)] {
            let stepNs = 3_000_000_000 + lagNs
            #expect(load.sharePpm(cpu: cpu, stepNs - 1) == 250_000)
            #expect(load.sharePpm(cpu: cpu, stepNs) == 1_000_000)
            #expect(load.sharePpm(cpu: cpu, 80_000_000_000) == 1_000_000)
        }
        #expect(load.nextChangeNs(after: 0) == 3_000_000_000)
        #expect(load.nextChangeNs(after: 3_000_000_000) == 3_070_000_000)
        #expect(load.nextChangeNs(after: 3_070_000_000) == Int64.max)
    }

    /// Between two changes nothing changes, and what is kept for the present is what is computed.
    @Test(arguments: LoadShape.allCases, TestSeeds.chosen(1...4))
    func loadChangesAtChangesOnly(shape: LoadShape, seed: UInt64) {
        var random = TestRandom(seed: seed)
        let load = Load(Self.scenario(shape, low: random.number(1...1_000_000)))
        var present = PresentLoad(load)
        var timeNs: Int64 = 0
        for _ in 0..<400 {
            present.move(to: timeNs)
            let endNs = load.nextChangeNs(after: timeNs)
            #expect(endNs > timeNs)
            #expect(present.untilNs == endNs || present.untilNs > timeNs)
            let lastNs = min(endNs, timeNs + 500_000_000) - 1
            for probeNs in [timeNs, random.number(timeNs...lastNs), lastNs] {
                for cpu in 0..<3 {
                    #expect(present.sharesPpm[cpu] == load.sharePpm(cpu: cpu, probeNs))
                }
                #expect(present.totalPpm == load.totalPpm(probeNs))
            }
            timeNs = random.isOneIn(2) ? lastNs + 1 : random.number(timeNs...lastNs) + 1
        }
    }

    /// Records of a CPU in each tenth of a period against the integral of its share there, over 40
    /// periods; five standard deviations.
    @Test(arguments: LoadShape.allCases, [Int64(1), 250_000])
    func recordsComeAtTheRateOfTheLoad(shape: LoadShape, low: Int64) {
        var scenario = Self.scenario(shape, low: low)
        scenario.stepAtNs = 12_000_000_000
        var generator = RequestGenerator(scenario)
        let load = Load(scenario)
        let tenthNs: Int64 = 102_400_000
        var counts = [[Int64]](repeating: [0, 0, 0], count: 400)
        while generator.nextNs < 400 * tenthNs {
            let input = generator.next()
            guard case .request(let request) = input.action else { continue }
            counts[Int(input.timeNs / tenthNs)][request.cpu] += 1
        }
        // Three CPUs share 1000 records a second.
        for part in 0..<40 {
            var expected: Int64 = 0
            var counted: Int64 = 0
            // A step is looked at tenth by tenth, the others through all periods.
            let tenths = shape == .step ? part * 10..<part * 10 + 10 : part..<part + 1
            let repeats = shape == .step ? [0] : (0..<40).filter { ($0 * 10) + part % 10 < 400 }
            for period in repeats {
                for tenth in tenths {
                    let number = shape == .step ? tenth : period * 10 + tenth % 10
                    let startNs = Int64(number) * tenthNs
                    for cpu in 0..<3 {
                        counted += counts[number][cpu]
                        expected += integral(load, cpu: cpu, startNs..<(startNs + tenthNs))
                    }
                }
            }
            // ppm * us of 333.3 records a second.
            let records = Double(expected) / 1e12 * 1000 / 3
            // A square wave keeps a gap over the edge: a few records.
            let allowed = 5 * records.squareRoot() + (shape == .square ? 45 : 2)
            #expect(abs(Double(counted) - records) <= allowed, "\(shape) part \(part)")
        }
    }

    @Test func buffersAreFreedWhereTheSharesSay() {
        var scenario = Self.scenario(.constant)
        scenario.freeOnSameCpuPpm = 600_000
        scenario.freedInOtherDomainPpm = 150_000
        var generator = RequestGenerator(scenario)
        var same = 0
        var other = 0
        let host = scenario.host
        for _ in 0..<20_000 {
            guard case .request(let request) = generator.next().action else { continue }
            if request.cpu == request.freeCpu { same += 1 }
            if host.domainOfCpu[request.cpu] != host.domainOfCpu[request.freeCpu] { other += 1 }
        }
        // Of the quarter freed anywhere in the domain the same CPU gets half on CPUs 0 and 1 and
        // all on CPU 2: two thirds. Five standard deviations of 20,000 draws.
        #expect(abs(same - (12_000 + 20_000 / 4 * 2 / 3)) < 320)
        #expect(abs(other - 3000) < 260)
    }

    @Test func withOneDomainNothingIsFreedInAnother() {
        var scenario = Self.scenario(.constant)
        scenario.host = Host(domains: [Host.Domain(firstPage: 0, pageCount: 2048, cpuCount: 3)])
        scenario.freeOnSameCpuPpm = 0
        scenario.freedInOtherDomainPpm = 1_000_000
        var generator = RequestGenerator(scenario)
        var cpus: Set<Int> = []
        for _ in 0..<100 {
            guard case .request(let request) = generator.next().action else { continue }
            cpus.insert(request.freeCpu)
        }
        #expect(cpus == [0, 1, 2])
    }

    /// Rates at which a gap is less than a nanosecond or longer than any recording.
    @Test(arguments: LoadShape.allCases, [Int64(131_072), 1_000_000_000_000_000])
    func extremeRatesGoOn(shape: LoadShape, peak: Int64) {
        var scenario = Self.scenario(shape, low: 1)
        scenario.peakBitsPerSecond = peak
        var generator = RequestGenerator(scenario)
        var lastNs: Int64 = -1
        for _ in 0..<200 where generator.nextNs < 86_400_000_000_000 {
            let input = generator.next()
            #expect(input.timeNs > lastNs)
            lastNs = input.timeNs
        }
    }

    // MARK: Settings

    @Test func settingsComeInTheirTurn() {
        var scenario = Self.scenario(.constant)
        let arrivals = inputs(scenario, before: 100_000_000)
        let at = arrivals[5].timeNs
        scenario.settings = [
            TimedSetting(timeNs: at, name: "b", value: 2),
            TimedSetting(timeNs: 0, name: "a", value: 1),
            TimedSetting(timeNs: at, name: "c", value: 3),
            TimedSetting(timeNs: 100_000_000, name: "late", value: 4),
        ]
        let all = inputs(scenario, before: 100_000_000)
        let settings = all.enumerated().filter {
            if case .set = $0.element.action { return true }
            return false
        }
        #expect(
            settings.map(\.element.action) == [
                .set(name: "a", value: 1), .set(name: "b", value: 2), .set(name: "c", value: 3),
            ])
        #expect(settings[0].offset == 0)
        // At its time a setting comes before everything else.
        #expect(all[..<settings[1].offset].allSatisfy { $0.timeNs < at })
        #expect(zip(all, all.dropFirst()).allSatisfy { $0.timeNs <= $1.timeNs })
        // Nothing else is moved, lost or doubled.
        let others = all.filter {
            if case .set = $0.action { return false }
            return true
        }
        #expect(others == arrivals)
    }

    private func inputs(_ scenario: Scenario, before endNs: Int64) -> [Input] {
        var source = RecordingInputs(scenario, memory: scenario.initialMemory())
        var inputs: [Input] = []
        while let input = source.next(before: endNs) { inputs.append(input) }
        return inputs
    }
}

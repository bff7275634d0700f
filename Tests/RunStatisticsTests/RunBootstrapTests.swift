import Histograms
import RunStatistics
import TestRandomness
import Testing

@Suite struct RunBootstrapTests {
    @Test(arguments: 1...9)
    func everyRunIsDrawnAsOftenAsAnother(runs: Int) {
        let bootstrap = RunBootstrap(runs: runs)
        var drawn = [Int64](repeating: 0, count: runs)
        for resample in 0..<RunBootstrap.resamples {
            let weights = bootstrap.weights(resample: resample)
            #expect(weights.count == runs && weights.reduce(0, +) == Int64(runs))
            for run in 0..<runs { drawn[run] += weights[run] }
        }
        // Each is binomial around the number of resamples; five standard deviations are 500.
        #expect(drawn.allSatisfy { abs($0 - Int64(RunBootstrap.resamples)) <= 500 })
    }

    @Test func theSameSeedDrawsTheSame() {
        let (one, same) = (RunBootstrap(runs: 5), RunBootstrap(runs: 5))
        let other = RunBootstrap(runs: 5, seed: 1)
        let weights = (0..<20).map { one.weights(resample: $0) }
        #expect(weights == (0..<20).map { same.weights(resample: $0) })
        #expect(weights != (0..<20).map { other.weights(resample: $0) })
    }

    @Test func sharesAreThoseOfTheCases() {
        let bootstrap = RunBootstrap(runs: 2)
        // Of two draws from two runs, a quarter has the first run twice.
        let shares = bootstrap.sharesPpm(count: 3) { [$0[0] == 2, $0[0] == 1, true] }
        #expect(abs(shares[0] - 250_000) < 25_000 && abs(shares[1] - 500_000) < 25_000)
        #expect(shares[2] == 1_000_000)
    }

    @Test func noSampleOrTooManyIsNoTest() {
        var one = LatencySeries()
        one.record(1)
        var many = LatencySeries()
        many.record(1, times: PooledEventTest.sampleLimit + 1)
        #expect(PooledEventTest(one, LatencySeries()) == nil)
        #expect(PooledEventTest(LatencySeries(), one) == nil)
        #expect(PooledEventTest(one, many) == nil)
        // Where all are equal there is no difference to find.
        var full = LatencySeries()
        full.record(7, times: PooledEventTest.sampleLimit)
        let equal = PooledEventTest(full, full)
        #expect(equal?.kolmogorovSmirnov == false && equal?.mannWhitney == false)
        var far = LatencySeries()
        far.record(9, times: PooledEventTest.sampleLimit)
        let apart = PooledEventTest(full, far)
        #expect(apart?.kolmogorovSmirnov == true && apart?.mannWhitney == true)
    }
}

import Histograms
import Testing

@testable import TraceReport

@Suite struct ScaledTextTests {
    @Test(arguments: [
        (Int64(0), "0ns"), (1, "1ns"), (999, "999ns"), (1_000, "1.000us"), (1_234, "1.234us"),
        (12_345, "12.35us"), (123_449, "123.4us"), (999_949, "999.9us"), (999_950, "1.000ms"),
        (9_999_500, "10.00ms"), (1_000_000_000, "1.000s"), (59_999_600_000, "60.00s"),
        (12_345_000_000_000, "12345s"), (-1_500, "-1.500us"),
        (999_999_999, "1.000s"), (99_996, "100.0us"),
    ])
    func timesHaveFourDigits(ns: Int64, text: String) {
        #expect(ScaledText.time(ns) == text)
    }

    @Test(arguments: [
        (UInt64(1), "1ns"), (512, "512ns"), (1024, "1.02us"), (4096, "4.1us"), (1 << 20, "1.05ms"),
        (1 << 30, "1.07s"), (1_000, "1us"),
    ])
    func edgesHaveThree(ns: UInt64, text: String) {
        #expect(Bars.timeLabel(ns) == text)
    }

    @Test func sharesRatesAndAreas() {
        #expect(ScaledText.percent(1_000_000) == "100.00%")
        #expect(ScaledText.percent(49) == "0.00%" && ScaledText.percent(50) == "0.01%")
        #expect(ScaledText.percent(-750_000) == "-75.00%")
        #expect(ScaledText.rate(1_500) == "1.500/s")
        #expect(ScaledText.pageSeconds(1_500_499) == "1.500 page s")
        #expect(ScaledText.pageSeconds(-1_500_500) == "-1.501 page s")
        #expect(ScaledText.known(nil) == "-" && ScaledText.known(7) == "7")
    }

    @Test func barsShowEveryBucketBetweenTheFirstAndTheLast() {
        var histogram = PowerOfTwoHistogram()
        histogram.record(1, times: 100)
        histogram.record(4)
        #expect(
            Bars.histogram(histogram, width: 24) { String($0) } == [
                "  [1, 2)  100 |@@@@@@@@|",
                "  [2, 4)    0 |        |",
                "  [4, 8)    1 |@       |",
            ])
    }

    @Test func jsonStringsAreEscaped() {
        var json = JSONWriter()
        json.object { $0.member("a\"\\", "\n\t\u{1}é") }
        #expect(json.text == "{\n  \"a\\\"\\\\\": \"\\n\\t\\u0001é\"\n}")
        var empty = JSONWriter()
        empty.object { $0.member("list", each: [Int]()) { $0.value($1) } }
        #expect(empty.text == "{\n  \"list\": []\n}")
    }
}

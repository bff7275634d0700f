import Foundation
import Histograms
import RunStatistics
import Testing

/// What scipy says about the same data; see Scripts/statistics-fixtures.py.
@Suite struct ScipyTests {
    private static let lines: [[Substring]] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/statistics/scipy.txt")
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map { $0.split(separator: " ") }
    }()

    @Test func binomialIntervals() throws {
        let cases = Self.lines.filter { $0[0] == "binomial" }
        #expect(cases.count >= 35)
        for line in cases {
            let (number, total) = try (#require(Int(line[1])), #require(Int(line[2])))
            let (low, high) = try (#require(Double(line[3])), #require(Double(line[4])))
            let interval = BinomialInterval(number, of: total)
            // Rounded outward to millionths, and by no more than one besides.
            let (ours, theirs) = (interval.ppm, "\(number) of \(total): \(low) to \(high)")
            #expect(Double(ours.lowerBound) <= low + 0.01, "\(theirs)")
            #expect(Double(ours.lowerBound) >= low - 2, "\(theirs)")
            #expect(Double(ours.upperBound) >= high - 0.01, "\(theirs)")
            #expect(Double(ours.upperBound) <= high + 2, "\(theirs)")
        }
    }

    @Test func testsOfPooledEvents() throws {
        let cases = Self.lines.filter { $0[0] == "pooled" }
        #expect(cases.count >= 200)
        for line in cases {
            func series(_ text: Substring) throws -> LatencySeries {
                var series = LatencySeries()
                for item in text.split(separator: ",") { series.record(try #require(Int64(item))) }
                return series
            }
            let test = try #require(PooledEventTest(series(line[3]), series(line[4])))
            #expect(test.kolmogorovSmirnov == (line[1] == "1"), "\(line)")
            #expect(test.mannWhitney == (line[2] == "1"), "\(line)")
        }
    }
}

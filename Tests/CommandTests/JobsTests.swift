import Foundation
import Testing

/// What `analyze` prints does not depend on the number of threads.
@Suite struct JobsTests {
    private static let options = [
        [], ["--format", "json"], ["--format", "json", "--begin", "1ms", "--end", "20ms"],
        ["--format", "csv", "--domain", "0"], ["--format", "html"],
        ["--format", "json", "--report", "batches", "--report", "failures", "--begin", "1ms"],
    ]

    private func expectSame(_ file: String, _ options: [String], in folder: URL) throws {
        let one = try Tool.run(["analyze", "--jobs", "1", file] + options, in: folder)
        for jobs in ["2", "64"] {
            let more = try Tool.run(["analyze", "--jobs", jobs, file] + options, in: folder)
            #expect(more.output == one.output && more.status == one.status, "\(file) \(options)")
            #expect(more.error == one.error, "\(file) \(options)")
        }
    }

    @Test(arguments: Fixtures.allTraces)
    func tracesGiveTheSame(name: String) throws {
        for options in Self.options {
            try expectSame(name + ".ktrace", options, in: Fixtures.traces)
        }
    }

    @Test func damagedFilesGiveTheSame() throws {
        for file in Set(CorruptCase.all.map(\.file)).sorted() {
            for options in Self.options.prefix(2) {
                try expectSame(file, options, in: Fixtures.corrupt)
            }
        }
    }

    @Test func aPipeGivesTheSame() throws {
        let trace = Fixtures.trace("several-blocks")
        let arguments = ["analyze", "--format", "json", "-", "--jobs"]
        let one = try Tool.run(arguments + ["1"], input: .file(trace))
        let two = try Tool.run(arguments + ["2"], input: .file(trace))
        expectFine(two)
        #expect(one.output == two.output)
    }

    @Test func noThreadIsNoNumberOfThreads() throws {
        let result = try Tool.run(["analyze", "--jobs", "0", Fixtures.trace("cache-only")])
        #expect(result.status == 64)
        #expect(result.error.contains("--jobs must be 1 or more"))
    }
}

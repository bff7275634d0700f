import Foundation
import Testing

/// The example programs, and what the tool makes of the same.
@Suite struct ExampleTests {
    /// An example, built beside the tests; it need not be where the tool is.
    private static func example(_ name: String = "BufferPoolExample") throws -> String {
        let files = FileManager.default
        let tool = URL(filePath: try Tool.binary()).deletingLastPathComponent()
        let tests = Bundle.main.bundleURL
        for folder in [tool, tests, tests.deletingLastPathComponent()] {
            let path = folder.appending(path: name).path
            if files.isExecutableFile(atPath: path) { return path }
        }
        throw Tool.Missing(description: "there is no built \(name)")
    }

    @Test func aProgramsOwnTraceCanBeAnalyzed() throws {
        let folder = try Folder()
        let run = try Tool.start(
            Self.example(), [folder.path("pool.ktrace"), "3", "2000"]
        ).result()
        expectFine(run)
        #expect(run.text.hasSuffix("lost 0\n"))

        expectFine(try folder.run("verify", "pool.ktrace"))
        let result = try folder.run("analyze", "--format", "json", "pool.ktrace")
        expectFine(result)
        let report = try JSON(result.output)
        #expect(report["complete"].flag == true)

        let dump = try folder.run("dump", "--format", "csv", "--preamble", "none", "pool.ktrace")
        expectFine(dump)
        func count(_ kind: String) -> Int { dump.lines.count { $0.contains(",\(kind),") } }
        #expect(count("buffer_alloc") == 6_000)
        #expect(count("buffer_free") == 6_000)
        #expect(count("thread_name") == 4)
        #expect(count("wait_begin") == count("wait_end"))
        #expect(count("alloc_fail") == count("wait_begin"))
        #expect(count("wake_send") == count("wait_begin"))
        #expect(count("batch_begin") == count("batch_end"))
        // 64 buffers do not last for 6,000 requests.
        #expect(count("batch_end") > 0)
    }

    @Test func aProgramSumsUpTracesAsTheToolDoes() throws {
        let names = ["reclaim-batch", "linux-d3"]
        let run = try Tool.start(
            Self.example("WakeupLatencyExample"), names.map(Fixtures.trace)
        ).result()
        expectFine(run)
        var count: Int64 = 0
        for (name, line) in zip(names, run.lines) {
            let report = try JSON(
                Tool.run(["analyze", "--format", "json", Fixtures.trace(name)]).output)
            let latency = report["wakeups"]["latency"]
            let (number, worst) = try (
                #require(latency["n"].integer), #require(latency["max_ns"].integer)
            )
            #expect(line.hasSuffix(": \(number) wakeups, worst \(worst) ns"))
            count += number
        }
        #expect(run.lines.last?.hasPrefix("together: \(count) wakeups, median ") == true)
    }

    @Test func theExampleSaysHowItIsUsed() throws {
        for arguments in [[], ["x", "0"], ["x", "1", "y"], ["x", "1", "1", "1"]] {
            let run = try Tool.start(Self.example(), arguments).result()
            #expect(run.status == 64)
            #expect(run.errorLines.count == 1)
        }
    }
}

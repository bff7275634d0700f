import Foundation
import Testing

/// The example program records itself, and the tool makes something of it.
@Suite struct ExampleTests {
    /// The example, built beside the tests; it need not be where the tool is.
    private static func example() throws -> String {
        let files = FileManager.default
        let tool = URL(filePath: try Tool.binary()).deletingLastPathComponent()
        let tests = Bundle.main.bundleURL
        for folder in [tool, tests, tests.deletingLastPathComponent()] {
            let path = folder.appending(path: "BufferPoolExample").path
            if files.isExecutableFile(atPath: path) { return path }
        }
        throw Tool.Missing(description: "there is no built BufferPoolExample")
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

    @Test func theExampleSaysHowItIsUsed() throws {
        for arguments in [[], ["x", "0"], ["x", "1", "y"], ["x", "1", "1", "1"]] {
            let run = try Tool.start(Self.example(), arguments).result()
            #expect(run.status == 64)
            #expect(run.errorLines.count == 1)
        }
    }
}

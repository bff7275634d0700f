import Foundation
import Testing

private let readers = ["info", "dump", "verify", "analyze", "replay"]

/// Inputs that are not there or are no traces.
@Suite struct InputFailureTests {
    @Test(arguments: readers)
    func aMissingFile(command: String) throws {
        let folder = try Folder()
        expectRefusal(
            try folder.run(command, "missing.ktrace"), 66, naming: "missing.ktrace", "no such file")
        expectRefusal(
            try folder.run(command, "none/missing.ktrace"), 66, naming: "none/missing.ktrace")
    }

    @Test(arguments: readers)
    func aFolder(command: String) throws {
        let folder = try Folder()
        try FileManager.default.createDirectory(
            atPath: folder.path("inner"), withIntermediateDirectories: false)
        // analyze takes the traces of a folder; here there is none.
        let reason = command == "analyze" ? "no .ktrace" : "is a folder"
        expectRefusal(try folder.run(command, "inner"), 66, naming: "inner", reason)
        expectRefusal(
            try folder.shell("\"$TOOL\" \(command) - < inner"), 66, naming: "standard input",
            "is a folder")
    }

    @Test(arguments: readers)
    func notATrace(command: String) throws {
        let folder = try Folder()
        try folder.write("empty", "")
        try folder.write("text", "hello\n")
        try folder.write("zeros", Data(count: 5000))
        try folder.write("numbers", Data((0..<50_000).map { UInt8(truncatingIfNeeded: $0 * 7) }))
        for name in ["empty", "text", "zeros", "numbers"] {
            expectRefusal(
                try folder.run(command, name), 65, naming: name, "not a ktls-trace file")
        }
        expectRefusal(
            try folder.run(command, "-"), 65, naming: "standard input", "not a ktls-trace file")
    }

    @Test(.enabled(if: Tool.unprivileged != nil), arguments: readers)
    func aFileThatMayNotBeRead(command: String) throws {
        let folder = try Folder()
        try folder.record("run.ktrace", "--duration", "100ms")
        let prefix = try #require(Tool.unprivileged)
        let result = try folder.shell(
            "chmod 0 run.ktrace; \(prefix)\"$TOOL\" \(command) run.ktrace")
        expectRefusal(result, 77, naming: "run.ktrace", "permission denied")
    }

    @Test func eitherSideOfADiff() throws {
        let folder = try Folder()
        let good = Fixtures.trace("several-blocks")
        try folder.write("text", "hello\n")
        expectRefusal(try folder.run("diff", "missing", good), 66, naming: "missing")
        expectRefusal(try folder.run("diff", good, "missing"), 66, naming: "missing")
        expectRefusal(try folder.run("diff", good, "text"), 65, naming: "text")
        expectUsageError(try folder.run("diff", "-", "-"), naming: "standard input")
        expectUsageError(try folder.run("diff", good), naming: "<head>")
        expectUsageError(try folder.run("diff"), naming: "<base>")
    }

    @Test func theReportOfATraceThatCannotBeReadIsNotMade() throws {
        let folder = try Folder()
        try folder.write("text", "hello\n")
        for command in ["info", "dump", "analyze"] {
            #expect(try folder.run(command, "text", "-o", "report").status == 65)
        }
        #expect(folder.names == ["text"])
    }
}

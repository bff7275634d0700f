import Foundation
import Testing

/// A command that writes a file, without the file.
private let writers: [[String]] = [
    ["record", "--duration", "1s"],
    ["info", Fixtures.trace("several-blocks")],
    ["dump", Fixtures.trace("several-blocks")],
    ["dump", "--records", Fixtures.trace("several-blocks")],
    ["analyze", Fixtures.trace("several-blocks")],
    ["diff", Fixtures.trace("several-blocks"), Fixtures.trace("linux-d3")],
    ["import", "--from", "ftrace-text", "trace.txt"],
    ["slice", Fixtures.trace("several-blocks")],
    ["recover", Fixtures.trace("several-blocks")],
    [
        "merge", "--assume-same-start", Fixtures.trace("several-blocks"),
        Fixtures.trace("detail-2"),
    ],
]

/// Outputs that cannot be made.
@Suite struct OutputFailureTests {
    private func folder() throws -> Folder {
        let folder = try Folder()
        try folder.write("trace.txt", FtraceText.small)
        return folder
    }

    private func run(_ command: [String], _ options: [String], in folder: Folder) throws
        -> ToolResult
    {
        try Tool.run(command + options, in: folder.url)
    }

    @Test(arguments: writers)
    func anExistingFileStaysUnlessForced(command: [String]) throws {
        let folder = try folder()
        try folder.write("out", "precious")
        expectRefusal(
            try run(command, ["-o", "out"], in: folder), 73, naming: "out", "exists", "--force")
        #expect(try folder.read("out") == Data("precious".utf8))
        expectFine(try run(command, ["-o", "out", "--force"], in: folder))
        #expect(try folder.read("out") != Data("precious".utf8))
        #expect(folder.names == ["out", "trace.txt"])
    }

    @Test(arguments: writers)
    func aFolderIsNotReplaced(command: [String]) throws {
        let folder = try folder()
        try FileManager.default.createDirectory(
            atPath: folder.path("inner"), withIntermediateDirectories: false)
        for options in [["-o", "inner"], ["-o", "inner", "--force"]] {
            expectRefusal(
                try run(command, options, in: folder), 73, naming: "inner", "is a folder")
        }
        #expect(folder.names == ["inner", "trace.txt"])
    }

    @Test(arguments: writers)
    func aFolderThatIsMissing(command: [String]) throws {
        let folder = try folder()
        expectRefusal(
            try run(command, ["-o", "none/out"], in: folder), 73, naming: "none/out")
        // A file stands where the folder should be.
        expectRefusal(
            try run(command, ["-o", "trace.txt/out"], in: folder), 73, naming: "trace.txt/out")
        #expect(folder.names == ["trace.txt"])
    }

    @Test(arguments: writers)
    func aFolderThatTakesNoFiles(command: [String]) throws {
        // Not even from the superuser.
        expectRefusal(
            try run(command, ["-o", "/proc/out"], in: folder()), 73, naming: "/proc/out")
    }

    @Test(.enabled(if: Tool.unprivileged != nil), arguments: writers)
    func aFolderThatMayNotBeWritten(command: [String]) throws {
        let folder = try folder()
        let prefix = try #require(Tool.unprivileged)
        let arguments = command.joined(separator: " ")
        let result = try folder.shell(
            "mkdir -m 0555 inner; \(prefix)\"$TOOL\" \(arguments) -o inner/out")
        expectRefusal(result, 73, naming: "inner/out", "permission denied")
        #expect(folder.names == ["inner", "trace.txt"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("inner")) == [])
    }

    @Test(arguments: writers)
    func aDeviceWithoutSpace(command: [String]) throws {
        let folder = try folder()
        expectRefusal(
            try run(command, ["-o", "/dev/full"], in: folder), 74, naming: "/dev/full",
            "no space left")
        let line = (["\"$TOOL\""] + command + ["-o", "-", "> /dev/full"]).joined(separator: " ")
        expectRefusal(
            try folder.shell(line), 74, naming: "standard output", "no space left")
        #expect(folder.names == ["trace.txt"])
    }

    @Test(arguments: writers)
    func aLimitOnFileSizes(command: [String]) throws {
        let folder = try folder()
        // Of 1 KiB; the signal that comes with it is ignored, as a shell's child inherits.
        let arguments = command.joined(separator: " ")
        let line = "trap '' XFSZ; ulimit -f 1; exec \"$TOOL\" \(arguments) -o out"
        let result = try folder.shell(line)
        // A list of eight records is shorter than that.
        if command.contains("--records") {
            expectFine(result)
            return
        }
        expectRefusal(result, 74, naming: "out", "no space left")
        #expect(folder.names == ["trace.txt"])
    }

    @Test func everyReportToAFullStandardOutput() throws {
        let path = Fixtures.trace("several-blocks")
        for command in ["verify", "replay"] {
            expectRefusal(
                try Tool.shell("\"$TOOL\" \(command) \(path) > /dev/full"), 74,
                naming: "standard output")
        }
        for list in ["--list-policies", "--list-presets"] {
            expectRefusal(
                try Tool.shell("\"$TOOL\" record \(list) > /dev/full"), 74,
                naming: "standard output")
        }
    }
}

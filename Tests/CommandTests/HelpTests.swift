import Foundation
import Testing

private let commands = [
    "record", "analyze", "diff", "replay", "sweep", "info", "dump", "verify", "recover",
    "slice", "merge", "import",
]

@Suite struct HelpTests {
    @Test(arguments: commands)
    func helpOfACommand(command: String) throws {
        let result = try Tool.run([command, "--help"])
        expectFine(result)
        try Golden.expect(result.text, "help-\(command).txt")
        #expect(try Tool.run(["help", command]).text == result.text)
        #expect(try Tool.run([command, "-h"]).text == result.text)
    }

    @Test func helpOfTheTool() throws {
        let result = try Tool.run(["--help"])
        expectFine(result)
        try Golden.expect(result.text, "help.txt")
        let plain = try Tool.run([])
        expectFine(plain)
        #expect(plain.text == result.text)
        for command in commands { #expect(result.text.contains("  \(command) ")) }
    }

    @Test func version() throws {
        let result = try Tool.run(["--version"])
        expectFine(result)
        #expect(result.text.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
        #expect(try Tool.run(["record", "--version"]).text == result.text)
    }

    /// What the version says is what traces are marked with.
    @Test func versionIsInTheNotes() throws {
        let folder = try Folder()
        try folder.record("run.ktrace", "--duration", "10ms")
        let version = try Tool.run(["--version"]).lines[0]
        let info = try folder.run("info", "run.ktrace").lines
        #expect(info.contains("  tool.version = \(version)"))
        #expect(
            info.contains(
                "  arguments = record --preset unit -o run.ktrace --duration 10ms"))
    }

    @Test func completionScripts() throws {
        let bash = try Tool.run(["--generate-completion-script", "bash"])
        expectFine(bash)
        for command in commands { #expect(bash.text.contains(command)) }
        let folder = try Folder()
        try folder.write("script", bash.output)
        expectFine(
            try folder.shell("bash -n script && source ./script && complete -p ktls-trace > shown"))
        #expect(try String(decoding: folder.read("shown"), as: UTF8.self).contains("ktls-trace"))
        for shell in ["zsh", "fish"] {
            let script = try Tool.run(["--generate-completion-script", shell])
            expectFine(script)
            #expect(script.text.contains("record"))
        }
        #expect(try Tool.run(["--generate-completion-script", "csh"]).status == 64)
    }
}

import Foundation
import HostileTraces
import Testing

/// Files that somebody made to do harm, given to the built tool: one clear line with field and
/// place, the exit code of damage, and no more memory than a good file needs.
@Suite struct HostileTraceTests {
    /// Most memory a command may have resident, whatever the file says; an empty process has 20.
    private static let peakKiBMax = 64 * 1_024
    private static let commands = [
        ["info"], ["analyze"], ["dump", "--kind", "fail"], ["verify"], ["verify", "--deep"],
    ]

    private static let small: [HostileTrace] = (try? HostileTrace.small()) ?? []

    @Test func thereAreMany() throws {
        #expect(Self.small.count >= 60)
    }

    @Test(arguments: commands)
    func theToolSaysWhatIsWrong(command: [String]) throws {
        let folder = try Folder()
        for hostile in Self.small {
            try folder.write("hostile.ktrace", hostile.bytes)
            let run = try MeasuredRun(command + [folder.path("hostile.ktrace")])
            check(run, hostile, command, isStream: false)
        }
    }

    @Test(arguments: [["info"], ["verify", "--deep"]])
    func aStreamIsTakenAsWell(command: [String]) throws {
        let folder = try Folder()
        for hostile in Self.small {
            try folder.write("hostile.ktrace", hostile.bytes)
            let run = try MeasuredRun(
                command + ["-"], input: .file(folder.path("hostile.ktrace")))
            check(run, hostile, command, isStream: true)
        }
    }

    @Test func longFilesNeedNoMoreMemory() throws {
        let folder = try Folder()
        for hostile in try HostileTrace.large() {
            try folder.write("hostile.ktrace", hostile.bytes)
            for command in Self.commands {
                let run = try MeasuredRun(command + [folder.path("hostile.ktrace")])
                check(run, hostile, command, isStream: false)
            }
        }
    }

    /// What can be had of it is whole, or there is nothing.
    @Test func whatIsRecoveredIsWhole() throws {
        let folder = try Folder()
        for hostile in Self.small {
            try folder.write("hostile.ktrace", hostile.bytes)
            let run = try MeasuredRun([
                "recover", folder.path("hostile.ktrace"), "-o", folder.path("whole.ktrace"),
                "--force",
            ])
            #expect(run.peakKiB < Self.peakKiBMax, "\(run.peakKiB) KiB: \(hostile.name)")
            #expect([0, 65].contains(run.result.status), "\(hostile.name): \(run.result.error)")
            guard run.result.status == 0 else { continue }
            let verified = try folder.run("verify", "--deep", "whole.ktrace")
            #expect(verified.status == 0, "\(hostile.name): \(verified.error)")
            #expect(verified.text.contains("complete: true"), "\(hostile.name)")
        }
    }

    private func check(
        _ run: MeasuredRun, _ hostile: HostileTrace, _ command: [String], isStream: Bool
    ) {
        let about =
            "\(command.joined(separator: " "))\(isStream ? " -" : ""): \(hostile.name): \(run.result.error)"
        #expect(run.peakKiB < Self.peakKiBMax, "\(run.peakKiB) KiB: \(about)")
        #expect(run.result.errorLines.count <= 1, "\(about)")
        let isVerify = command[0] == "verify"
        let text = run.result.text + run.result.error
        switch hostile.outcome {
        case .unreadable:
            #expect(run.result.status == (isVerify ? 3 : 65), "\(about)")
            #expect(text.contains(hostile.says), "\(about)")
        case .damaged where hostile.foundBy != .structure && !command.contains("--deep"):
            #expect([0, 3, 65].contains(run.result.status), "\(about)")
        case .damaged where isStream && hostile.says.hasPrefix("record at offset"):
            // A stream's end is not in sight: a length beyond it looks like a cut.
            #expect([0, 3, 65].contains(run.result.status), "\(about)")
        case .damaged:
            #expect(run.result.status == (isVerify ? 3 : 65), "\(about)")
            #expect(text.contains(hostile.says), "\(about): says \(hostile.says)")
        case .cut:
            #expect(run.result.status == 0, "\(about)")
        case .good:
            // The identities in the footer are those of the events: nothing that was added counts.
            #expect(run.result.status == 0, "\(about)")
        }
    }
}

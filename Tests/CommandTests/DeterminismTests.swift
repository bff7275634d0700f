import Foundation
import Testing

/// The three identities as `info` prints them.
struct Identities: Equatable {
    let input: String
    let outcome: String
    let content: String

    init(_ trace: String) throws {
        let lines = try Tool.run(["info", trace]).lines
        func value(_ name: String) throws -> String {
            let line = try #require(lines.first { $0.hasPrefix(name + " id:") })
            return try #require(line.split(separator: " ").last.map(String.init))
        }
        input = try value("input")
        outcome = try value("outcome")
        content = try value("content")
    }
}

@Suite struct DeterminismTests {
    /// Records `run.ktrace` in a folder of its own; all else is equal to the byte.
    private func recorded(_ options: String...) throws -> Folder {
        let folder = try Folder()
        let result = try Tool.run(
            ["record", "--duration", "5s", "-o", "run.ktrace"] + options,
            environment: ["SOURCE_DATE_EPOCH": "1700000000"], in: folder.url)
        expectFine(result)
        return folder
    }

    private func identities(_ folder: Folder) throws -> Identities {
        try Identities(folder.path("run.ktrace"))
    }

    @Test(arguments: ["cache-only", "alloc-thread", "reclaim-batch"])
    func twoProcessesWriteTheSameBytes(policy: String) throws {
        let one = try recorded("--policy", policy, "--detail", "2")
        let other = try recorded("--policy", policy, "--detail", "2")
        #expect(try one.read("run.ktrace") == other.read("run.ktrace"))
        #expect(try identities(one) == identities(other))
        for format in ["text", "json"] {
            let reports = try [one, other].map {
                try $0.run("analyze", "run.ktrace", "--format", format)
            }
            #expect(reports[0].output == reports[1].output)
        }
    }

    @Test func theClockChangesNotesOnly() throws {
        let folder = try Folder()
        for (name, time) in [("a", "1600000000"), ("b", "1700000000")] {
            let result = try Tool.run(
                ["record", "--duration", "1s", "-o", name],
                environment: ["SOURCE_DATE_EPOCH": time], in: folder.url)
            expectFine(result)
        }
        #expect(try folder.read("a") != folder.read("b"))
        #expect(try Identities(folder.path("a")) == Identities(folder.path("b")))
        #expect(
            try folder.run("dump", "a").output == folder.run("dump", "b").output)
        #expect(try folder.run("info", "a").text.contains("recorded.unix_seconds = 1600000000"))
    }

    @Test func anotherSeedIsAnotherInput() throws {
        let one = try identities(recorded("--seed", "1"))
        let other = try identities(recorded("--seed", "2"))
        #expect(one.input != other.input)
        #expect(one.outcome != other.outcome)
    }

    @Test func anotherPolicyIsTheSameInputWithAnotherOutcome() throws {
        let all = try ["cache-only", "alloc-thread", "reclaim-batch"].map {
            try identities(recorded("--policy", $0))
        }
        #expect(Set(all.map(\.input)).count == 1)
        #expect(Set(all.map(\.outcome)).count == 3)
        #expect(Set(all.map(\.content)).count == 3)
    }

    @Test func theEnginesOwnDrawsAreNoInput() throws {
        let one = try identities(recorded("--salt", "1"))
        let other = try identities(recorded("--salt", "2"))
        #expect(one.input == other.input)
        #expect(one.outcome != other.outcome)
    }

    @Test func aTunableChangesTheOutcomeOnly() throws {
        let one = try identities(recorded())
        let other = try identities(recorded("--set", "kern.ipc.tls.max_reclaim=8"))
        #expect(one.input == other.input)
        #expect(one.outcome != other.outcome)
    }

    @Test func compressionChangesNoIdentity() throws {
        let one = try recorded("--compression", "1")
        let other = try recorded("--compression", "19")
        #expect(try identities(one) == identities(other))
        #expect(try one.read("run.ktrace").count > other.read("run.ktrace").count)
        #expect(
            try one.run("dump", "run.ktrace").output == other.run("dump", "run.ktrace").output)
    }
}

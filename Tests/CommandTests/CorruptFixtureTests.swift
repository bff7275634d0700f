import Foundation
import Testing

/// One file of `Fixtures/corrupt` and what a command makes of it, from `expected.json`.
struct CorruptCase: CustomTestStringConvertible, Sendable {
    let file: String
    let command: String
    let status: Int32
    /// Part of the first line of the standard output.
    let first: String
    /// Part of the one line on standard error; without it there is none.
    let error: String
    /// The begin of the recorded event that a replay names.
    let recorded: String?

    /// The command; of `verify` the check that finds everything.
    var arguments: [String] { command == "verify" ? ["verify", "--deep"] : [command] }

    var testDescription: String { "\(command) \(file)" }

    static let all: [CorruptCase] = {
        let table = Fixtures.corrupt.appending(path: "expected.json")
        guard let bytes = try? Data(contentsOf: table), let rows = try? JSON(bytes).list else {
            return []
        }
        return rows.flatMap { row in
            row["expected"].keys.map { command in
                let expected = row["expected"][command]
                return CorruptCase(
                    file: row["file"].text ?? "", command: command,
                    status: Int32(expected["status"].integer ?? -1),
                    first: expected["first"].text ?? "", error: expected["error"].text ?? "",
                    recorded: expected["recorded"].text)
            }
        }
    }()
}

@Suite struct CorruptFixtureTests {
    @Test func theTableIsTheFolder() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Fixtures.corrupt.path)
        let files = Set(names).subtracting(["expected.json"])
        #expect(files == Set(CorruptCase.all.map(\.file)))
        #expect(files.count >= 25)
        #expect(CorruptCase.all.count == 4 * files.count)
    }

    @Test(arguments: CorruptCase.all)
    func isTakenAsExpected(corrupt: CorruptCase) throws {
        let result = try Tool.run(corrupt.arguments + [corrupt.file], in: Fixtures.corrupt)
        check(result, corrupt, status: corrupt.status)
    }

    /// Without decoding, all is found but what was written with right sums.
    @Test(arguments: CorruptCase.all.filter { $0.command == "verify" })
    func sumsTellAlmostAll(corrupt: CorruptCase) throws {
        let result = try Tool.run(["verify", corrupt.file], in: Fixtures.corrupt)
        if corrupt.file == "identity-wrong.ktrace" {
            expectFine(result)
            #expect(result.lines.contains("complete: true"))
        } else {
            check(result, corrupt, status: corrupt.status)
        }
    }

    /// What is good is reported all the same; the exit code says that this was asked for.
    @Test(arguments: CorruptCase.all.filter { ["info", "analyze", "replay"].contains($0.command) })
    func partsAreAllowed(corrupt: CorruptCase) throws {
        let result = try Tool.run(
            [corrupt.command, corrupt.file, "--allow-partial"], in: Fixtures.corrupt)
        let isReported = corrupt.status == 65 && corrupt.error.isEmpty
        check(result, corrupt, status: isReported ? 0 : corrupt.status)
    }

    /// A pipe cannot be looked at from its end, and finds the same all the same.
    @Test(arguments: CorruptCase.all.filter { ["info", "verify"].contains($0.command) })
    func streamsAreTakenAlike(corrupt: CorruptCase) throws {
        let result = try Tool.shell(
            "cat \(corrupt.file) | \"$TOOL\" \(corrupt.arguments.joined(separator: " ")) -",
            in: Fixtures.corrupt)
        check(result, corrupt, status: corrupt.status)
    }

    @Test(arguments: CorruptCase.all.filter { $0.command == "analyze" })
    func jsonSaysTheSame(corrupt: CorruptCase) throws {
        let result = try Tool.run(
            ["analyze", "--format", "json", corrupt.file], in: Fixtures.corrupt)
        #expect(result.status == corrupt.status)
        guard corrupt.error.isEmpty else {
            #expect(result.output.isEmpty)
            return
        }
        let json = try JSON(result.output)
        #expect(json["complete"].flag == corrupt.first.hasPrefix("complete: true"))
        #expect(json["incomplete_reason"].isNull == (json["complete"].flag == true))
    }

    /// Damage behind good blocks: their events are there, and nothing else.
    @Test(arguments: ["bit-flipped-in-plane", "bit-flipped-in-block-head", "truncated-in-block"])
    func goodBlocksAreDumped(name: String) throws {
        let whole = try Tool.run(["dump", Fixtures.trace("several-blocks")])
        let part = try Tool.run(["dump", name + ".ktrace"], in: Fixtures.corrupt)
        #expect(part.status == (name.hasPrefix("truncated") ? 0 : 65))
        #expect(part.errorLines.count == 1)
        #expect(part.error.contains("\(name).ktrace: complete: false ("))
        #expect(part.lines.count % 2300 == 0)
        #expect(part.lines.count >= 2300)
        #expect(whole.text.hasPrefix(part.text))
    }

    private func check(_ result: ToolResult, _ corrupt: CorruptCase, status: Int32) {
        #expect(result.status == status, "\(result.error)")
        let first = result.lines.first ?? ""
        #expect(corrupt.first.isEmpty ? first.isEmpty : first.contains(corrupt.first))
        #expect(result.errorLines.count == (corrupt.error.isEmpty ? 0 : 1), "\(result.error)")
        #expect(corrupt.error.isEmpty || result.error.contains(corrupt.error), "\(result.error)")
        if let recorded = corrupt.recorded {
            let line = result.lines.first { $0.hasPrefix("  recorded: ") }
            #expect(line?.hasPrefix("  recorded: \(recorded)") == true, "\(line ?? "no line")")
        }
    }
}

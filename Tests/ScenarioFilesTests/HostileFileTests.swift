import ReclaimEngine
import ScenarioFiles
import TestRandomness
import Testing
import Workloads
import YAMLTrees

/// Files that nobody wrote to be read.
@Suite struct HostileFileTests {
    private static func repeated(_ text: String, _ count: Int) -> String {
        String(repeating: text, count: count)
    }

    @Test(arguments: [
        repeated("[", 500_000), repeated("- ", 400_000), repeated("{a: ", 200_000),
        repeated("? ", 400_000), repeated("\"a\": ", 100_000), repeated("[a, ", 200_000),
        repeated("!!binary ", 100_000), repeated("%TAG ! tag:x\n", 50_000),
        "\"" + repeated("x", 1_000_000), repeated("|\n", 100_000), repeated("'", 1_000_000),
        "[" + repeated("[],", 100_000) + "]", repeated("a: 1\n", 20_000),
        (1...1300).map { repeated("  ", min($0, 300)) + "a:\n" }.joined(),
        "a:\n" + repeated(" ", 1_000_000) + "b: 1", repeated("#", 1_000_000),
        repeated("\u{2028}", 100_000), repeated("---\n", 100_000),
    ])
    func isRefused(text: String) {
        #expect(throws: ScenarioFileError.self) { try ScenarioFile(yaml: Array(text.utf8)) }
    }

    /// Nested aliases grow to a number of nodes that no memory holds; keys made of them have to be
    /// compared with each other.
    @Test func aliasesNeverReachTheParser() {
        var text = "a0: &a0 [x, x]\n"
        for level in 1...60 {
            text += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n"
        }
        text += "? *a60\n: 1\n? *a60\n: 2\n"
        for hidden in [text, "? \"a\"\n: \"# \"\n" + text, "[\"x\"&a y, \"x\"*a]", "{?&a x: *a}"] {
            do {
                _ = try ScenarioFile(yaml: Array(hidden.utf8))
                Issue.record("it was read")
            } catch {
                #expect(error.problem.contains("anchor"), "\(error)")
            }
        }
    }

    @Test(arguments: ["a: x & y", "a: 2 * 3", "a: AT&T", "a: a*b", "# 3 * 4 & 5\na: b"])
    func signsInATextAreNoAnchors(text: String) {
        do {
            _ = try ScenarioFile(yaml: Array(text.utf8))
        } catch {
            #expect(error.problem.hasPrefix("unknown key"), "\(error)")
        }
    }

    /// Bytes of good files changed, removed, doubled and mixed: an error in one line, or a scenario
    /// without contradiction that reads back.
    @Test(arguments: TestSeeds.chosen(1...20))
    func mutatedFilesEndWell(seed: UInt64) throws {
        var random = TestRandom(seed: seed)
        var loaded = 0
        for _ in 0..<60 {
            let original =
                random.isOneIn(2)
                ? RoundTripTests.file(&random).yaml
                : random.choice(Presets.all).yaml
            let bytes = Self.mutated(Array(original.utf8), &random)
            do {
                let file = try ScenarioFile(yaml: bytes)
                loaded += 1
                #expect(file.scenario.contradiction == nil, "seed \(seed)")
                #expect(try ScenarioFile(yaml: Array(file.yaml.utf8)) == file, "seed \(seed)")
            } catch {
                let sentence = error.sentence(file: "f")
                #expect(!sentence.contains { $0.isNewline }, "seed \(seed): \(sentence)")
                #expect(sentence.utf8.count < 1000, "seed \(seed): \(sentence)")
                #expect(error.position.line >= 1 && error.position.column >= 1, "seed \(seed)")
            }
        }
        // Mutations are small enough that some files stay good.
        #expect(loaded > 0, "seed \(seed)")
    }

    private static func mutated(_ bytes: [UInt8], _ random: inout TestRandom) -> [UInt8] {
        var bytes = bytes
        let pieces = [
            "[", "]", "{", "}", ":", ": ", "- ", "\n", "  ", "'", "\"", "#", "&a", "*a", "!x ", "%",
            "|", ">", "~", "null", "-1", "999999999999999999999", "0", "\t", "é", "\u{0}", "? ",
        ]
        for _ in 0..<random.choice([1, 1, 2, 8]) {
            let place = random.below(bytes.count)
            switch random.below(5) {
            case 0: bytes[place] = UInt8(truncatingIfNeeded: random.bits())
            case 1: bytes.remove(at: place)
            case 2: bytes.insert(contentsOf: random.choice(pieces).utf8, at: place)
            case 3:
                let end = min(place + random.below(40), bytes.count)
                bytes.insert(contentsOf: bytes[place..<end], at: random.below(bytes.count))
            default:
                let end = min(place + random.below(20), bytes.count - 1)
                bytes.removeSubrange(place..<end)
            }
            if bytes.count < 2 { return bytes + [0x20, 0x20] }
        }
        return bytes
    }
}

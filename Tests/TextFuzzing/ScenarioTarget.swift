public import FuzzProperties
import ScenarioFiles
import Workloads
import YAMLTrees

/// Any bytes, read as a scenario file.
public enum ScenarioTarget {
    /// Checks that a file is refused in one line or holds a scenario that reads back.
    ///
    /// - Throws: `BrokenProperty`.
    public static func check(_ bytes: [UInt8]) throws(BrokenProperty) {
        let file: ScenarioFile
        do {
            file = try ScenarioFile(yaml: bytes)
        } catch {
            let sentence = error.sentence(file: "f")
            try require(!sentence.contains { $0.isNewline }, "an error has two lines: \(sentence)")
            try require(sentence.utf8.count < 2_000, "an error is long: \(sentence)")
            try require(
                error.position.line >= 1 && error.position.column >= 1,
                "an error has no place: \(sentence)")
            return
        }
        try require(file.scenario.contradiction == nil, "a scenario contradicts itself")
        let text = file.yaml
        do {
            let back = try ScenarioFile(yaml: Array(text.utf8))
            try require(back == file, "a scenario does not read back: \(text)")
        } catch let error as BrokenProperty {
            throw error
        } catch {
            throw BrokenProperty("a printed scenario is refused: \(error)")
        }
    }
}

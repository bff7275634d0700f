public import FuzzProperties
import ScenarioFiles
import Workloads

/// Any bytes, read as the free lists of a host.
public enum FreeListsTarget {
    /// Checks that a file is refused in one line, or that its lists fit a scenario or not.
    ///
    /// - Throws: `BrokenProperty`.
    public static func check(_ bytes: [UInt8]) throws(BrokenProperty) {
        let lists: FreeLists
        do {
            lists = try FreeLists(bytes)
        } catch {
            let sentence = error.sentence(file: "f")
            try require(!sentence.contains { $0.isNewline }, "an error has two lines: \(sentence)")
            try require(error.line >= 1, "an error has no place: \(sentence)")
            return
        }
        try require(!lists.domains.isEmpty, "there is no domain")
        for domain in lists.domains {
            try require(domain.freePages >= 0, "\(domain.freePages) free pages")
            try require(domain.blocks.allSatisfy { $0 >= 0 }, "blocks are \(domain.blocks)")
            try require(domain.contiguousBlocks >= 0, "\(domain.contiguousBlocks) blocks")
        }
        guard var file = Presets.named("unit") else {
            throw BrokenProperty("there is no preset named unit")
        }
        do {
            let lines = try file.take(lists)
            try require(lines.count == lists.domains.count, "a line for each domain")
            try require(file.scenario.contradiction == nil, "a scenario contradicts itself")
        } catch let error as BrokenProperty {
            throw error
        } catch {
            try require(!"\(error)".contains { $0.isNewline }, "an error has two lines: \(error)")
        }
    }
}

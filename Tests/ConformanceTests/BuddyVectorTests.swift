import PhysicalMemory
import Testing

/// Free-list operations against the recorded ones.
struct BuddyVectorTests {
    @Test(arguments: [(1, 12000), (2, 12000), (3, 12000), (4, 12000), (5, 12000), (6, 8000)])
    func buddyOperationsGiveTheRecordedPagesAndLists(number: Int, operations: Int) throws {
        var reader = try VectorReader("buddy-\(number).txt.gz")
        var replay = try BuddyReplay(&reader)
        while reader.advance() {
            if reader.word(0) == "end" { break }
            try replay.step(&reader)
        }
        #expect(replay.operations == operations)
        #expect(replay.checks > 300)
        #expect(replay.memory.stateDigest == replay.memory.recomputedStateDigest())
    }
}

private struct BuddyReplay {
    var memory: PhysicalMemory
    var operations = 0
    var checks = 0

    init(_ reader: inout VectorReader) throws {
        guard reader.advance(), reader.word(0) == "name" else {
            throw reader.mismatch("a buddy file begins with its name")
        }
        memory = PhysicalMemory(segments: try reader.readSegments())
        while reader.advance() && reader.word(0) != "lists" {}
        try compareLists(&reader)
        guard reader.advance(), reader.word(0) == "ops" else {
            throw reader.mismatch("operations expected")
        }
    }

    mutating func step(_ reader: inout VectorReader) throws {
        switch reader.word(0) {
        case "H":
            checks += 1
            let domain = try reader.int(1)
            try reader.expect(reader.word(2), StateDump.listHash(memory, domain), "list hash")
            let listed = memory.domains[domain].listedPageCount
            try reader.expect(try reader.int(3), listed, "pages in lists")
            return
        case "lists":
            try compareLists(&reader)
            let faults = memoryFaults()
            if !faults.isEmpty { throw reader.mismatch("invariants: \(faults)") }
            return
        case "ap", "af": try allocate(reader)
        case "an": try allocateBatch(reader)
        case "ac": try allocateContiguous(reader)
        case "fp": memory.freeBlock(try reader.int(1), order: try reader.int(2))
        case "fc": memory.freeContiguous(try reader.int(1), count: try reader.int(2))
        case "eq": memory.putBackWithoutMerging(try reader.int(1), count: try reader.int(2))
        default: throw reader.mismatch("unknown operation")
        }
        operations += 1
    }

    /// The free count is not part of these files, so the counts are left out.
    private func memoryFaults() -> [String] {
        memory.checkInvariants(allowsUnmergedBuddies: true).filter { !$0.hasPrefix("domain") }
    }

    private func compareLists(_ reader: inout VectorReader) throws {
        try reader.expectLines(StateDump.listLines(memory) + ["E"])
    }

    private func pool(_ number: Int) -> FreePool { number == 0 ? .standard : .direct }

    private mutating func allocate(_ reader: VectorReader) throws {
        let page = memory.allocateBlock(
            domain: try reader.int(1), pool: pool(try reader.int(2)), order: try reader.int(3),
            kind: .wired)
        try reader.expect(try reader.int(4), page ?? -1, "page")
    }

    private mutating func allocateBatch(_ reader: VectorReader) throws {
        var runs: [PhysicalMemory.PageRun] = []
        let got = memory.allocatePages(
            try reader.int(3), domain: try reader.int(1), pool: pool(try reader.int(2)),
            kind: .wired, into: &runs)
        try reader.expect(try reader.int(4), got, "pages got")
        var expected: [Int] = []
        for index in 5..<max(5, reader.count) {
            let parts = reader.word(index).split(separator: ":").compactMap { Int($0) }
            expected += parts[0]..<parts[0] + parts[1]
        }
        try reader.expect(expected, runs.flatMap { $0.page..<$0.page + $0.count }, "pages")
    }

    private mutating func allocateContiguous(_ reader: VectorReader) throws {
        let page = memory.allocateContiguous(
            domain: try reader.int(1), count: try reader.int(2),
            bounds: AddressBounds(
                low: try reader.uint(3), high: try reader.uint(4),
                alignment: try reader.uint(5), boundary: try reader.uint(6)),
            kind: .wired)
        try reader.expect(try reader.int(7), page ?? -1, "page")
    }
}

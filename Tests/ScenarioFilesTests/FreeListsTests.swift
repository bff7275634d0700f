import ReclaimEngine
import ScenarioFiles
import TestRandomness
import Testing
import Workloads
import YAMLTrees

/// Free lists of real hosts.
@Suite struct FreeListsTests {
    private func lists(_ name: String) throws -> FreeLists {
        try FreeLists(try RepositoryFiles.bytes("Fixtures/fragmentation/\(name).txt"))
    }

    private func sentence(_ text: String) -> String {
        do {
            _ = try FreeLists(Array(text.utf8))
            return "fine"
        } catch {
            return error.sentence(file: "f")
        }
    }

    @Test func poolsAndListsOfFreeBSDAreAddedUp() throws {
        let lists = try lists("freebsd-two-domains")
        #expect(lists.source == .freebsd)
        #expect(lists.domains.map(\.number) == [0, 1])
        #expect(
            lists.domains[0].blocks == [21_000 + 9100 + 310, 4200 + 700 + 20, 3, 1]
                + [Int](repeating: 0, count: 9))
        #expect(
            lists.domains[1].blocks == [18_500 + 6050, 2600 + 311, 2]
                + [Int](repeating: 0, count: 9) + [1])
        #expect(lists.domains[0].freePages == 30_410 + 2 * 4920 + 4 * 3 + 8)
        #expect(lists.domains[0].contiguousBlocks == 4)
        #expect(lists.domains.map(\.pageCount) == [nil, nil])
    }

    /// 4 GiB are 1,048,576 pages; what the thresholds say is exact to 200 pages.
    @Test func thresholdsOfFreeBSDTellTheSize() throws {
        let lists = try lists("freebsd-two-domains-sizes")
        for domain in lists.domains {
            let pageCount = try #require(domain.pageCount)
            #expect((1_048_576 - 200...1_048_576).contains(pageCount))
        }
    }

    /// The size is found for a host of any size, and not where somebody changed a threshold.
    @Test(arguments: TestSeeds.all)
    func everySizeIsFound(seed: UInt64) throws {
        var random = TestRandom(seed: seed)
        for _ in 0..<200 {
            let pages = random.number(2048...100_000_000)
            let reserved = 66 + pages / 768
            let min = reserved + 4 + (pages - 1024) / 200
            func lists(_ min: Int) throws -> FreeLists {
                let text = """
                    DOMAIN 0:
                      0 (     4K)  |  9
                    vm.domain.0.stats.free_min: \(min)
                    vm.domain.0.stats.free_reserved: \(reserved)
                    """
                return try FreeLists(Array(text.utf8))
            }
            let found = try #require(try lists(min).domains[0].pageCount)
            #expect((pages - 200...pages).contains(found), "seed \(seed): \(pages)")
            #expect(try lists(min + 50).domains[0].pageCount == nil, "seed \(seed)")
        }
    }

    @Test func zonesOfLinuxAreAddedUp() throws {
        let lists = try lists("linux-one-node")
        #expect(lists.source == .linux)
        #expect(lists.domains.count == 1)
        #expect(
            lists.domains[0].blocks
                == [6158, 3041, 1255, 683, 468, 336, 295, 378, 509, 333, 2963, 0, 0])
        #expect(lists.domains[0].pageCount == nil)
    }

    @Test func managedPagesOfLinuxTellTheSize() throws {
        let lists = try lists("linux-two-nodes-sizes")
        #expect(lists.domains.map(\.number) == [0, 1])
        #expect(lists.domains.map(\.pageCount) == [3840 + 1_021_440, 1_032_192])
        #expect(lists.domains[1].blocks == [61_337, 7704] + [Int](repeating: 0, count: 11))
    }

    @Test func ordersAbove12AreSeveralOfOrder12() throws {
        let orders = "0 0 0 0 0 0 0 0 0 0 0 0 1 2 3"
        let lists = try FreeLists(Array("Node 3, zone Normal \(orders)\n".utf8))
        #expect(lists.domains[0].number == 3)
        #expect(lists.domains[0].blocks[12] == 1 + 2 * 2 + 3 * 4)
    }

    @Test(arguments: [
        ("", "f:1: neither FreeBSD's vm.phys_free nor Linux's /proc/buddyinfo"),
        ("MemTotal: 5 kB", "f:1: neither FreeBSD's vm.phys_free nor Linux's /proc/buddyinfo"),
        ("a\nNode 0, zone Normal 1 x 2", "f:2: 'x' is not a number of blocks"),
        ("Node 0, zone Normal 1 -2", "f:1: '-2' is not a number of blocks"),
        ("Node 0, zone Normal 99999999999", "f:1: '99999999999' is not a number of blocks"),
        ("Node 0, zone Normal" + String(repeating: " 1", count: 22), "f:1: more than 21 orders"),
        ("Node x, zone Normal 1", "f:1: not the beginning of a zone: 'Node x, zone Normal 1'"),
        (
            "Node 0, zone Normal\n managed 5",
            "f:1: sizes of zones without the free lists of /proc/buddyinfo"
        ),
        ("DOMAIN 0:\n", "f:1: there is no row of an order behind this line"),
        ("DOMAIN 1:\n", "f:1: domain 1 where domain 0 is expected"),
        ("DOMAIN 0:\n 0 (   4K) | 3 | x", "f:2: 'x' is not a number of blocks"),
        (
            "DOMAIN 0:\n 0 (  16K) | 3",
            "f:2: order 0 must be blocks of 4K; only pages of 4K are modelled"
        ),
    ])
    func eachFaultHasItsLine(text: String, start: String) {
        #expect(sentence(text) == start)
    }

    @Test func foreignBytesAreRefused() {
        #expect(throws: FreeListsError.self) { try FreeLists([0xff, 0xfe]) }
        let large = [UInt8](repeating: 0x0a, count: 1 << 20 | 1)
        #expect(throws: FreeListsError.self) { try FreeLists(large) }
    }

    @Test(arguments: TestSeeds.all)
    func mutatedFilesEndWell(seed: UInt64) throws {
        var random = TestRandom(seed: seed)
        for name in ["freebsd-two-domains-sizes", "linux-two-nodes-sizes"] {
            let bytes = try RepositoryFiles.bytes("Fixtures/fragmentation/\(name).txt")
            for _ in 0..<50 {
                var changed = bytes
                for _ in 0..<random.number(1...5) {
                    changed[random.below(changed.count)] = UInt8(random.number(10...Int64(120)))
                }
                guard let lists = try? FreeLists(changed) else { continue }
                for domain in lists.domains { #expect(domain.freePages >= 0, "seed \(seed)") }
                var preset = try #require(Presets.named("half"))
                _ = try? preset.take(lists)
                #expect(preset.scenario.contradiction == nil, "seed \(seed)")
            }
        }
    }

    // MARK: Into a scenario

    @Test func knownSizesMakeTheHost() throws {
        var file = try #require(Presets.named("small"))
        let lists = try lists("linux-two-nodes-sizes")
        let taken = try file.take(lists)
        #expect(
            taken == [
                "buddyinfo, node 0: 70499 free pages of 1025280 pages, 26 free blocks of 16 KiB or "
                    + "more",
                "buddyinfo, node 1: 76745 free pages of 1032192 pages, 0 free blocks of 16 KiB or "
                    + "more",
            ])
        #expect(file.scenario.host.domains.map(\.pageCount) == [1_025_280, 1_032_192])
        #expect(file.scenario.host.domains.map(\.cpuCount) == [4, 4])
        #expect(file.scenario.freeBlocks == lists.domains.map(\.blocks))
        // 147,244 of 2,057,472 pages.
        #expect(file.scenario.freePpm == 71_565)
        #expect(try ScenarioFile(yaml: Array(file.yaml.utf8)) == file)
    }

    @Test func unknownSizesAreScaled() throws {
        var file = try #require(Presets.named("half"))
        let before = file.scenario
        let lists = try lists("freebsd-two-domains")
        _ = try file.take(lists)
        #expect(file.scenario.host == before.host)
        for (domain, blocks) in file.scenario.freeBlocks.enumerated() {
            let pages = Int64(before.host.domains[domain].pageCount)
            #expect(Scenario.freePages(blocks) == pages * before.freePpm / 1_000_000)
            // The mixture stays: blocks of order 1 in proportion.
            let own = lists.domains[domain]
            let expected =
                Double(own.blocks[1]) * Double(Scenario.freePages(blocks))
                / Double(own.freePages)
            #expect(abs(Double(blocks[1]) - expected) <= 1)
        }
        #expect(abs(file.scenario.freePpm - before.freePpm) <= 1)
    }

    @Test func anotherNumberOfDomainsWithoutSizesIsRefused() throws {
        var file = try #require(Presets.named("unit"))
        let lists = try lists("freebsd-two-domains")
        #expect(throws: FreeListsMismatch.domains(file: 2, scenario: 1)) { try file.take(lists) }
        #expect(file == Presets.named("unit"))
    }

    @Test func moreFreeThanThereIsIsRefused() throws {
        var file = try #require(Presets.named("unit"))
        let text = """
            Node 0, zone Normal 2040
            Node 0, zone Normal
              managed 2048
            """
        let lists = try FreeLists(Array(text.utf8))
        #expect(throws: FreeListsMismatch.self) { try file.take(lists) }
        let small = try FreeLists(
            Array(text.replacing("2040", with: "5").replacing("2048", with: "90").utf8))
        #expect(throws: FreeListsMismatch.size(domain: 0, pages: 90)) { try file.take(small) }
    }
}

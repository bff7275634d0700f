import Testing
import TraceCore

@testable import LinuxHost

@Suite struct HostMemoryTests {
    private static let zoneinfo = """
        Node 0, zone      DMA
          per-node stats
              nr_inactive_anon 100
              nr_active_anon 20
              nr_inactive_file 300
              nr_active_file 40
          pages free     3840
                boost    0
                min      14
          pagesets
            cpu: 0
                      count:    5
            cpu: 1
                      count:    7
        Node 0, zone   Normal
          pages free     1000
          pagesets
            cpu: 0
                      count: 50
        Node 1, zone   Normal
          per-node stats
              nr_inactive_anon 1
              nr_active_file 2
          pages free     9
        """
    private static let buddyinfo = """
        Node 0, zone      DMA      0      1      2      0      0      0      0      0      1      1      3 
        Node 0, zone   Normal    705    502      2      8   2835   1103    357    270     95    434   1537 
        """

    private func memory(_ zoneinfo: String, _ buddyinfo: String) -> HostMemory {
        HostMemory(zoneinfo: Array(zoneinfo.utf8), buddyinfo: Array(buddyinfo.utf8))
    }

    @Test func zonesOfANodeAddUp() throws {
        let nodes = memory(Self.zoneinfo, Self.buddyinfo).nodes
        try #require(nodes.count == 2)
        #expect(nodes[0].freePages == 4840)
        #expect(nodes[0].activePages == 60)
        #expect(nodes[0].inactivePages == 400)
        #expect(nodes[0].cpuListPages == 62)
        #expect(nodes[0].blocks == [705, 503, 4, 8, 2835, 1103, 357, 270, 96, 435, 1540, 0, 0])
        #expect(nodes[1].node == 1)
        #expect(nodes[1].freePages == 9)
        #expect(nodes[1].blocks.isEmpty)
        #expect(nodes[1].cpuListPages == -1)
    }

    @Test func aSampleHasAValueForEveryColumn() throws {
        let memory = memory(Self.zoneinfo, Self.buddyinfo)
        let reading = HostReading(
            monotonicNs: 5, memory: memory, counters: [("vmstat.pageoutrun", 3)],
            settings: [("vm.defrag_mode", 1)])
        let events = reading.events
        #expect(events.map(\.kind) == [.sample, .sample, .counter, .set])
        for event in events {
            let kind = try #require(StandardSchema.schema.kind(event.kind))
            #expect(event.values.count + (event.name == nil ? 0 : 1) == kind.columns.count)
        }
        let kind = try #require(StandardSchema.schema.kind(.sample))
        func value(_ name: String, _ event: Int) throws -> Int64 {
            events[event].values[try #require(kind.columnIndex(name))]
        }
        #expect(try value("free_pages", 0) == 4840)
        #expect(try value("blocks_10", 0) == 1540)
        #expect(try value("blocks_12", 0) == 0)
        #expect(try value("blocks_0", 1) == -1)
        #expect(try value("active", 0) == 60)
        #expect(try value("inactive", 0) == 400)
        #expect(try value("pgcache_pages", 0) == 62)
        #expect(try value("running", 0) == 0)
        #expect(events[2].name == "vmstat.pageoutrun")
        #expect(events[3].values == [1])
    }

    @Test(arguments: [
        "", "Node", "Node x, zone", "pages free 5", "Node 99999999999, zone a\n pages free 5",
        "Node 0", "\u{0}", "Node -1, zone a\npages free 5",
    ])
    func textsWithoutANodeGiveNoSample(_ text: String) {
        let nodes = memory(text, text).nodes
        #expect(nodes.allSatisfy { $0 == NodeMemory(node: $0.node) })
    }

    @Test func sumsThatDoNotFitStayWhatTheyWere() {
        let text = """
            Node 0, zone A
            pages free 9223372036854775807
            Node 0, zone B
            pages free 9223372036854775807
            """
        #expect(memory(text, "").nodes.map(\.freePages) == [.max])
    }

    @Test func thereAreNotMoreNodesThanLinuxCanHave() {
        let text = (0..<5000).map { "Node \($0), zone A\n" }.joined()
        #expect(memory(text, "").nodes.count == HostMemory.nodesMax)
    }

    @Test func nodesAreAscendingWhateverTheirOrderInTheText() {
        let text = [3, 0, 2, 1].map { "Node \($0), zone A\npages free 1\n" }.joined()
        #expect(memory(text, "").nodes.map(\.node) == [0, 1, 2, 3])
    }
}

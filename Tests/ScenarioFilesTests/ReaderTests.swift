import ReclaimEngine
import ScenarioFiles
import Testing
import Workloads
import YAMLTrees

/// What is refused, and the line that says so.
@Suite struct ReaderTests {
    /// A file that is good but for what is put in for `requests`, `fragmentation` or behind it.
    private static func text(_ changes: String, requests: String = "  peak: 1Gb/s") -> String {
        """
        name: x
        domains:
          - {memory: 64MiB, cpus: 2}
        requests:
        \(requests)
        \(changes)
        """
    }

    private func sentence(_ text: String) -> String {
        do {
            _ = try ScenarioFile(yaml: Array(text.utf8))
            return "fine"
        } catch {
            return error.sentence(file: "f")
        }
    }

    @Test func aSmallFileIsEnough() throws {
        let file = try ScenarioFile(yaml: Array(Self.text("").utf8))
        #expect(file.scenario.name == "x")
        #expect(file.scenario.host.domains.map(\.pageCount) == [16_384])
        #expect(file.scenario.host.domains.map(\.firstPage) == [65_536])
        #expect(file.scenario.peakBitsPerSecond == 1_000_000_000)
    }

    @Test(arguments: [
        ("requests: 5", "f:4:1: requests: is there more than once"),
        ("sead: 5", "f:6:1: sead: unknown key, did you mean seed?; allowed: name, summary, "),
        ("qwertyuiop: 5", "f:6:1: qwertyuiop: unknown key; allowed: name, summary, "),
        ("seed: -5", "f:6:7: seed: -5 is out of range; allowed: 0 to 9223372036854775807"),
        ("seed: [5]", "f:6:7: seed: a list where one value is expected; allowed: 0 to "),
        ("seed: {a: 5}", "f:6:7: seed: a group of keys where one value is expected; allowed: 0"),
        ("seed:", "f:6:6: seed: nothing where one value is expected; allowed: 0 to "),
        ("zone: 4", "f:6:7: zone: a single value where keys are expected; allowed: bucket_"),
        (
            "zone:\n  bucket_size: 255",
            "f:7:16: zone.bucket_size: 255 is out of range; allowed: 1 to 254"
        ),
        (
            "fragmentation:\n  fre: 5%",
            "f:7:3: fragmentation.fre: unknown key, did you mean free?; allowed: free, unmov"
        ),
        (
            "fragmentation:\n  free: 95%",
            "f:7:9: fragmentation.free: 95% is out of range; allowed: 1% to 90%"
        ),
        (
            "fragmentation:\n  free: 50%\n  unmovable: 60%",
            "f:8:3: fragmentation.unmovable: free and unmovable memory are more than 100% "
                + "together"
        ),
        (
            "fragmentation:\n  unmovable: 60%\n  free: 50%",
            "f:8:3: fragmentation.free: free and unmovable memory are more than 100% together"
        ),
        (
            "fragmentation:\n  free_blocks: 5",
            "f:7:16: fragmentation.free_blocks: a single value where a list is expected; allowed: "
                + "for each domain a list of 13 numbers, blocks of order 0 to 12"
        ),
        (
            "fragmentation:\n  free_blocks: [[1, 2]]",
            "f:7:17: fragmentation.free_blocks: a list of 2; allowed: for each domain a list of"
        ),
        (
            "fragmentation:\n  free_blocks: [[1,0,0,0,0,0,0,0,0,0,0,0,x]]",
            "f:7:42: fragmentation.free_blocks: 'x' is not a number; allowed: 0 to 2147483648"
        ),
        (
            "fragmentation:\n  free_blocks: [[1,0,0,0,0,0,0,0,0,0,0,0,4]]",
            "f:7:3: fragmentation.free_blocks: free blocks of domain 0 hold 16385 pages, more than "
                + "the 16057 that are not wired for ever"
        ),
        (
            "fragmentation:\n  free_blocks: [[0,0,0,0,0,0,0,0,0,0,0,0,1],[0,0,0,0,0,0,0,0,0,0,0,0,0]]",
            "f:7:3: fragmentation.free_blocks: free blocks of 2 domains for a host with 1"
        ),
        (
            "fragmentation:\n  free: 5%\n  free_blocks: [[0,0,0,0,0,0,0,0,0,0,0,0,1]]",
            "f:7:3: fragmentation.free: contradicts free_blocks, which say how much is free; "
                + "allowed: one of the two"
        ),
        (
            "costs:\n  scan_visit_ns: 60",
            "f:7:18: costs.scan_visit_ns: '60' has no unit, one of ns, us, ms, s, min, h; "
                + "allowed: "
        ),
        ("summary: [a]", "f:6:10: summary: a list where a text is expected; allowed: one line of"),
        (
            "summary: \"a\\nb\"",
            "f:6:10: summary: is not one line; allowed: one line of at most 200"
        ),
        (
            "settings: 5",
            "f:6:11: settings: a single value where a list is expected; allowed: a list of at most"
        ),
        ("settings: [5]", "f:6:12: settings: a single value where keys are expected; allowed: at"),
        (
            "settings:\n  - {at: 1s, name: kern.ipc.tls.max_reclaim}",
            "f:7:5: settings.value: is missing; allowed: -9223372036854775808 to "
        ),
        ("settings:\n  - {at: 1s, value: 5}", "f:7:5: settings.name: is missing"),
        (
            "settings:\n  - {at: 1s, value: 5, name: vm.x, when: 4}",
            "f:7:36: settings.when: unknown key; allowed: at, name, value"
        ),
        (
            "settings:\n  - {at: 1s, value: 5, name: vm.x}",
            "f:7:30: settings.name: vm.x: there is no such setting"
        ),
        (
            "settings:\n  - {at: 1s, value: 99999999, name: kern.ipc.tls.max_reclaim}",
            "f:7:37: settings.name: kern.ipc.tls.max_reclaim=99999999: must be a whole number from"
        ),
        (
            "settings:\n  - {at: 25h, value: 5, name: kern.ipc.tls.max_reclaim}",
            "f:7:10: settings.at: 25h is out of range; allowed: 0ns to 24h"
        ),
        (
            "a: &x 5",
            "f:6:4: '&' before a word makes an anchor or an alias, which are not allowed; "
        ),
        ("a: *x", "f:6:4: '*' before a word makes an anchor or an alias, which are not allowed; "),
        ("? [a]\n: 5", "f:6:3: a key is not a single word"),
        ("a: [[[[[[[[5]]]]]]]]", "f:6:11: nested too deeply"),
        ("a: \"b", "f:6:6: not YAML: found unexpected end of stream"),
        ("a: b: c", "f:6:5: not YAML: mapping values are not allowed in this context"),
        ("a: \u{7}", "f:6:4: control character U+0007"),
        ("a: \u{85}", "f:6:4: control character U+0085"),
        ("---\nb: c", "f:6:1: not YAML: but found another document"),
    ])
    func eachFaultHasItsLine(changes: String, start: String) {
        let sentence = sentence(Self.text(changes))
        #expect(sentence.hasPrefix(start), "\(sentence)")
        #expect(!sentence.contains("\n"))
    }

    @Test(arguments: [
        ("  peek: 1Gb/s", "f:5:3: requests.peek: unknown key, did you mean peak?; allowed: peak, "),
        ("  shape: ramp", "f:4:1: requests.peak: is missing; allowed: 131072b/s to 1000000Gb/s"),
        ("  peak: 1Gb", "f:5:9: requests.peak: 'Gb' is not one of the units b/s, kb/s, Mb/s, "),
        ("  peak: 1kb/s", "f:5:9: requests.peak: 1kb/s is out of range; allowed: 131072b/s to "),
        ("  peak: 1Gb/s\n  low: 120%", "f:6:8: requests.low: 120% is out of range; allowed: "),
        ("  peak: 1Gb/s\n  shape: saw", "f:6:10: requests.shape: 'saw' is not one of constant, "),
        ("  peak: 1Gb/s\n  peak: 2Gb/s", "f:5:3: peak: is there more than once"),
        (
            "  peak: 1Gb/s\n  small: 70%\n  three_pages: 31%",
            "f:7:3: requests.three_pages: small and 3-page records are more than 100% together"
        ),
        (
            "  peak: 1Gb/s\n  freed_in_other_domain: 31%",
            "f:6:3: requests.freed_in_other_domain: records freed on the same CPU and in another "
                + "domain are more than 100% together"
        ),
        (
            "  peak: 1Gb/s\n  shape: burst\n  burst: 20s",
            "f:7:3: requests.burst: a burst is longer than its period"
        ),
    ])
    func faultsOfRequests(requests: String, start: String) {
        let sentence = sentence(Self.text("", requests: requests))
        #expect(sentence.hasPrefix(start), "\(sentence)")
    }

    @Test(arguments: [
        ("", "f:1:1: the file is empty"), ("# nothing", "f:1:1: the file is empty"),
        ("5", "f:1:1: a single value where keys are expected"),
        ("[1, 2]", "f:1:1: a list where keys are expected"),
        ("{}", "f:1:1: name: is missing; allowed: a text of one line"),
        ("name: x", "f:1:1: requests.peak: is missing; allowed: "),
        ("name: ''", "f:1:7: name: nothing where a text is expected; allowed: one line of at most"),
        (
            "name: x\nrequests: {peak: 1Gb/s}",
            "f:1:1: domains: is missing; allowed: a list of 1 to 64 domains with memory and cpus"
        ),
        ("domains: []", "f:1:10: domains: a list of 0; allowed: a list of 1 to 64 domains"),
        ("domains: {memory: 1GiB}", "f:1:10: domains: a group of keys where a list is expected"),
        ("domains:\n- {cpus: 2}", "f:2:3: domains.memory: is missing; allowed: 4MiB to 8192GiB"),
        ("domains:\n- {memory: 1GiB}", "f:2:3: domains.cpus: is missing; allowed: 1 to 1024"),
        (
            "domains:\n- {memory: 1MiB, cpus: 2}",
            "f:2:12: domains.memory: 1MiB is out of range; allowed: 4MiB to 8192GiB"
        ),
        ("domains:\n- {memory: 1GiB, cpus: 2.5}", "f:2:24: domains.cpus: '2.5' is not a whole"),
        (
            "domains:\n- {memory: 1GiB, cpus: 2, first_page: 0}\n- {memory: 1GiB, cpus: 2, "
                + "first_page: 5}",
            "f:3:3: domains.first_page: domain 1 begins at page 5, before the end of the one "
                + "before it; allowed: from 262144"
        ),
    ])
    func faultsOfTheWhole(text: String, start: String) {
        let sentence = sentence(text)
        #expect(sentence.hasPrefix(start), "\(sentence)")
    }

    @Test func bytesThatAreNoTextAreRefused() {
        func problem(_ bytes: [UInt8]) -> String {
            do {
                _ = try ScenarioFile(yaml: bytes)
                return "fine"
            } catch {
                return error.sentence(file: "f")
            }
        }
        #expect(problem(Array("name: a\nb: ".utf8) + [0xff]) == "f:2:4: not UTF-8")
        #expect(problem([0x61, 0x00]) == "f:1:2: control character U+0000")
        #expect(problem([0xc0, 0x80]) == "f:1:1: not UTF-8")
        let large = [UInt8](repeating: 0x20, count: 1 << 20 | 1)
        #expect(problem(large) == "f:1:1: the file has 1048577 bytes; allowed: at most 1048576")
        // A byte order mark is not part of the first key.
        let text = Self.text("")
        #expect(problem([0xef, 0xbb, 0xbf] + Array(text.utf8)) == "fine")
    }

    @Test func domainsFollowEachOther() throws {
        let text = """
            name: three
            domains: [{memory: 65MiB, cpus: 1}, {memory: 1GiB, cpus: 3, first_page: 200000},
              {memory: 4MiB, cpus: 1}]
            requests: {peak: 1Gb/s}
            """
        let domains = try ScenarioFile(yaml: Array(text.utf8)).scenario.host.domains
        // The third begins at the first multiple of 65,536 behind page 462,144.
        #expect(domains.map(\.firstPage) == [65_536, 200_000, 524_288])
        #expect(domains.map(\.cpuCount) == [1, 3, 1])
    }

    @Test func aSectionMayBeEmptyAndAFileMayBeJSON() throws {
        let json = """
            {"name": "x", "domains": [{"memory": "64MiB", "cpus": 2}], "zone": null,
             "requests": {"peak": "1Gb/s"}}
            """
        #expect(throws: ScenarioFileError.self) { try ScenarioFile(yaml: Array(json.utf8)) }
        let other = json.replacing("null", with: "{}")
        let file = try ScenarioFile(yaml: Array(other.utf8))
        #expect(file == (try ScenarioFile(yaml: Array(Self.text("zone:").utf8))))
    }
}

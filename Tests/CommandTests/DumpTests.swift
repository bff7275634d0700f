import Foundation
import Testing

/// Splits a line of CSV without quotes.
private func cells(_ line: String) -> [String] {
    line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
}

@Suite struct DumpTests {
    private let trace = Fixtures.trace("reclaim-batch")

    /// The script reads by the format's document and shares no code with the tool.
    @Test(arguments: ["detail-2", "linux-d3", "several-blocks"])
    func aSecondReaderSeesTheSameEvents(name: String) throws {
        let ours = try Tool.run(
            ["dump", "--format", "ndjson", "--preamble", "none", Fixtures.trace(name)])
        expectFine(ours)
        let script = Fixtures.scripts.appending(path: "edit-trace.py").path
        let theirs = try Tool.start(
            "/usr/bin/env", ["python3", script, "--events", Fixtures.trace(name)]
        ).result()
        expectFine(theirs)
        #expect(!ours.output.isEmpty)
        #expect(ours.output == theirs.output)
    }

    @Test func theThreeFormsSayTheSame() throws {
        let text = try Tool.run(["dump", trace])
        let json = try DumpedEvents(trace).events
        let csv = try Tool.run(["dump", trace, "--format", "csv", "--preamble", "none"])
        expectFine(text)
        expectFine(csv)
        let lines = text.lines
        let rows = csv.lines.map(cells)
        #expect(lines.count == json.count)
        #expect(rows.count == json.count + 1)
        #expect(
            Array(rows[0].prefix(6)) == ["sequence", "time_ns", "kind", "domain", "cpu", "cause"])
        #expect(Set(rows.map(\.count)) == [rows[0].count])
        // Every 997th event, whole.
        for index in stride(from: 0, to: json.count, by: 997) {
            let event = json[index]
            let words = lines[index].split(separator: " ")
            #expect(words[0] == "\(event["sequence"].integer ?? -1)")
            #expect(words[2] == event["kind"].text ?? "")
            let seconds = words[1].split(separator: ".")
            let ns = try #require(Int64(seconds[0])) * 1_000_000_000
            #expect(try ns + #require(Int64(seconds[1])) == event["time_ns"].integer)
            for (column, cell) in zip(rows[0], rows[index + 1]) {
                let value = event[column]
                if value.isNull {
                    #expect(cell == "", "\(column)")
                } else {
                    let shown = value.text ?? value.integer.map(String.init) ?? ""
                    #expect(cell == shown, "\(column)")
                }
            }
        }
        let sequences = json.compactMap { $0["sequence"].integer }
        #expect(sequences == Array(1...Int64(json.count)))
    }

    @Test func kindsAreChosen() throws {
        let all = try DumpedEvents(trace)
        let some = try DumpedEvents(trace, "--kind", "alloc_fail", "--kind", "request").events
        #expect(some.count == all.of("alloc_fail").count + all.of("request").count)
        #expect(Set(some.compactMap { $0["kind"].text }) == ["alloc_fail", "request"])
        // Columns of other kinds are not in the table.
        let csv = try Tool.run(
            ["dump", trace, "--kind", "wait_skip", "--format", "csv", "--preamble", "none"])
        #expect(csv.text == "sequence,time_ns,kind,domain,cpu,cause,thread,free_pages,free_min\n")
    }

    @Test func theWindowIsHalfOpen() throws {
        let all = try DumpedEvents(trace).events
        // Samples lie at whole multiples of 100 ms: on both edges.
        let part = try DumpedEvents(trace, "--begin", "2s", "--end", "2100ms").events
        let inside = all.filter {
            (2_000_000_000..<2_100_000_000).contains($0["time_ns"].integer ?? -1)
        }
        #expect(part.count == inside.count)
        #expect(
            part.compactMap { $0["sequence"].integer }
                == inside.compactMap { $0["sequence"].integer })
        #expect(part.filter { $0["kind"].text == "sample" }.count == 1)
        #expect(try DumpedEvents(trace, "--begin", "1h").events.isEmpty)
        #expect(try DumpedEvents(trace, "--end", "1ns", "--kind", "request").events.isEmpty)
    }

    @Test func domainsAreChosen() throws {
        let all = try DumpedEvents(trace).events
        // Counters of the whole host belong to no domain.
        let ofDomain = all.filter { $0["domain"].integer == 0 }
        #expect(ofDomain.count < all.count)
        #expect(try DumpedEvents(trace, "--domain", "0").events.count == ofDomain.count)
        #expect(try DumpedEvents(trace, "--domain", "1").events.isEmpty)
        let both = try DumpedEvents(trace, "--domain", "1", "--domain", "0").events
        #expect(both.count == ofDomain.count)
    }

    @Test(arguments: Fixtures.allTraces)
    func recordsCoverTheFile(name: String) throws {
        let dump = try Tool.run(["dump", "--records", Fixtures.trace(name)])
        expectFine(dump)
        let rows = dump.lines.map { $0.split(separator: " ").map(String.init) }
        #expect(rows[0] == ["offset", "type", "body_bytes", "data_bytes", "checksum"])
        var end = 0
        for row in rows.dropFirst() {
            #expect(Int(row[0]) == end)
            end += try 24 + #require(Int(row[2])) + #require(Int(row[3]))
            #expect(row[4] == "right")
        }
        let bytes = try Data(contentsOf: URL(filePath: Fixtures.trace(name)))
        #expect(end == bytes.count)
        #expect(rows[1...3].map { $0[1] } == ["header", "schema", "parameters"])
        #expect(rows.last?[1] == "footer")
        let blocks = rows.filter { $0[1] == "block" }.count
        #expect(name == "several-blocks" ? blocks > 2 : blocks >= 1)
    }

    @Test func wrongRecordsAreMarked() throws {
        let path = Fixtures.corrupt.appending(path: "bit-flipped-in-footer.ktrace").path
        let dump = try Tool.run(["dump", "--records", path])
        expectFine(dump)
        #expect(dump.lines.filter { $0.hasSuffix("wrong") }.count == 1)
        #expect(dump.lines.last?.contains(" footer ") == true)
        #expect(dump.lines.last?.hasSuffix("wrong") == true)
    }
}

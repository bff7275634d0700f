import Foundation
import Testing

/// import --from rows, against what a script finds in the same bytes.
@Suite struct RowCommandTests {
    /// Writes rows like those of the neutral stream and says what is in them: per domain the
    /// failures, and the ns between begins and ends of batches.
    private static let script = """
        import random, struct
        rng = random.Random(42)
        time, batch, rows = 10**12, [0] * 4, []
        for n in range(60000):
            time += int(rng.expovariate(1 / 3000))
            domain = rng.randrange(4)
            kind = rng.choice([1, 2, 5, 6, 7, 7, 7, 8, 8, 8, 3])
            value, argument = rng.getrandbits(63), rng.getrandbits(32)
            if kind == 3:
                kind, batch[domain] = 3 + batch[domain], 1 - batch[domain]
            if kind in (5, 6):
                value, argument = 1000 + rng.randrange(9), rng.randrange(3)
            if kind == 7:
                value |= 1 << 63
            rows.append(struct.pack("<QQIHBB", time, value, argument, rng.randrange(64), domain, kind))
        for domain in range(4):
            if batch[domain]:
                time += 1
                rows.append(struct.pack("<QQIHBB", time, 0, 0, 0, domain, 4))
        data = b"".join(rows)
        open("rows.bin", "wb").write(data)
        fails, sums, begun = [0] * 4, [0] * 4, [None] * 4
        for t, value, argument, cpu, domain, kind in struct.iter_unpack("<QQIHBB", data):
            fails[domain] += kind == 1
            if kind == 3:
                begun[domain] = t
            if kind == 4:
                sums[domain] += t - begun[domain]
        for domain in range(4):
            print(fails[domain], sums[domain])
        """

    @Test func countsAndSumsAreThoseOfTheScript() throws {
        let folder = try Folder()
        try folder.write("script.py", Self.script)
        let oracle = try folder.shell("python3 script.py")
        expectFine(oracle)
        let file = Fixtures.package.appending(path: "Fixtures/row-schemas/neutral-stream.yaml").path
        for schema in ["neutral-stream", file] {
            expectFine(
                try folder.run(
                    "import", "--from", "rows", "--schema", schema, "rows.bin", "-o", "r.ktrace",
                    "--force"))
            for (domain, line) in oracle.lines.enumerated() {
                let numbers = line.split(separator: " ").compactMap { Int64($0) }
                let json = try JSON(
                    folder.run("analyze", "r.ktrace", "--format", "json", "--domain", "\(domain)")
                        .output)
                #expect(json["failures"]["count"].integer == numbers[0])
                #expect(json["batches"]["groups"].list[0]["time_ns"].integer == numbers[1])
            }
        }
        // A pipe is as good, and rows come out as they went in.
        expectFine(
            try folder.shell(
                "cat rows.bin | \"$TOOL\" import --from rows --schema neutral-stream - -o p.ktrace")
        )
        #expect(try Identities(folder.path("p.ktrace")) == Identities(folder.path("r.ktrace")))
        let events = try DumpedEvents(folder.path("r.ktrace"), "--kind", "buffer_alloc").events
        let bytes = try folder.read("rows.bin")
        let first =
            try #require(
                stride(from: 23, to: bytes.count, by: 24).first { bytes[$0] == 7 }) - 23
        let address = bytes[first + 8..<first + 16].reversed().reduce(UInt64(0)) {
            $0 << 8 | UInt64($1)
        }
        #expect(events[0]["address"].text == "0x" + String(address, radix: 16))
        #expect(events[0]["sequence"].integer == Int64(first / 24 + 1))
    }

    @Test func whatIsWrongIsSaid() throws {
        let folder = try Folder()
        func row(_ time: UInt8, kind: UInt8) -> [UInt8] {
            [time] + [UInt8](repeating: 0, count: 22) + [kind]
        }
        let good = row(1, kind: 1) + row(5, kind: 2)
        for (bytes, place) in [
            (
                good + [1, 2, 3],
                "rows: the last 3 bytes, from byte 48 on, are less than a row of 24"
            ),
            (good + row(4, kind: 1), "rows: row 3 at byte 48: time goes back from 5 to 4"),
            (good + row(6, kind: 9), "rows: row 3 at byte 48: there is no kind 9"),
        ] {
            try folder.write("rows", bytes)
            let command = ["import", "--from", "rows", "--schema", "neutral-stream", "rows", "-o"]
            expectRefusal(
                try Tool.run(command + ["no.ktrace"], in: folder.url), 65, naming: place)
            #expect(folder.names == ["rows"])
            let partial = try Tool.run(
                command + ["part.ktrace", "--allow-partial"], in: folder.url)
            #expect(partial.status == 0)
            #expect(partial.error.contains(place))
            let kept = try folder.run("dump", "part.ktrace")
            #expect(kept.status == 0)
            #expect(kept.lines.count == 2)
            expectFine(try folder.shell("rm part.ktrace"))
        }
        try folder.write("rows", good + row(6, kind: 9) + row(7, kind: 2))
        let skipping = try folder.run(
            "import", "--from", "rows", "--schema", "neutral-stream", "rows", "-o", "s.ktrace",
            "--skip-unknown")
        #expect(skipping.status == 0)
        #expect(skipping.error.contains("1 events of unknown kinds left out"))
        try folder.write("none", "")
        expectFine(
            try folder.run(
                "import", "--from", "rows", "--schema", "neutral-stream", "none", "-o", "0.ktrace"))
    }

    @Test func schemaFilesAreChecked() throws {
        let folder = try Folder()
        try folder.write("rows", "")
        try folder.write("bad.yaml", "name: x\nrow:\n  bytes: 0\n")
        let command = ["import", "--from", "rows", "rows", "-o", "x.ktrace", "--schema"]
        expectRefusal(
            try Tool.run(command + ["bad.yaml"], in: folder.url), 65, naming: "bad.yaml:3:10:")
        expectRefusal(
            try Tool.run(command + ["none"], in: folder.url), 66, naming: "none", "neutral-stream")
        #expect(folder.names == ["bad.yaml", "rows"])
    }
}

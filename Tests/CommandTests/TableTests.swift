import Foundation
import Testing

/// dump as CSV and NDJSON, and import of what it writes.
@Suite struct TableTests {

    /// Dumps, imports, and compares the identities.
    private func expectSameIdentities(
        _ path: String, _ form: String, _ folder: Folder, _ options: String...
    ) throws {
        let dump = try Tool.run(
            ["dump", path, "--format", form, "-o", "table", "--force"] + options, in: folder.url)
        expectFine(dump)
        expectFine(
            try folder.run("import", "--from", form, "table", "-o", "copy.ktrace", "--force"))
        #expect(try Identities(folder.path("copy.ktrace")) == Identities(path), "\(form) \(path)")
        expectFine(try folder.run("verify", "copy.ktrace"))
    }

    @Test(arguments: Fixtures.allTraces, ["csv", "ndjson"])
    func fixturesKeepTheirIdentities(name: String, form: String) throws {
        let folder = try Folder()
        try expectSameIdentities(Fixtures.trace(name), form, folder)
        // The copy of a trace that can be replayed can be replayed.
        let original = try Tool.run(["replay", Fixtures.trace(name)])
        let copy = try folder.run("replay", "copy.ktrace")
        #expect(copy.status == original.status)
    }

    @Test func everyPolicyKeepsItsIdentities() throws {
        let listed = try Tool.run(["record", "--list-policies"]).lines
        let policies = listed.filter { $0.first?.isWhitespace == false }.compactMap {
            $0.split(whereSeparator: { $0 == " " || $0 == ":" }).first.map(String.init)
        }
        #expect(policies.count >= 3)
        for policy in policies {
            let folder = try Folder()
            try folder.record("run.ktrace", "--policy", policy, "--detail", "2")
            for form in ["csv", "ndjson"] {
                try expectSameIdentities(folder.path("run.ktrace"), form, folder)
            }
        }
    }

    @Test(arguments: ["csv", "ndjson"])
    func pipesWillDo(form: String) throws {
        let folder = try Folder()
        let path = Fixtures.trace("several-blocks")
        expectFine(
            try folder.shell(
                "cat \(path) | \"$TOOL\" dump - --format \(form) | "
                    + "\"$TOOL\" import --from \(form) - -o - > copy.ktrace"))
        #expect(try Identities(folder.path("copy.ktrace")) == Identities(path))
    }

    @Test func withoutSnapshotsTheTraceIsAnother() throws {
        let folder = try Folder()
        let path = Fixtures.trace("several-blocks")
        try folder.write(
            "table",
            try Tool.run(["dump", path, "--format", "csv", "--preamble", "short"]).output)
        let short = try folder.run("import", "--from", "csv", "table", "-o", "copy.ktrace")
        #expect(short.status == 0)
        #expect(short.error.contains("another input, content id"))
        let whole = try Tool.run(["dump", path, "--format", "csv"])
        // One event less.
        let lines = whole.lines
        try folder.write(
            "less", (lines.dropLast(2) + [lines[lines.count - 1]]).joined(separator: "\n") + "\n")
        let less = try folder.run("import", "--from", "csv", "less", "-o", "less.ktrace")
        #expect(less.status == 0)
        #expect(less.error.contains("this is not all of the dumped trace"))
        #expect(less.error.contains("content id"))
    }

    @Test func aCutTableIsIncomplete() throws {
        let folder = try Folder()
        let path = Fixtures.trace("several-blocks")
        expectFine(
            try folder.shell("\"$TOOL\" dump \(path) --format ndjson | head -n 500 > table"))
        let result = try folder.run("import", "--from", "ndjson", "table", "-o", "cut.ktrace")
        #expect(result.status == 0)
        #expect(result.error.contains("complete: false"))
        #expect(try folder.run("info", "cut.ktrace").status == 0)
    }

    @Test func hostileLinesAreNamed() throws {
        let folder = try Folder()
        let head = "time_ns,kind,order\n1,alloc_fail,3\n"
        for (row, place) in [
            ("2,alloc_fail,x\n", "bad:3:14: order: 'x'"), ("2,boo,1\n", "bad:3:3: kind:"),
            ("0,alloc_fail,1\n", "bad:3:1: time_ns: time goes back"),
            ("2,alloc_fail,\"1\n", "bad:3:14: a quote that nothing ends"),
            ("2,alloc_fail\n", "bad:3:3: 2 cells"),
        ] {
            try folder.write("bad", head + row)
            expectRefusal(
                try folder.run("import", "--from", "csv", "bad", "-o", "no.ktrace"), 65,
                naming: place)
            #expect(folder.names == ["bad"])
            let partial = try folder.run(
                "import", "--from", "csv", "bad", "-o", "part.ktrace", "--allow-partial")
            #expect(partial.status == 0)
            #expect(partial.error.contains(place))
            #expect(partial.error.contains("complete: false"))
            let kept = try folder.run("dump", "part.ktrace")
            #expect(kept.status == 0)
            #expect(kept.lines.count == 1)
            expectFine(try folder.shell("rm part.ktrace"))
        }
        try folder.write("bad", head + "2,boo,1\n3,alloc_fail,4\n")
        let skipping = try folder.run(
            "import", "--from", "csv", "bad", "-o", "x.ktrace", "--skip-unknown")
        #expect(skipping.status == 0)
        #expect(skipping.error.contains("1 events of unknown kinds left out"))
        #expect(try DumpedEvents(folder.path("x.ktrace")).events.count == 2)
    }

    @Test func anotherFormatIsRecognized() throws {
        let folder = try Folder()
        let path = Fixtures.trace("worked-example")
        try folder.write("events", "{\"time_ns\":1,\"kind\":\"alloc_fail\"}\n")
        for (form, file, word) in [
            ("csv", path, "a trace of this tool"), ("csv", "events", "--from ndjson"),
        ] {
            expectRefusal(
                try folder.run("import", "--from", form, file, "-o", "x.ktrace"), 65, naming: word)
        }
        expectRefusal(
            try folder.run(
                "import", "--from", "ftrace-text", "events", "-o", "x.ktrace"), 65,
            naming: "--from ndjson")
    }

    /// Quotes, commas, lines and letters of all kinds go through both forms.
    @Test func textsOfAllKinds() throws {
        let folder = try Folder()
        try folder.write(
            "events",
            """
            {"time_ns":1,"kind":"alloc_fail","requester":"a\\n\\"b\\", é日\\u0001","gfp":"#x"}

            """)
        expectFine(try folder.run("import", "--from", "ndjson", "events", "-o", "a.ktrace"))
        for form in ["csv", "ndjson"] {
            try expectSameIdentities(folder.path("a.ktrace"), form, folder)
            let event = try DumpedEvents(folder.path("copy.ktrace")).events[0]
            #expect(event["requester"].text == "a\n\"b\", é日\u{1}")
        }
    }
}

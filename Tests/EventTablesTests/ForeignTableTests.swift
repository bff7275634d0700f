import EventTables
import Testing
import TraceCore

/// Tables that others write: no preamble, kinds of the standard schema.
@Suite struct ForeignTableTests {
    @Test func columnsInAnyOrder() throws {
        let run = TableRun("cpu,order,kind,time_ns\n3,9,alloc_fail,100\n,,alloc_fail,250\r\n\n")
        #expect(run.sentence == nil)
        #expect(run.events.map(\.header.sequence) == [1, 2])
        #expect(run.events.map(\.header.timeNs) == [100, 250])
        #expect(run.events.map(\.header.cpu) == [3, -1])
        #expect(run.events.map(\.header.domain) == [-1, -1])
        // Texts that are not there are empty, numbers not known.
        #expect(run.events[0].values == [9, -1, 0, 0, -1, -1, -1])
        #expect(run.events[1].values == [-1, -1, 0, 0, -1, -1, -1])
        guard case .preamble(let preamble) = run.directives[0] else {
            Issue.record("no preamble")
            return
        }
        #expect(preamble.schema == StandardSchema.schema)
        #expect(preamble.parameters == [TextPair("source", "import")])
        #expect(run.result?.hasPreamble == false)
    }

    @Test func labelsFlagsBitsAndTexts() {
        let csv = TableRun(
            """
            time_ns,kind,effect,origin,level,on,address
            1,wake_send,woke,"a ""b"", c",,,
            2,wake_send,3,,,,
            3,domain_level,,,severe,true,
            4,buffer_alloc,,,,,0xFF
            5,domain_level,,,min,0,
            """)
        #expect(csv.sentence == nil)
        let json = TableRun(
            """
            {"kind":"wake_send","time_ns":1,"origin":"a \\u0022b\\", c","effect":"woke","x":null}

            {"time_ns" : 2, "effect":3 , "kind":"wake_send", "cause":null}
              {"time_ns":3,"kind":"domain_level","level":"severe","on":true}
            {"time_ns":4,"kind":"buffer_alloc","address":255}
            {"time_ns":5,"kind":"domain_level","level":"min","on":0}
            """, .ndjson)
        #expect(json.sentence == nil)
        #expect(csv.events.count == 5)
        #expect(csv.described(StandardSchema.schema) == json.described(StandardSchema.schema))
        #expect(csv.strings.strings == ["", "a \"b\", c"])
        #expect(csv.events[0].values == [-1, 0, 1])
        #expect(csv.events[1].values == [-1, 3, 0])
        #expect(csv.events[2].values == [1, 1, -1])
        #expect(csv.events[3].values == [255, -1])
    }

    @Test func unknownKindsAreLeftOutWhenAskedFor() {
        let text = "time_ns,kind,order\n1,alloc_fail,2\n0,boo,x\n2,alloc_fail,3\n"
        #expect(TableRun(text).sentence == "t:3:3: kind: there is no kind 'boo'")
        let run = TableRun(text, skipsUnknown: true)
        #expect(run.sentence == nil)
        #expect(run.events.count == 2)
        #expect(run.result?.skippedEvents == 1)
    }

    @Test func aByteOrderMarkIsPassedOver() {
        let text = "\u{FEFF}time_ns,kind\n1,alloc_fail\n"
        #expect(TableRun(text).events.count == 1)
    }

    private static let wrongCSV: [(String, String)] = [
        ("", "t:1:1: the table is empty"),
        ("\n", "t:2:1: the line with the columns' names is missing"),
        ("# a comment\n", "t:2:1: the line with the columns' names is missing"),
        ("time_ns\n", "t:1:1: kind: the first line does not name this column"),
        ("kind\n", "t:1:1: time_ns: the first line does not name this column"),
        ("kind,time_ns,boo\n", "t:1:14: boo: no kind has a column of this name"),
        ("kind,time_ns,kind\n", "t:1:14: kind: a second column of this name"),
        ("kind,time_ns\nalloc_fail\n", "t:2:1: 1 cells where the first line has 2"),
        ("kind,time_ns\nalloc_fail,1,2\n", "t:2:14: 3 cells where the first line has 2"),
        ("kind,time_ns\nalloc_fail,\n", "t:2:1: time_ns: is missing"),
        (
            "kind,time_ns\nalloc_fail,1.5\n",
            "t:2:12: time_ns: '1.5' is not a whole number that fits"
        ),
        (
            "kind,time_ns\nalloc_fail,5\nalloc_fail,4\n",
            "t:3:1: time_ns: time goes back from 5 to 4"
        ),
        (
            "kind,time_ns,sequence\nalloc_fail,5,2\nalloc_fail,5,2\n",
            "t:3:1: sequence: 2 comes after 2"
        ),
        (
            "kind,time_ns,sequence\nalloc_fail,5,-1\n",
            "t:2:14: sequence: '-1' is not a whole number that fits"
        ),
        (
            "kind,time_ns,cause\nalloc_fail,5,1\n",
            "t:2:1: cause: 1 is not an event before 1"
        ),
        (
            "kind,time_ns,cpu\nalloc_fail,5,2147483648\n",
            "t:2:14: cpu: '2147483648' is not a whole number that fits"
        ),
        (
            "kind,time_ns,reason\nalloc_fail,5,no\n",
            "t:2:14: reason: alloc_fail has no such column"
        ),
        (
            "kind,time_ns,effect\nwake_send,5,maybe\n",
            "t:2:13: effect: 'maybe' is not one of its labels"
        ),
        (
            "kind,time_ns,requester\nalloc_fail,1,\"a\nb\"\nalloc_fail,2,\"x\ny\"z\n",
            "t:5:3: text behind the quote that ends a cell"
        ),
        ("kind,time_ns\nalloc_fail,\"1\n", "t:2:12: a quote that nothing ends"),
        (
            "kind,time_ns\nalloc\"_fail,1\n",
            "t:2:6: a quote inside a cell that does not begin with one"
        ),
        ("kind,time_ns\nalloc_fail\r,1\n", "t:2:11: a carriage return that ends no line"),
        ("#ktls-trace {\n", "t:1:14: '\"' is missing here"),
        (
            "#ktls-trace {\"end\":{\"events\":1}}\n",
            "t:1:1: the first line of its kind is not a preamble"
        ),
    ]

    @Test(arguments: wrongCSV)
    func whatIsWrongWithCSV(text: String, sentence: String) {
        #expect(TableRun(text).sentence == sentence)
    }

    private static let wrongNDJSON: [(String, String)] = [
        ("[]\n", "t:1:1: '{' is missing here"),
        ("{}\n", "t:1:1: kind: is missing"),
        ("{\"kind\":1}\n", "t:1:2: kind: its value is not a text"),
        ("{\"kind\":\"alloc_fail\"}\n", "t:1:1: time_ns: is missing"),
        (
            "\n{\"kind\":\"alloc_fail\",\"time_ns\":\"1\"}\n",
            "t:2:22: time_ns: its value is not a number"
        ),
        (
            "{\"kind\":\"alloc_fail\",\"time_ns\":1,\"time_ns\":1}\n",
            "t:1:34: time_ns: is there more than once"
        ),
        (
            "{\"kind\":\"alloc_fail\",\"time_ns\":1,\"order\":1,\"order\":1}\n",
            "t:1:44: order: is there more than once"
        ),
        (
            "{\"kind\":\"alloc_fail\",\"time_ns\":1,\"boo\":1}\n",
            "t:1:34: boo: alloc_fail has no such column"
        ),
        (
            "{\"kind\":\"alloc_fail\",\"time_ns\":1,\"order\":\"2\"}\n",
            "t:1:43: order: a text where a number is expected"
        ),
        (
            "{\"kind\":\"alloc_fail\",\"time_ns\":1,\"order\":true}\n",
            "t:1:34: order: holds no flags"
        ),
        (
            "{\"kind\":\"alloc_fail\",\"time_ns\":1,\"requester\":5}\n",
            "t:1:46: requester: '5' is not a whole number that fits"
        ),
        (
            "{\"kind\":\"wake_send\",\"time_ns\":1,\"effect\":\"maybe\"}\n",
            "t:1:43: effect: 'maybe' is not one of its labels"
        ),
        (
            "{\"kind\":\"alloc_fail\",\"time_ns\":1.0}\n", "t:1:32: a number that is not whole"
        ),
        (
            "{\"kind\":\"alloc_fail\",\"time_ns\":01}\n", "t:1:32: a number that begins with 0"
        ),
        ("{\"kind\":\"alloc_fail\",\"time_ns\":1} x\n", "t:1:35: text behind the object"),
        (
            "{\"kind\":\"alloc_fail\",\"time_ns\":1,\"order\":[1]}\n",
            "t:1:42: a list or an object where a single value is expected"
        ),
        ("{\"kind\":\"alloc_fail\n", "t:1:9: a text that nothing ends"),
        ("{\"kind\":\"\u{1}\"}\n", "t:1:10: a control character in a text"),
        ("{\"kind\":nul}\n", "t:1:9: no JSON value"),
        ("{\"kind\":\"a\\q\"}\n", "t:1:11: an escape that JSON does not have"),
        ("{\"kind\":\"\\ud800\"}\n", "t:1:10: half of a character"),
        ("{\"kind\":\"\\ud800\\u0041\"}\n", "t:1:10: half of a character"),
        ("{\"kind\":\"\\u12\"}\n", "t:1:12: four digits are missing"),
        ("{\"kind\":\"\\u12g4\"}\n", "t:1:14: no hexadecimal digit"),
    ]

    @Test(arguments: wrongNDJSON)
    func whatIsWrongWithNDJSON(text: String, sentence: String) {
        #expect(TableRun(text, .ndjson).sentence == sentence)
    }

    @Test func textsOfOtherEncodingsAreRefused() {
        let line = Array("time_ns,kind,requester\n1,alloc_fail,a".utf8) + [0xFF, 0x0A]
        #expect(TableRun(line, .csv).sentence == "t:2:14: requester: not UTF-8")
    }

    @Test func charactersBeyondTheBasicPlane() {
        let run = TableRun(
            "{\"kind\":\"alloc_fail\",\"time_ns\":1,\"gfp\":\"\\ud83d\\ude00\\n\"}\n", .ndjson)
        #expect(run.strings.strings == ["", "😀\n"])
    }
}

/// What a table may make the importer keep.
@Suite struct TableLimitTests {
    private let head = "time_ns,kind,requester\n"

    @Test func texts() {
        let limits = TableLimits(texts: 2, textBytes: 4, allTextBytes: 6, lineBytes: 100)
        func sentence(_ texts: [String]) -> String? {
            let rows = texts.map { "1,alloc_fail,\($0)\n" }.joined()
            return TableRun(Array((head + rows).utf8), .csv, limits: limits).sentence
        }
        #expect(sentence(["a", "b", "a", ""]) == nil)
        #expect(sentence(["a", "b", "c"]) == "t:4:14: requester: more than 2 different texts")
        #expect(
            sentence(["abcde"]) == "t:2:14: requester: the text has 5 bytes, more than 4")
        #expect(
            sentence(["abcd", "efg"])
                == "t:3:14: requester: more than 6 bytes of different texts")
    }

    @Test(arguments: TableForm.allCases)
    func aLineThatNeverEnds(form: TableForm) {
        let limits = TableLimits(lineBytes: 1_000)
        let start = form == .csv ? "time_ns,kind\n\"" : "\n{\""
        let bytes = Array(start.utf8) + [UInt8](repeating: 97, count: 5_000)
        let run = TableRun(bytes, form, piece: 1_500, limits: limits)
        #expect(run.sentence == "t:2:1: the line has more than 1000 bytes")
    }

    @Test func deepNesting() {
        let text = "{\"preamble\":" + String(repeating: "[", count: 10_000) + "\n"
        #expect(TableRun(text, .ndjson).sentence == "t:1:20: nested too deeply")
    }
}

/// Lines that are no events.
@Suite struct DirectiveTests {
    private static let kind =
        "{\"number\":1,\"name\":\"k\",\"lane\":\"data\",\"role\":\"input\",\"meaning\":\"\",\"columns\":[]}"

    private static func preamble(
        version: Int = 1, kinds: String = kind, parameters: String = "[]"
    ) -> String {
        """
        {"preamble":{"version":\(version),"part":true,"parameters":\(parameters),\
        "notes":[],"schema":[\(kinds)]}}

        """
    }

    private static let snapshot = """
        {"snapshot":{"name":"a","total_bytes":1,"offset":0,"bytes":1,"zstd_base64":"?"}}

        """

    private static let wrongLines: [(String, String)] = [
        (preamble(version: 2), "t:1:24: version: the table is of version 2; known is 1"),
        (
            preamble(kinds: kind + "," + kind),
            """
            t:1:74: schema: two kinds of one number or name, a kind of number 0, or two columns \
            of one name
            """
        ),
        (
            preamble(parameters: "[[\"a\",\"1\"],[\"a\",\"2\"]]"),
            "t:1:51: parameters: 'a' is there more than once"
        ),
        (preamble(parameters: "[[\"a\"]]"), "t:1:52: parameters: is not a list of two texts"),
        (
            preamble(kinds: kind.replacing("\"data\"", with: "\"slow\"")),
            "t:1:105: lane: 'slow' is not one of 'control', 'data'"
        ),
        (
            preamble(kinds: kind.replacing(":1,", with: ":65536,")),
            "t:1:85: number: is more than 65535"
        ),
        (preamble() + preamble(), "t:2:1: a second preamble"),
        (
            preamble() + "{\"end\":{\"events\":0}}\n{\"time_ns\":1,\"kind\":\"k\"}\n",
            "t:3:1: a line behind the table's end"
        ),
        (
            preamble() + "{\"loss\":{\"kind\":0,\"begin_ns\":2,\"end_ns\":1,\"count\":1}}\n",
            "t:2:9: loss: ends before it begins"
        ),
        (
            preamble() + "{\"notes\":[1]}\n", "t:2:11: notes: is not a list of two texts"
        ),
        (
            preamble() + snapshot, "t:2:76: zstd_base64: is not base64"
        ),
        (preamble() + "{\"end\":{}}\n", "t:2:8: events: is missing"),
    ]

    @Test(arguments: wrongLines)
    func whatIsWrong(text: String, sentence: String) {
        #expect(TableRun(text, .ndjson).sentence == sentence)
    }

    @Test func otherCommentsArePassedOver() {
        let run = TableRun("# by hand\ntime_ns,kind\n#1,alloc_fail\n2,alloc_fail\n# end")
        #expect(run.sentence == nil)
        #expect(run.events.map(\.header.timeNs) == [2])
    }
}

import KernelTraceTestSupport
import KernelTraces
import Testing

private let allocation = RecordWriter(
    "mm_page_alloc", id: 653,
    [
        .init("unsigned long", "pfn", 8, 8), .init("unsigned int", "order", 16, 4),
        .init("unsigned long", "gfp_flags", 24, 8),
        .init("int", "migratetype", 32, 4, signed: true),
    ],
    print: """
        "page=%p pfn=0x%lx order=%d migratetype=%d gfp_flags=%s", REC->pfn != -1UL ? \
        (((struct page *)vmemmap_base) + (REC->pfn)) : ((void *)0), REC->pfn != -1UL ? REC->pfn : 0, \
        REC->order, REC->migratetype, (REC->gfp_flags) ? __print_flags(REC->gfp_flags, "|", \
        {( unsigned long)((( gfp_t)((((1UL))) << (11))) | (( gfp_t)((((1UL))) << (13)))), "GFP_NOWAIT"}, \
        {( unsigned long)(( gfp_t)((((1UL))) << (6))), "__GFP_IO"}, \
        {( unsigned long)(( gfp_t)(((((1UL))) << (10))|((((1UL))) << (11)))), "__GFP_RECLAIM"} \
        ) : "none"
        """)

private func parse(_ text: String) throws -> EventFormat { try EventFormat(Array(text.utf8)) }

private func text(_ format: EventFormat, _ key: String, _ record: [UInt8]) throws -> String? {
    format.text(try #require(format.print.argument(key)), record.span, 0..<record.count)
}

private func integer(_ format: EventFormat, _ key: String, _ record: [UInt8]) throws -> Int64? {
    format.integer(try #require(format.print.argument(key)), record.span, 0..<record.count)
}

@Suite struct FormatTests {
    @Test func fieldsAreReadWithTheirPlaces() throws {
        let format = try EventFormat(allocation.format)
        #expect(format.name == "mm_page_alloc")
        #expect(format.id == 653)
        #expect(format.fields.count == 8)
        let type = try #require(format.field("migratetype"))
        #expect(type.offset == 32 && type.size == 4 && type.isSigned && type.shape == .integer)
        #expect(format.field("common_pid")?.offset == 4)
        #expect(format.field("pfn")?.type == "unsigned long")
        #expect(format.field("none") == nil)
    }

    @Test func shapesFollowFromTheDeclarations() throws {
        let format = try parse(
            """
            name: x
            ID: 7
            format:
            \tfield:char comm[16];\toffset:8;\tsize:16;\tsigned:0;
            \tfield:__data_loc char[] name;\toffset:24;\tsize:4;\tsigned:0;
            \tfield:__rel_loc char[] other;\toffset:28;\tsize:4;\tsigned:0;
            \tfield:const char * fmt;\toffset:32;\tsize:8;\tsigned:0;
            \tfield:u32 buf[];\toffset:40;\tsize:0;\tsigned:0;
            \tfield:enum zone_type idx;\toffset:40;\tsize:4;\tsigned:0;
            print fmt: "x"
            """)
        let shapes = format.fields.map(\.shape)
        #expect(shapes == [.array, .dataLocation, .relativeLocation, .integer, .array, .integer])
        #expect(format.fields.map(\.name) == ["comm", "name", "other", "fmt", "buf", "idx"])
    }

    @Test func textsAreFoundWhereverTheyLie() throws {
        let writer = RecordWriter(
            "x", id: 3,
            [
                .init("char", "comm[8]", 8, 8), .init("__data_loc char[]", "name", 16, 4),
                .init("char", "rest[]", 20, 0),
            ],
            print: #""comm=%s name=%s rest=%s", REC->comm, __get_str(name), REC->rest"#)
        let format = try EventFormat(writer.format)
        let located = writer.record(pid: 1, [:], texts: ["comm": "eight888", "name": "far away"])
        #expect(try text(format, "comm", located) == "eight888")
        #expect(try text(format, "name", located) == "far away")
        let inside = writer.record(pid: 1, [:], texts: ["comm": "abc", "rest": "to the end"])
        #expect(try text(format, "comm", inside) == "abc")
        #expect(try text(format, "rest", inside) == "to the end")
    }

    @Test func aPlaceOutsideTheRecordIsNoText() throws {
        let writer = RecordWriter(
            "x", id: 3, [.init("__data_loc char[]", "name", 8, 4)],
            print: #""name=%s", __get_str(name)"#)
        let format = try EventFormat(writer.format)
        for word: Int64 in [0x0005_0009, 0x0001_000C, 0xFFFF_FFFF, 0x0000_FFFF] {
            let record = writer.record(pid: 1, ["name": word])
            #expect(try text(format, "name", record) == nil, "\(word)")
        }
        let short = Array(writer.record(pid: 1, [:]).prefix(10))
        #expect(try text(format, "name", short) == nil)
    }

    @Test func namesOfBitsComeFromTheFormat() throws {
        let format = try EventFormat(allocation.format)
        func flags(_ value: Int64) throws -> String? {
            try text(format, "gfp_flags", allocation.record(pid: 1, ["gfp_flags": value]))
        }
        #expect(try flags(0) == "none")
        #expect(try flags(1 << 11 | 1 << 13 | 1 << 6) == "GFP_NOWAIT|__GFP_IO")
        #expect(try flags(1 << 10 | 1 << 11) == "__GFP_RECLAIM")
        #expect(try flags(1 << 6 | 1 << 30 | 1) == "__GFP_IO|0x40000001")
        #expect(try flags(1 << 63) == "0x8000000000000000")
    }

    @Test func conditionsChooseWithoutTheOtherSide() throws {
        let format = try EventFormat(allocation.format)
        let failed = allocation.record(pid: 1, ["pfn": -1])
        let fine = allocation.record(pid: 1, ["pfn": 99])
        #expect(try integer(format, "page", failed) == 0)
        #expect(try integer(format, "page", fine) == nil)
        #expect(try integer(format, "pfn", failed) == 0)
        #expect(try integer(format, "pfn", fine) == 99)
    }

    @Test func severalValuesBehindOneKeyBelongTogether() throws {
        let writer = RecordWriter(
            "s", id: 4, [.init("long", "state", 8, 8, signed: true)],
            print: #"""
                "prev_state=%s%s ==> next=%-8s 100%% n=%d", (REC->state & 3) ? \#
                __print_flags(REC->state & 3, "|", { 0x1, "S" }, { 0x2, "D" }) : "R", \#
                REC->state & 4 ? "+" : "", __print_symbolic(REC->state, {1, "one"}), REC->state
                """#)
        let format = try EventFormat(writer.format)
        #expect(format.print.keys == ["prev_state", "next", "n"])
        let states: [(Int64, String)] = [(0, "R"), (4, "R+"), (1, "S"), (3, "S|D"), (6, "D+")]
        for (value, shown) in states {
            let record = writer.record(pid: 1, ["state": value])
            #expect(try text(format, "prev_state", record) == shown)
        }
        #expect(try text(format, "next", writer.record(pid: 1, ["state": 1])) == "one")
        #expect(try text(format, "next", writer.record(pid: 1, ["state": 26])) == "0x1a")
        #expect(format.field(ofArgument: 0)?.name == "state")
        #expect(format.plainNumber(ofArgument: 0) == nil)
        // An eight-byte number that is printed with four is not plain.
        #expect(format.plainNumber(ofArgument: 2) == nil)
    }

    @Test func namesThatOnlyTheKernelKnowsAreLeftOut() throws {
        let text = """
            name: t
            ID: 4
            format:
            \tfield:int reason;\toffset:8;\tsize:4;\tsigned:1;
            print fmt: "reason=%s", (REC->reason) ? __print_flags(REC->reason, "|", {(1 << A), "A"}, \
            {(1 << VMSCAN_THROTTLE_ISOLATED), "ISOLATED"}) : "NONE"
            """
        let record = RecordWriter("t", id: 4, [.init("int", "reason", 8, 4)], print: "").record(
            pid: 1, ["reason": 3])
        func shown(_ constants: [String: Int64]) throws -> String? {
            let format = try EventFormat(Array(text.utf8), constants: constants)
            return format.text(0, record.span, 0..<record.count)
        }
        #expect(try shown([:]) == "0x3")
        #expect(try shown(KernelConstants.unexported) == "ISOLATED|0x1")
        #expect(try shown(["A": 0]) == "A|0x2")
    }

    @Test(arguments: [
        (#""a=%d", REC->v + 2 * 3 - 1"#, 15 as Int64), (#""a=%d", (REC->v + 2) * 3"#, 36),
        (#""a=%d", REC->v >> 1 | 1 << 4"#, 21), (#""a=%d", ~REC->v & 0xff"#, 245),
        (#""a=%d", !REC->v || REC->v == 10 && 1"#, 1), (#""a=%d", -1 < REC->v ? 07 : 'a'"#, 7),
        (#""a=%d", (u64)(unsigned int)REC->v % 4"#, 2), (#""a=%lu", 1UL << REC->v"#, 1024),
        (#""a=%d", REC->v <= 9 ? 1 : REC->v >= 10 ? 2 : 3"#, 2), (#""a=%d", REC->v ^ 3"#, 9),
        (#""%*d a=%d", 4, 5, REC->v"#, 10), (#""x" " a=%d", REC->v / 3"#, 3),
        (#""b=%s a=%d", f(REC->v, (2)), REC->v"#, 10), (#""b=%pI4c a=%d", REC->v[3], REC->v"#, 10),
    ])
    func expressionsAreThoseOfC(print: String, value: Int64) throws {
        let writer = RecordWriter("e", id: 9, [.init("int", "v", 8, 4, signed: true)], print: print)
        let format = try EventFormat(writer.format)
        #expect(try integer(format, "a", writer.record(pid: 1, ["v": 10])) == value)
    }

    @Test(arguments: [
        #""a=%d", REC->w"#, #""a=%d", REC->v / 0"#, #""a=%d", REC->v << 64"#, #""a=%d", g(REC->v)"#,
        #""a=%d", *REC->v"#, #""a=%d", REC->v +"#, #""a=%d", (REC->v"#, #""a=%d", ANY"#,
    ])
    func whatCannotBeComputedHasNoValue(print: String) throws {
        let writer = RecordWriter("e", id: 9, [.init("int", "v", 8, 4, signed: true)], print: print)
        let format = try EventFormat(writer.format)
        #expect(try integer(format, "a", writer.record(pid: 1, ["v": 10])) == nil)
    }

    @Test(arguments: [
        "(", "!", "__print_flags(a, ", "__print_flags(", "__print_symbolic(1, {1, ", "v + ",
        "1 ? v : ", "(int)",
    ])
    func deepNestingIsGivenUpQuietly(piece: String) throws {
        let open = String(repeating: piece, count: 20_000)
        let format = try parse("name: a\nID: 1\nprint fmt: \"a=%d\", \(open)1")
        #expect(format.integer(0, [UInt8]().span, 0..<0) == nil)
        #expect(format.field(ofArgument: 0) == nil)
    }

    @Test func aLongChainOfOperatorsIsGivenUp() throws {
        func value(_ count: Int) throws -> Int64? {
            let sum = [String](repeating: "REC->v", count: count).joined(separator: " + ")
            let writer = RecordWriter(
                "e", id: 9, [.init("int", "v", 8, 4)], print: "\"a=%d\", \(sum)")
            return try integer(
                try EventFormat(writer.format), "a", writer.record(pid: 1, ["v": 2]))
        }
        #expect(try value(1000) == 2000)
        #expect(try value(2000) == nil)
    }

    @Test func aShortNumberBecomesAWholeOneBeforeItIsPrinted() throws {
        let writer = RecordWriter(
            "e", id: 9,
            [
                .init("signed char", "low", 8, 1, signed: true),
                .init("unsigned char", "high", 9, 1),
            ],
            print: #""a=%u b=%d c=%u", REC->low, REC->low, REC->high"#)
        let format = try EventFormat(writer.format)
        let record = writer.record(pid: 1, ["low": -1, "high": -1])
        #expect(try integer(format, "a", record) == 0xFFFF_FFFF)
        let plain = (0..<3).map {
            format.plainNumber(ofArgument: $0)?.load(record.span, 0..<record.count)
        }
        #expect(plain == [nil, -1, 255])
    }

    @Test func faultsNameTheLine() {
        func problem(_ text: String) -> KernelTraceError? {
            do throws(KernelTraceError) {
                _ = try EventFormat(Array(text.utf8))
                return nil
            } catch {
                return error
            }
        }
        #expect(problem("") == .description(name: "", line: 1, problem: .noName))
        #expect(problem("name: a\n") == .description(name: "a", line: 1, problem: .noNumber))
        #expect(
            problem("name: a\nID: 70000\n") == .description(name: "a", line: 2, problem: .noNumber))
        let field = "name: a\nID: 1\nformat:\n\tfield:int x;\toffset:8;\tsize:y;\tsigned:1;\n"
        #expect(problem(field) == .description(name: "a", line: 4, problem: .badField))
        let line = "\tfield:int x;\toffset:8;\tsize:4;\tsigned:1;\n"
        let many = "name: a\nID: 1\n" + String(repeating: line, count: EventFormat.fieldsMax + 1)
        #expect(
            problem(many)
                == .description(name: "a", line: EventFormat.fieldsMax + 3, problem: .tooManyFields)
        )
        let long = "name: a\n" + String(repeating: " ", count: EventFormat.bytesMax)
        #expect(problem(long) == .description(name: "", line: 1, problem: .tooLong))
    }

    @Test func aNumberBelongsToOneEvent() throws {
        var formats = EventFormats()
        try formats.add(try EventFormat(allocation.format))
        try formats.add(try EventFormat(allocation.format))
        #expect(formats.list.count == 1)
        #expect(formats.position(653) == 0)
        #expect(formats.position(652) == nil && formats.position(70_000) == nil)
        let other = try parse("name: other\nID: 653\n")
        #expect(
            throws: KernelTraceError.description(
                name: "other", line: 1, problem: .sameNumber(653))
        ) { try formats.add(other) }
    }
}

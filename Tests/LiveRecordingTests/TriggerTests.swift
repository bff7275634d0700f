import TestRandomness
import Testing
import TraceCore

@testable import LiveRecording

@Suite struct TriggerTests {
    @Test(
        arguments: [
            ("alloc_fail>100/s", .rate(kind: "alloc_fail", count: 100, windowNs: 1_000_000_000)),
            ("alloc_fail>0/1ns", .rate(kind: "alloc_fail", count: 0, windowNs: 1)),
            ("a:b-c>7/250ms", .rate(kind: "a:b-c", count: 7, windowNs: 250_000_000)),
            ("x>1000000/us", .rate(kind: "x", count: 1_000_000, windowNs: 1_000)),
            ("x>1/2min", .rate(kind: "x", count: 1, windowNs: 120_000_000_000)),
            ("x>1/h", .rate(kind: "x", count: 1, windowNs: 3_600_000_000_000)),
            (
                "batch_end.gained_blocks<1",
                .condition(kind: "batch_end", column: "gained_blocks", .less, .number(1))
            ),
            ("a.b<=-1", .condition(kind: "a", column: "b", .atMost, .number(-1))),
            ("a.b>0", .condition(kind: "a", column: "b", .more, .number(0))),
            ("a.b>=12", .condition(kind: "a", column: "b", .atLeast, .number(12))),
            ("a.b=9223372036854775807", .condition(kind: "a", column: "b", .equal, .number(.max))),
            (
                "a.b!=-9223372036854775808",
                .condition(
                    kind: "a", column: "b", .notEqual, .number(.min))
            ),
            ("a.b=woke", .condition(kind: "a", column: "b", .equal, .label("woke"))),
            ("a.b!=2nd", .condition(kind: "a", column: "b", .notEqual, .label("2nd"))),
            ("a.b=-x", .condition(kind: "a", column: "b", .equal, .label("-x"))),
            ("exit", .exit), ("exit>1/s", .rate(kind: "exit", count: 1, windowNs: 1_000_000_000)),
        ] as [(String, DumpTrigger)])
    func aTriggerIsReadAndWrittenAgain(text: String, trigger: DumpTrigger) throws {
        #expect(try DumpTrigger(text) == trigger)
        #expect(try DumpTrigger("\(trigger)") == trigger)
    }

    @Test(
        arguments: [
            ("", 1, "the name of a kind, or exit"), (">1/s", 1, "the name of a kind, or exit"),
            ("é>x", 3, "a count"), ("alloc_fail", 11, "> and a count, or . and a column"),
            ("alloc_fail ", 11, "> and a count, or . and a column"),
            ("alloc_fail<1/s", 11, "> and a count, or . and a column"),
            ("alloc_fail>", 12, "a count"), ("alloc_fail>=1/s", 12, "a count"),
            ("alloc_fail>-1/s", 12, "a count"), ("alloc_fail>x", 12, "a count"),
            ("a>1000001/s", 3, "a count of at most 1000000"),
            ("a>99999999999999999999/s", 3, "a count of at most 1000000"),
            ("a>1", 4, "/ and a length of time"), ("a>1 /s", 4, "/ and a length of time"),
            ("a>1/", 5, "one of ns us ms s min h"), ("a>1/5", 6, "one of ns us ms s min h"),
            ("a>1/5.5s", 6, "one of ns us ms s min h"), ("a>1/days", 5, "one of ns us ms s min h"),
            ("a>1/0s", 5, "a length of time above 0 and of at most 292 years"),
            ("a>1/9999999999h", 5, "a length of time above 0 and of at most 292 years"),
            ("a>1/s ", 6, "the end"), ("a>1/s/s", 6, "the end"),
            ("a.", 3, "the name of a column"), ("a.b", 4, "one of < <= > >= = !="),
            ("a.b~1", 4, "one of < <= > >= = !="), ("a.b=", 5, "a number or a label"),
            ("a.b==1", 5, "a number or a label"), ("a.b<1/s", 6, "the end"),
            ("a.b=1 ", 6, "the end"),
            ("a.b=9223372036854775808", 5, "a number of 64 bits"),
        ] as [(String, Int, String)])
    func aWrongTriggerNamesThePlace(text: String, column: Int, needed: String) {
        #expect(throws: LiveError.triggerSyntax(column: column, needed: needed)) {
            _ = try DumpTrigger(text)
        }
    }

    /// Whatever is cut from or put into a trigger, it is read or refused at a place within it.
    @Test(arguments: TestSeeds.all)
    func noTextTrapsTheParser(seed: UInt64) {
        var random = TestRandom(seed: seed, purpose: 1)
        let characters = Array("ab_.><=!/-0129smhe \u{301}é")
        for _ in 0..<500 {
            let text = String((0..<random.below(12)).map { _ in random.choice(characters) })
            do throws(LiveError) {
                let trigger = try DumpTrigger(text)
                #expect((try? DumpTrigger("\(trigger)")) == trigger, "seed \(seed): \(text)")
            } catch {
                guard case .triggerSyntax(let column, _) = error else {
                    Issue.record("seed \(seed): \(text): \(error)")
                    return
                }
                #expect((1...text.count + 1).contains(column), "seed \(seed): \(text)")
            }
        }
    }
}

@Suite struct TriggerBankTests {
    private static let schema = EventSchema(kinds: [
        EventKind(
            id: 3, "fail", .control, .derived,
            [
                Column("order", unit: .order), Column("result", .label(["ok", "bad"])),
                Column("who", .text), Column("plain"), Column("mask", .bits),
            ]),
        EventKind(id: 9, "other", .data, .input, []),
    ])!

    private func fired(
        _ triggers: [String], _ events: [(kind: UInt16, timeNs: Int64, values: [Int64])]
    ) throws -> [Int?] {
        var bank = try TriggerBank(triggers.map { try DumpTrigger($0) }, schema: Self.schema)
        return events.enumerated().map { position, event in
            let header = EventHeader(
                sequence: UInt64(position + 1), timeNs: event.timeNs,
                kind: KindID(rawValue: event.kind))
            return bank.consume(header, event.values.span)
        }
    }

    @Test(
        arguments: [
            ("none>1/s", .unknownKind("none")),
            ("fail.none=1", .unknownColumn(kind: "fail", column: "none")),
            ("fail.who=1", .textColumn(kind: "fail", column: "who")),
            ("fail.who=x", .textColumn(kind: "fail", column: "who")),
            ("fail.order=x", .notANumber(kind: "fail", column: "order", value: "x")),
            ("fail.result=1", .notALabel(kind: "fail", column: "result", value: "1")),
            ("fail.result=none", .notALabel(kind: "fail", column: "result", value: "none")),
            ("fail.result<bad", .notALabel(kind: "fail", column: "result", value: "bad")),
        ] as [(String, LiveError)])
    func aTriggerThatDoesNotFitIsRefused(text: String, error: LiveError) {
        #expect(throws: error) { _ = try fired([text], []) }
    }

    @Test func everyComparisonComparesAsWritten() throws {
        for comparison in DumpTrigger.Comparison.allCases {
            for value in [-2, 0, 1, 2, 3] as [Int64] {
                let expected: Bool =
                    switch comparison {
                    case .less: value < 1
                    case .atMost: value <= 1
                    case .more: value > 1
                    case .atLeast: value >= 1
                    case .equal: value == 1
                    case .notEqual: value != 1
                    }
                let result = try fired(
                    ["fail.plain\(comparison.rawValue)1"], [(3, 0, [0, 0, 0, value, 0])])
                #expect(result == [expected ? 0 : nil], "\(comparison) \(value)")
            }
        }
    }

    /// In numbers with a unit -1 stands for "not known", and what is not known fires nothing.
    @Test func whatIsNotKnownFiresNothing() throws {
        let unknown: [Int64] = [-1, 0, 0, -1, -1]
        #expect(try fired(["fail.order<1"], [(3, 0, unknown)]) == [nil])
        #expect(try fired(["fail.plain<1"], [(3, 0, unknown)]) == [0])
        #expect(try fired(["fail.mask=-1"], [(3, 0, unknown)]) == [0])
        #expect(try fired(["fail.order<1"], [(3, 0, [-2, 0, 0, 0, 0])]) == [0])
    }

    @Test func labelsAndSeveralTriggers() throws {
        let events: [(kind: UInt16, timeNs: Int64, values: [Int64])] = [
            (9, 0, []), (3, 1, [0, 0, 0, 0, 0]), (3, 2, [0, 1, 0, 0, 0]), (9, 3, []),
        ]
        #expect(try fired(["fail.result=bad"], events) == [nil, nil, 0, nil])
        #expect(try fired(["fail.result!=bad"], events) == [nil, 0, nil, nil])
        #expect(
            try fired(["other>1/s", "exit", "fail.result=bad", "fail>1/s"], events)
                == [nil, nil, 2, 0])
    }

    /// The window slides: any stretch of its length counts, and not only whole seconds.
    @Test(arguments: TestSeeds.all)
    func aRateCountsAsTheRuleSays(seed: UInt64) throws {
        var random = TestRandom(seed: seed, purpose: 2)
        for _ in 0..<40 {
            let count = random.below(6)
            let windowNs = Int64(1 + random.below(30))
            var counter = RateCounter(count: count, windowNs: windowNs)
            var timeNs = random.isOneIn(4) ? Int64.min : 0
            var times: [Int64] = []
            for _ in 0..<200 {
                timeNs += Int64(random.below(12))
                times.append(timeNs)
                let inWindow = times.filter { timeNs - $0 < windowNs }.count
                let expected = inWindow > count
                if counter.add(timeNs) != expected {
                    Issue.record(
                        "seed \(seed), more than \(count) in \(windowNs) ns, at \(timeNs)")
                    return
                }
                // After it has fired the counting starts anew.
                if expected { times = [] }
            }
        }
    }
}

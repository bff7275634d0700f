import AnalysisTestSupport
import Histograms
import Testing
import TraceAnalysis
import TraceCore

/// Schemas that are not the standard one.
@Suite struct BindingTests {
    /// The meanings of the standard schema under other names and numbers, with columns in another
    /// order, labels in another order, and texts as labels.
    private func foreignSchema() throws -> EventSchema {
        try #require(
            EventSchema(kinds: [
                EventKind(
                    id: 700, "poke", .control, .derived, meaning: "wake_send",
                    [
                        Column("noise"),
                        Column("effect", .label(["dropped", "lost", "woke", "suppressed"])),
                        Column("target", unit: .identifier),
                    ]),
                EventKind(
                    id: 3, "go", .control, .derived, meaning: "thread_run", [Column("thread")]),
                EventKind(
                    id: 9, "oom", .data, .derived, meaning: "alloc_fail",
                    [Column("order"), Column("requester", .label(["tls", "ring"]))]),
                EventKind(
                    id: 4, "work", .control, .derived, meaning: "batch_end",
                    [
                        Column("nominal"), Column("routine", .label(["north", "south"])),
                        Column("thread"), Column("cpu_ns"),
                        Column("mode", .label(["direct", "daemon"])), Column("result"),
                    ]),
                EventKind(id: 5, "chatter", .control, .derived, [Column("words", .text)]),
            ]))
    }

    /// A begin and an end have columns of their own; what they call the same is the same.
    @Test func labelsOfSeveralKindsAreTheSameTexts() throws {
        func kind(_ id: UInt16, _ meaning: String, _ column: String) -> EventKind {
            EventKind(
                id: id, meaning, .control, .derived, meaning: meaning,
                [Column("thread"), Column(column, .label(["north", "south"]))])
        }
        let schema = try #require(
            EventSchema(kinds: [
                kind(1, "batch_begin", "routine"), kind(2, "batch_end", "routine"),
                kind(3, "wait_begin", "reason"), kind(4, "wait_end", "reason"),
            ]))
        var script = Script(schema)
        for (beginNs, endNs) in [(10, 30), (40, nil)] as [(Int64, Int64?)] {
            script.at(beginNs, "batch_begin", ["thread": 1, "routine": "south"])
            script.at(beginNs, "wait_begin", ["thread": 1, "reason": "south"])
            guard let endNs else { continue }
            script.at(endNs, "batch_end", ["thread": 1, "routine": "south"])
            script.at(endNs, "wait_end", ["thread": 1, "reason": "south"])
        }
        let summary = try script.summary()
        #expect(summary.batches.groups.map(\.duration.sortedSamples) == [[20]])
        #expect(summary.batches.groups.map(\.openAtEnd) == [1])
        #expect(summary.waits.byReason.map(\.reason) == ["south"])
        #expect(summary.waits.byReason.map(\.openAtEnd) == [1])
    }

    @Test func meaningsAndColumnNamesBindWhateverTheNumbers() throws {
        var script = Script(try foreignSchema())
        script.at(10, "oom", ["order": 3, "requester": "ring"])
        script.at(20, "poke", ["effect": "lost", "target": 8])
        script.at(30, "poke", ["effect": "woke", "target": 8])
        script.at(35, "poke", ["effect": "dropped", "target": 8])
        script.at(70, "go", ["thread": 8])
        script.at(
            90, "work",
            [
                "thread": 8, "cpu_ns": 15, "mode": "daemon", "routine": "south", "nominal": 5,
            ])
        script.at(95, "chatter", ["words": "hello"])
        let summary = try script.summary()
        #expect(summary.wakeups.latency.sortedSamples == [40])
        #expect(summary.wakeups.counts.lost == 1 && summary.wakeups.counts.unknownEffect == 1)
        #expect(summary.wakeups.answers.firstFailure.sortedSamples == [20])
        #expect(summary.failures.byRequester == [NamedCount(name: "ring", count: 1)])
        #expect(summary.failures.byOrderAndGfp.map(\.gfp) == [""])
        #expect(summary.batches.groups.map(\.routine) == ["south"])
        #expect(summary.batches.groups.map(\.mode) == [.daemon])
        #expect(summary.batches.total(.nominal).value == 5)
        #expect(summary.cpu.reclaimNs == 15)
        #expect(summary.events.byKind.contains(NamedCount(name: "chatter", count: 1)))
    }

    @Test func whatTheSchemaLacksIsListed() throws {
        let missing = try Script(foreignSchema()).summary().missingColumns
        #expect(
            missing.contains(
                MissingColumn(kind: "work", column: "result", isWrongType: true)))
        #expect(missing.contains(MissingColumn(kind: "oom", column: "gfp", isWrongType: false)))
        #expect(
            missing.contains(MissingColumn(kind: "work", column: "tried", isWrongType: false)))
        #expect(!missing.contains { $0.kind == "chatter" || $0.column == "noise" })
        #expect(try Script().summary().missingColumns.isEmpty, "the standard schema lacks nothing")
    }

    @Test func missingColumnsTakeTheirDefaults() throws {
        let schema = try #require(
            EventSchema(kinds: [
                EventKind(id: 1, "wake_send", .control, .derived, []),
                EventKind(id: 2, "thread_run", .control, .derived, []),
                EventKind(id: 3, "alloc_fail", .control, .derived, []),
                EventKind(id: 4, "batch_begin", .control, .derived, []),
                EventKind(id: 5, "batch_end", .control, .derived, []),
                EventKind(id: 6, "wait_end", .control, .derived, []),
            ]))
        var script = Script(schema)
        script.at(5, "alloc_fail")
        script.at(10, "wake_send")
        script.at(30, "thread_run")
        script.at(40, "batch_begin")
        script.at(70, "batch_end")
        script.at(80, "wait_end")
        let summary = try script.summary()
        #expect(summary.wakeups.latency.sortedSamples == [20], "a wakeup is effective by default")
        #expect(summary.failures.byOrder == [NumberCount(number: -1, count: 1)])
        #expect(summary.batches.groups.map(\.duration.sortedSamples) == [[30]])
        #expect(summary.batches.groups.map(\.mode) == [.daemon])
        #expect(summary.cpu.batchesWithoutCPU == 1)
        #expect(summary.waits.total.endsWithoutBegin == 1)
    }

    @Test func aReadKindInTheDataLaneIsReported() throws {
        #expect(try Analyzer(schema: foreignSchema()).needsDataLane)
        #expect(try !Analyzer(schema: StandardSchema.schema).needsDataLane)
    }

    @Test func unknownKindsAreCountedAndOthersIgnored() throws {
        var analyzer = try Analyzer(schema: foreignSchema())
        let none: [Int64] = []
        for kind in [0, 8, 9_999] as [UInt16] {
            analyzer.consume(
                EventHeader(sequence: 1, timeNs: 5, kind: KindID(rawValue: kind)), none.span)
        }
        analyzer.consume(
            EventHeader(sequence: 2, timeNs: 6, kind: KindID(rawValue: 700)), none.span)
        let summary = analyzer.finish(strings: StringTable())
        #expect(summary.events.unknownKind == 3 && summary.events.inWindow == 1)
        #expect(summary.wakeups.counts.woke == 1, "a row that is too short has default values")
    }
}

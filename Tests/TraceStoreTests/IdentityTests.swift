import Testing
import TraceCore
import TraceFormat
import TraceIdentity
import TraceStore
import TraceTestSupport

@Suite struct IdentityTests {
    private func ids(_ trace: RandomTrace, level: Int = 1, blockEvents: Int = 65_536) throws
        -> TraceIDs
    {
        try trace.write(to: MemorySink(), level: level, blockEvents: blockEvents).ids
    }

    private func trace(_ change: (inout RandomTrace) -> Void) throws -> RandomTrace {
        var trace = RandomTrace(seed: 5, eventCount: 400)
        let kinds = [
            EventKind(id: 1, "in", .data, .input, [Column("v"), Column("t", .text)]),
            EventKind(id: 2, "out", .control, .derived, [Column("v"), Column("t", .text)]),
            EventKind(id: 3, "state", .control, .sample, [Column("v"), Column("t", .text)]),
            EventKind(id: 4, "remark", .control, .note, [Column("v"), Column("t", .text)]),
        ]
        trace.description = TraceDescription(
            schema: try #require(EventSchema(kinds: kinds)),
            parameters: [
                TextPair("scenario.seed", "1"), TextPair("policy.name", "batch"),
                TextPair("model.version", "1"), TextPair("host.cpus", "2"),
                TextPair("source", "engine"),
            ])
        trace.strings = ["", "one", "two"]
        trace.snapshots = [("initial", [1, 2, 3])]
        trace.events = (1...400).map { (number: Int) -> Event in
            let header = EventHeader(
                sequence: UInt64(number), timeNs: Int64(number),
                kind: KindID(rawValue: UInt16(number % 4 + 1)), domain: 1, cpu: 2)
            return Event(header, [Int64(number), Int64(number % 3)])
        }
        change(&trace)
        return trace
    }

    /// Which identities a change of the trace changes, as the letters i, o and c.
    private func changed(_ change: (inout RandomTrace) -> Void) throws -> String {
        let before = try ids(trace { _ in })
        let after = try ids(trace(change))
        return (before.input == after.input ? "" : "i")
            + (before.outcome == after.outcome ? "" : "o")
            + (before.content == after.content ? "" : "c")
    }

    private func parameter(_ key: String, _ trace: inout RandomTrace) {
        let parameters = trace.description.parameters.map {
            $0.key == key ? TextPair(key, "changed") : $0
        }
        trace.description = TraceDescription(
            schema: trace.description.schema, parameters: parameters,
            notes: trace.description.notes)
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func levelAndBlockSizeChangeNoIdentity(seed: UInt64) throws {
        let trace = RandomTrace(seed: seed, eventCount: 1_500)
        let one = try ids(trace)
        for (level, blockEvents) in [(0, 500), (-5, 7), (3, 100), (9, 1_499)] {
            #expect(try ids(trace, level: level, blockEvents: blockEvents) == one, "seed \(seed)")
        }
    }

    @Test func eachParameterBelongsWhereItShould() throws {
        #expect(try changed { parameter("scenario.seed", &$0) } == "ic")
        #expect(try changed { parameter("policy.name", &$0) } == "")
        #expect(try changed { parameter("model.version", &$0) } == "c")
        #expect(try changed { parameter("host.cpus", &$0) } == "c")
        #expect(try changed { parameter("source", &$0) } == "c")
        #expect(try changed { $0.description.notes = [TextPair("a", "b")] } == "")
    }

    @Test func eachRoleBelongsWhereItShould() throws {
        // Events 3, 4, 5 and 6 are of the kinds remark, in, out and state.
        #expect(try changed { $0.events[2].values[0] = -1 } == "")
        #expect(try changed { $0.events[3].values[0] = -1 } == "ic")
        #expect(try changed { $0.events[4].values[0] = -1 } == "oc")
        #expect(try changed { $0.events[5].values[0] = -1 } == "c")
        #expect(try changed { $0.events[3].values[1] = 2 } == "ic")
        #expect(try changed { $0.events[4].header.cpu = 9 } == "oc")
        #expect(try changed { $0.events[4].header.domain = 9 } == "oc")
        #expect(try changed { $0.events[4].header.cause = 1 } == "oc")
        #expect(try changed { $0.events[4].header.timeNs = 6 } == "oc")
        #expect(try changed { $0.events[3].header.timeNs = 5 } == "ic")
        #expect(try changed { $0.snapshots[0].bytes = [1, 2] } == "ic")
        #expect(try changed { $0.snapshots.append(("later", [1])) } == "c")
    }

    @Test func anInputCountsWithoutItsSequenceAndCause() throws {
        #expect(try changed { $0.events[3].header.cause = 2 } == "")
        #expect(
            try changed { trace in
                // The remarks are dropped, and each input takes the number of the one before it.
                trace.events.removeAll { $0.header.kind.rawValue == 4 }
                for index in trace.events.indices
                where trace.events[index].header.kind.rawValue == 1 {
                    trace.events[index].header.sequence -= 1
                }
            } == "")
    }

    @Test func textsCountByTheirBytesAndNotByTheirNumbers() throws {
        #expect(
            try changed { trace in
                trace.strings = ["", "unused", "two", "one"]
                for index in trace.events.indices {
                    trace.events[index].values[1] = [0, 3, 2][Int(trace.events[index].values[1])]
                }
            } == "")
        #expect(try changed { $0.strings = ["", "one", "zwei"] } == "ioc")
    }

    @Test func theSchemaCountsForTheRolesItDescribes() throws {
        func renamed(_ number: Int, _ trace: inout RandomTrace) {
            let kinds = trace.description.schema.kinds.enumerated().map { index, kind in
                index == number
                    ? EventKind(id: kind.id.rawValue, "new", kind.lane, kind.role, kind.columns)
                    : kind
            }
            guard let schema = EventSchema(kinds: kinds) else { return }
            trace.description.schema = schema
        }
        #expect(try changed { renamed(0, &$0) } == "ic")
        #expect(try changed { renamed(1, &$0) } == "oc")
        #expect(try changed { renamed(2, &$0) } == "c")
        #expect(try changed { renamed(3, &$0) } == "c")
    }

    /// Worked out by another program from the definition in FORMAT.md.
    @Test func theDefinitionIsMet() throws {
        let kind = EventKind(
            id: 7, "kind", .data, .input, meaning: "m", [Column("c", .text, unit: .pages)])
        var hasher = IdentityHasher(schema: try #require(EventSchema(kinds: [kind])))
        hasher.addString("hello")
        hasher.addSnapshot(name: "initial", [1, 2, 3])
        let value: [Int64] = [1]
        let header = EventHeader(
            sequence: 9, timeNs: -2, kind: KindID(rawValue: 7), domain: -1, cpu: 3)
        let isKnown = hasher.add(header, value.span)
        #expect(isKnown)
        let ids = hasher.ids(parameters: [("scenario.b", "2"), ("scenario.a", "1"), ("x", "y")])
        #expect(ids.input.description == Self.expectedInput)
        #expect(ids.outcome.description == Self.expectedOutcome)
        #expect(ids.content.description == Self.expectedContent)
    }

    private static let expectedInput =
        "ba36b6d34cff3c5daf971a6e459e24e2a1a078eec41df5a48090a750fcc26f03"
    private static let expectedOutcome =
        "a769131a9b85cfb2ea6750345faf7c6a79347666e8e693df0763c3995a65f13c"
    private static let expectedContent =
        "5cfcfb8cb051be5149d760f12a16bbb16c38b305c3d95a6de76c35e8f85e3e68"

    /// As the other; lengths in several words, and values of every size.
    @Test func theDefinitionIsMetByWideRows() throws {
        let columns = (0..<24).map { Column("c\($0)") }
        let kind = EventKind(id: 65_535, "wide", .control, .derived, columns)
        let values: [Int64] = [
            0, -4, 32, -255, 1_024, -8_192, 65_535, -524_288, 2_097_152, -16_777_215, 134_217_728,
            -1_073_741_824, 4_294_967_295, -34_359_738_368, 274_877_906_944, -2_199_023_255_551,
            8_796_093_022_208, -70_368_744_177_664, 562_949_953_421_311, -4_503_599_627_370_496,
            18_014_398_509_481_984, -144_115_188_075_855_871, 1_152_921_504_606_846_976, .min,
        ]
        var hasher = IdentityHasher(schema: try #require(EventSchema(kinds: [kind])))
        let first = EventHeader(
            sequence: 9, timeNs: 5, kind: kind.id, domain: .min, cpu: .max, cause: 6)
        let second = EventHeader(
            sequence: 10, timeNs: 5 + 1 << 40, kind: kind.id, domain: 255, cpu: 1 << 20)
        let others = values.map { ~$0 }
        let areKnown = [hasher.add(first, values.span), hasher.add(second, others.span)]
        #expect(areKnown == [true, true])
        let ids = hasher.ids(parameters: [])
        #expect(
            ids.outcome.description
                == "2d5b3d38709e38b4e68470ebc73311925fef12d8403d425a85fab14a4d2e5d86")
        #expect(
            ids.content.description
                == "e4da83c2677fd9a58ae33908cbb395608b3f1ad636f20bcc77a4b3a5be5b0c2d")
    }

    @Test func anUnknownTextIsToldAndNotHashed() throws {
        let kind = EventKind(id: 1, "k", .data, .input, [Column("c", .text)])
        var hasher = IdentityHasher(schema: try #require(EventSchema(kinds: [kind])))
        let header = EventHeader(sequence: 1, timeNs: 0, kind: KindID(rawValue: 1))
        let before = hasher.ids(parameters: [])
        for number in [1, -1] as [Int64] {
            let value = [number]
            let isKnown = hasher.add(header, value.span)
            #expect(!isKnown)
        }
        #expect(hasher.ids(parameters: []) == before)
    }
}

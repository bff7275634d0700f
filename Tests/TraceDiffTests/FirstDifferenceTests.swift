import Testing
import TraceCore
import TraceDiff

/// Events compared one after the other.
struct FirstDifferenceTests {
    private static let schema = StandardSchema.schema

    private func event(
        _ kind: KindID, _ timeNs: Int64, _ values: [Int64], sequence: UInt64 = 1,
        domain: Int32 = 0, cpu: Int32 = 1, cause: UInt64 = 0
    ) -> Event {
        Event(
            EventHeader(
                sequence: sequence, timeNs: timeNs, kind: kind, domain: domain, cpu: cpu,
                cause: cause), values)
    }

    /// Whether two events are equal to a finder.
    private func areEqual(
        _ left: Event?, _ right: Event?, _ leftStrings: [String] = [""],
        _ rightStrings: [String] = [""]
    ) -> Bool {
        var finder = DifferenceFinder(.events, left: Self.schema, right: Self.schema)
        return finder.compare(left, leftStrings, right, rightStrings)
    }

    @Test func numbersAndCausesDoNotCount() {
        let one = event(.threadRun, 5, [100, 1])
        #expect(areEqual(one, event(.threadRun, 5, [100, 1], sequence: 9, cause: 3)))
        #expect(!areEqual(one, event(.threadRun, 6, [100, 1])))
        #expect(!areEqual(one, event(.threadRun, 5, [100, 2])))
        #expect(!areEqual(one, event(.threadSleep, 5, [100, 1])))
        #expect(!areEqual(one, event(.threadRun, 5, [100, 1], domain: 1)))
        #expect(!areEqual(one, event(.threadRun, 5, [100, 1], cpu: 0)))
        #expect(!areEqual(one, nil))
        #expect(!areEqual(nil, one))
        #expect(!areEqual(nil, nil), "there is nothing more to compare")
    }

    @Test func textsCountAsTexts() {
        let (left, right) = (event(.onCpu, 5, [1, 2, 1]), event(.onCpu, 5, [1, 2, 2]))
        #expect(areEqual(left, right, ["", "sleep"], ["", "x", "sleep"]))
        #expect(!areEqual(left, right, ["", "sleep"], ["", "sleep", "x"]))
        #expect(!areEqual(left, left, ["", "sleep"], ["", "x"]))
        #expect(!areEqual(left, left, [""], [""]), "a text that is not there is no text")
    }

    /// Settings are part of the digest, so two policies never have the same.
    @Test func digestsDoNotCount() {
        var row = [Int64](repeating: 1, count: 26)
        let one = event(.sample, 5, row)
        row[21] = 77
        #expect(areEqual(one, event(.sample, 5, row)))
        row[0] = 2
        #expect(!areEqual(one, event(.sample, 5, row)))
    }

    @Test func whatCountsFollowsFromTheScope() {
        func counted(
            _ scope: FirstDifference.Scope, _ leniency: DifferenceFinder.Leniency = []
        ) -> [Bool] {
            let finder = DifferenceFinder(
                scope, left: Self.schema, right: Self.schema, leniency: leniency)
            let kinds: [KindID] = [
                .request, .set, .hit, .counter, .sample, .threadName, .allocFail,
            ]
            #expect(kinds.map { finder.countsOnLeft($0) } == kinds.map { finder.countsOnRight($0) })
            return kinds.map { finder.countsOnLeft($0) }
        }
        #expect(counted(.events) == [true, true, true, true, true, false, true])
        #expect(counted(.inputs) == [true, true, false, false, false, false, false])
        #expect(counted(.events, .services) == [true, true, false, true, true, false, true])
        #expect(counted(.events, .counters) == [true, true, true, false, true, false, true])
    }

    /// Kinds are the same by name and columns, whatever their numbers.
    @Test func kindsAreComparedByName() throws {
        func schema(_ number: UInt16, _ columns: [Column]) throws -> EventSchema {
            try #require(
                EventSchema(kinds: [EventKind(id: number, "mine", .control, .derived, columns)]))
        }
        func areEqual(_ right: EventSchema, _ number: UInt16) throws -> Bool {
            var finder = DifferenceFinder(
                .events, left: try schema(1, [Column("a")]), right: right)
            return finder.compare(
                event(KindID(rawValue: 1), 5, [3]), [""],
                event(KindID(rawValue: number), 5, [3]), [""])
        }
        #expect(try areEqual(schema(7, [Column("a")]), 7))
        #expect(try !areEqual(schema(1, [Column("b")]), 1))
    }

    @Test func theLastEqualEventsAreKept() {
        var finder = DifferenceFinder(.events, left: Self.schema, right: Self.schema)
        for timeNs in Int64(0)..<9 {
            let equal = event(.threadRun, timeNs, [100, 1])
            let isEqual = finder.compare(equal, [""], equal, [""])
            #expect(isEqual)
        }
        let (left, right) = (event(.threadRun, 9, [100, 1]), event(.threadRun, 8, [100, 1]))
        let isEqual = finder.compare(left, [""], right, [""])
        #expect(!isEqual)
        let found = finder.difference(left, [""], right, [""])
        #expect(found.equalEvents == 9)
        #expect(found.timeNs == 8)
        #expect(found.context.map(\.header.timeNs) == [5, 6, 7, 8])
        #expect(found.left.event == left)
        #expect(found.right.event == right)
        #expect(finder.difference(nil, [], nil, []).timeNs == nil)
    }
}

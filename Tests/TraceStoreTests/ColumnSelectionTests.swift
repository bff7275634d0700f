import TestRandomness
import Testing
import TraceCore
import TraceFormat
import TraceTestSupport

@testable import TraceStore

/// Reading some columns of some kinds.
@Suite struct ColumnSelectionTests {
    private struct Row: Equatable {
        var header: EventHeader
        /// The wanted values, by column.
        var values: [Int: Int64]
    }

    private static func selection(
        _ schema: EventSchema, _ random: inout TestRandom
    ) -> ColumnSelection {
        var columns = ColumnSelection()
        for kind in schema.kinds where !random.isOneIn(3) {
            columns[kind.id] = ColumnSelection.Columns(
                values: random.bits() & random.bits(), hasCPU: random.isOneIn(2),
                hasCause: random.isOneIn(2))
        }
        return columns
    }

    /// What reading everything and leaving out what is not wanted gives.
    private static func row(
        _ header: EventHeader, _ values: Span<Int64>, _ columns: ColumnSelection
    ) -> Row? {
        guard let wanted = columns[header.kind] else { return nil }
        var row = Row(header: header, values: [:])
        if !wanted.hasCPU { row.header.cpu = 0 }
        if !wanted.hasCause { row.header.cause = 0 }
        for column in values.indices where wanted.values >> UInt64(column) & 1 != 0 {
            row.values[column] = values[column]
        }
        return row
    }

    private static func rows(
        _ bytes: [UInt8], _ lanes: LaneSelection, _ columns: ColumnSelection, selects: Bool,
        checksAll: Bool, isStream: Bool = false
    ) throws -> (rows: [Row], end: Completeness?, read: Int64) {
        let reader = try TraceReader(
            source: MemorySource(bytes, isStream: isStream), checksAll: checksAll)
        var rows: [Row] = []
        while try reader.nextBlock() {
            _ = try reader.forEachEvent(lanes, columns: selects ? columns : nil) {
                if let row = row($0, $1, columns) { rows.append(row) }
            }
        }
        return (rows, reader.completeness, reader.bytesRead.read)
    }

    @Test(arguments: TestSeeds.all)
    func whatIsWantedIsAsInTheWhole(seed: UInt64) throws {
        var random = TestRandom(seed: seed)
        let trace = RandomTrace(seed: seed, eventCount: 200 + random.below(4_000))
        let bytes = try trace.bytes(blockEvents: 100 + random.below(3_000))
        let columns = Self.selection(trace.description.schema, &random)
        for lanes in LaneSelection.allCases {
            let whole = try Self.rows(bytes, lanes, columns, selects: false, checksAll: false)
            for (checksAll, isStream) in [(false, false), (true, false), (false, true)] {
                let some = try Self.rows(
                    bytes, lanes, columns, selects: true, checksAll: checksAll,
                    isStream: isStream)
                #expect(some.rows == whole.rows, "seed \(seed)")
                #expect(some.end == .complete, "seed \(seed)")
            }
        }
    }

    @Test(arguments: TestSeeds.all)
    func whatIsReadIsChecked(seed: UInt64) throws {
        var random = TestRandom(seed: seed)
        let trace = RandomTrace(seed: seed, eventCount: 400)
        let bytes = try trace.bytes(blockEvents: 150)
        let columns = Self.selection(trace.description.schema, &random)
        let good = try Self.rows(bytes, .both, columns, selects: true, checksAll: false).rows
        for _ in 0..<60 {
            var flipped = bytes
            flipped[random.below(bytes.count)] ^= UInt8(1 << random.below(8))
            guard
                let read = try? Self.rows(flipped, .both, columns, selects: true, checksAll: false)
            else { continue }
            // What is handed on is right, if not all of it.
            #expect(good.starts(with: read.rows), "seed \(seed)")
            if read.end == .complete { #expect(read.rows == good, "seed \(seed)") }
        }
    }

    @Test func whatIsNotWantedIsNotRead() throws {
        let kinds = [
            EventKind(
                id: 1, "wide", .control, .derived,
                (0..<20).map { Column("c\($0)", .bits) })
        ]
        let schema = try #require(EventSchema(kinds: kinds))
        var random = TestRandom(seed: 1)
        var events: [Event] = []
        for number in 1...20_000 {
            let header = EventHeader(
                sequence: UInt64(number), timeNs: Int64(number), kind: KindID(rawValue: 1),
                domain: 0, cpu: 0)
            events.append(
                Event(header, (0..<20).map { _ in Int64(bitPattern: random.bits() >> 1) }))
        }
        var trace = RandomTrace(seed: 1, eventCount: 0)
        trace.description.schema = schema
        trace.events = events
        let bytes = try trace.bytes()
        var columns = ColumnSelection()
        columns[KindID(rawValue: 1)] = ColumnSelection.Columns(
            values: 1 << 7, hasCPU: false, hasCause: false)
        let read = try Self.rows(bytes, .control, columns, selects: true, checksAll: false)
        #expect(read.rows.map { $0.values[7] } == events.map { $0.values[7] })
        #expect(read.read < Int64(bytes.count / 10))
        let all = try Self.rows(bytes, .control, columns, selects: true, checksAll: true)
        #expect(all.read >= Int64(bytes.count * 9 / 10))
    }
}

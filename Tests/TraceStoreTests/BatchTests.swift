import TestRandomness
import Testing
import TraceCore
import TraceFormat
import TraceStore
import TraceTestSupport

/// Events that come in batches.
@Suite struct BatchTests {
    private static func batch(_ events: ArraySlice<Event>) -> EventBatch {
        let widths = events.map { EventBatch.headCells + $0.values.count }
        var batch = EventBatch(cellLimit: widths.reduce(0, +) + 3)
        batch.fill { cells in
            var next = 0
            for event in events {
                EventBatch.write(event.header, values: event.values.count, to: &cells, at: next)
                next += EventBatch.headCells
                for value in event.values {
                    cells[next] = value
                    next += 1
                }
            }
            return next
        }
        return batch
    }

    private static func bytes(
        _ trace: RandomTrace, blockEvents: Int, _ record: (inout TraceWriter) -> Void
    ) throws -> [UInt8] {
        let sink = MemorySink()
        var writer = try TraceWriter(
            sink: sink, description: trace.description, blockEvents: blockEvents)
        for string in trace.strings { _ = writer.intern(string) }
        record(&writer)
        _ = try writer.finish()
        return sink.bytes
    }

    @Test func batchesMakeTheFileThatSingleEventsMake() throws {
        for seed in 1...30 as ClosedRange<UInt64> {
            let trace = RandomTrace(seed: seed, eventCount: 700)
            var random = TestRandom(seed: seed)
            let blockEvents = 1 + random.below(900)
            let single = try Self.bytes(trace, blockEvents: blockEvents) { writer in
                for event in trace.events { writer.record(event) }
            }
            let batched = try Self.bytes(trace, blockEvents: blockEvents) { writer in
                var rest = trace.events[...]
                while !rest.isEmpty {
                    let count = min(rest.count, random.below(200))
                    if random.isOneIn(3), let event = rest.first {
                        writer.record(event)
                        rest = rest.dropFirst()
                    } else {
                        writer.record(Self.batch(rest.prefix(count)))
                        rest = rest.dropFirst(count)
                    }
                }
            }
            #expect(batched == single, "seed \(seed)")
        }
    }

    @Test func aSinkThatKnowsNoBatchesTakesThemOneByOne() {
        let trace = RandomTrace(seed: 5, eventCount: 300)
        var list = EventList()
        list.record(Self.batch(trace.events[...]))
        #expect(list.events == trace.events)
    }

    @Test func whatIsWrongInABatchTraps() async {
        await #expect(processExitsWith: .failure) {
            var builder = BlockBuilder(schema: StandardSchema.schema)
            let header = EventHeader(sequence: 2, timeNs: 0, kind: .spinBegin)
            let batch = BatchTests.batch([Event(header, [0]), Event(header, [0])])
            _ = builder.append(batch.cells.span.extracting(0..<batch.cellCount), from: 0)
        }
    }

    /// A block takes 4,096 sections of a lane, in a batch as otherwise.
    @Test func aBatchStopsWhereTheBlockHasNoRoom() {
        let events = (0..<5_000).map { number in
            Event(
                EventHeader(
                    sequence: UInt64(number) + 1, timeNs: 0, kind: .spinBegin,
                    domain: Int32(number)), [0])
        }
        let batch = Self.batch(events[...])
        var builder = BlockBuilder(schema: StandardSchema.schema)
        let cells = batch.cells.span.extracting(0..<batch.cellCount)
        let stopped = builder.append(cells, from: 0)
        #expect(stopped == FormatLimits.laneSections * (EventBatch.headCells + 1))
        #expect(builder.eventCount == FormatLimits.laneSections)
    }
}

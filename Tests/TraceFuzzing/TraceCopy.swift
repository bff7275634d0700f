import FuzzProperties
import TraceCore
import TraceFormat
import TraceStore

/// What a trace delivers, written as a new trace; snapshots are left out.
struct TraceCopy {
    let bytes: [UInt8]
    let totals: TraceTotals

    /// Copies.
    ///
    /// - Throws: `BrokenProperty` where the writer refuses what the reader delivered.
    init(_ original: [UInt8]) throws(BrokenProperty) {
        do {
            let reader = try TraceReader(source: MemorySource(original))
            let sink = MemorySink()
            let schema = reader.description.schema
            var writer = try TraceWriter(
                sink: sink,
                description: TraceDescription(
                    schema: schema, parameters: reader.description.parameters))
            var numbers: [Int64] = []
            var row: [Int64] = []
            while try reader.nextBlock() {
                for text in reader.strings.dropFirst(numbers.count) {
                    numbers.append(writer.intern(text))
                }
                _ = try reader.forEachEvent { header, values in
                    row.removeAll(keepingCapacity: true)
                    let columns = schema.kind(header.kind)?.columns ?? []
                    for index in values.indices {
                        let isText = columns[index].type == .text
                        row.append(isText ? numbers[Int(values[index])] : values[index])
                    }
                    writer.record(header, row.span)
                }
            }
            for loss in reader.losses { writer.addLoss(loss) }
            writer.addNotes(reader.description.notes)
            totals = try writer.finish()
            bytes = sink.bytes
        } catch {
            throw BrokenProperty("what was read cannot be written: \(error)")
        }
    }
}

import TraceCore
import TraceFormat
import TraceStore

/// Writes one file of a recording: events with the recording's strings, under the file's numbers.
struct PartWriter: ~Copyable {
    /// Events taken.
    private(set) var events: UInt64 = 0
    private var writer: TraceWriter
    /// Positions of text columns by the number of the kind.
    private let textColumns: [[Int]]
    /// The file's number of each string of the recording, -1 where it has none yet.
    private var numbers: [Int64] = []
    private var scratch: [Int64] = []

    init(
        sink: some ByteSink, description: TraceDescription, compressionLevel: Int,
        blockEvents: Int
    ) throws(StoreError) {
        writer = try TraceWriter(
            sink: sink, description: description, compressionLevel: compressionLevel,
            blockEvents: blockEvents)
        var columns = [[Int]](
            repeating: [], count: Int(description.schema.kinds.last?.id.rawValue ?? 0) + 1)
        for kind in description.schema.kinds {
            columns[Int(kind.id.rawValue)] = kind.columns.indices.filter {
                kind.columns[$0].type == .text
            }
        }
        textColumns = columns
    }

    var failure: StoreError? { writer.failure }
    var bytesWritten: Int64 { writer.bytesWritten }

    /// Takes an event whose texts are positions in `strings`.
    ///
    /// - Complexity: O(columns), amortized.
    mutating func record(
        _ header: EventHeader, _ values: Span<Int64>, strings: [String]
    ) {
        events += 1
        let kind = Int(header.kind.rawValue)
        // A kind that the schema does not have is a programmer error, told by the writer.
        guard kind < textColumns.count, !textColumns[kind].isEmpty else {
            writer.record(header, values)
            return
        }
        // Taken out of self while it is read, and put back for its capacity.
        var own: [Int64] = []
        swap(&own, &scratch)
        own.removeAll(keepingCapacity: true)
        for index in values.indices { own.append(values[index]) }
        for column in textColumns[kind] { own[column] = number(of: own[column], strings) }
        writer.record(header, own.span)
        swap(&own, &scratch)
    }

    private mutating func number(of text: Int64, _ strings: [String]) -> Int64 {
        let position = Int(text)
        precondition(strings.indices.contains(position), "a text's number comes from intern")
        while numbers.count <= position { numbers.append(-1) }
        if numbers[position] >= 0 { return numbers[position] }
        let number = writer.intern(strings[position])
        numbers[position] = number
        return number
    }

    /// Copies all events and losses of a trace.
    mutating func copy(_ reader: TraceReader) throws(StoreError) {
        var transfer = TraceTransfer(reader)
        while try transfer.nextBlock(reader) {
            try transfer.copyBlock(from: reader, to: &writer)
        }
        try transfer.copyContext(from: reader, to: &writer)
    }

    /// Gives a string its number although no event has it yet.
    mutating func intern(_ text: Int64, strings: [String]) { _ = number(of: text, strings) }

    mutating func flush() { writer.flush() }

    mutating func addSnapshot(name: String, _ bytes: [UInt8]) {
        writer.addSnapshot(name: name, bytes)
    }

    mutating func addLoss(_ loss: LossRecord) { writer.addLoss(loss) }

    mutating func finish(notes: [TextPair]) throws(StoreError) -> TraceTotals {
        writer.addNotes(notes)
        return try writer.finish()
    }
}

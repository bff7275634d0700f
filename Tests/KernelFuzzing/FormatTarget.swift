public import FuzzProperties
import KernelTraceTestSupport
import KernelTraces
import TraceImport

/// Any bytes, taken for what a kernel says about its events, and for a record.
public enum FormatTarget {
    /// Checks that values do not depend on where a record lies, and on no other field than is said.
    ///
    /// The parts of an input are separated by zero bytes: `header_page`, `header_event`, a
    /// `format`, and a record, which is the rest.
    ///
    /// - Throws: `BrokenProperty`.
    public static func check(_ bytes: [UInt8]) throws(BrokenProperty) {
        let parts = bytes.split(separator: 0, maxSplits: 3, omittingEmptySubsequences: false)
            .map { Array($0) }
        let layout = try layout(parts[0], parts.count > 1 ? parts[1] : RingWriter.headerEvent)
        guard parts.count > 2, let format = try? EventFormat(parts[2]) else { return }
        try require(format.fields.count <= EventFormat.fieldsMax, "more fields than there can be")
        let record = parts.count > 3 ? parts[3] : []
        try checkValues(format, record)
        try checkImport(format, record, layout)
    }

    /// What is said of ring buffers, or `nil` where it is refused.
    private static func layout(
        _ page: [UInt8], _ event: [UInt8]
    ) throws(BrokenProperty) -> RingLayout? {
        guard let layout = try? RingLayout(headerPage: page, headerEvent: event) else { return nil }
        try require(
            1...RingLayout.subBufferBytesMax ~= layout.subBufferBytes,
            "sub-buffers have \(layout.subBufferBytes) bytes")
        // Any bytes are a sub-buffer or a fault.
        _ = RingWalk(Array((page + event).prefix(layout.subBufferBytes)), layout)
        let zeros = [UInt8](repeating: 0, count: layout.subBufferBytes)
        try require(RingWalk(zeros, layout).records == 0, "an empty sub-buffer has records")
        return layout
    }

    private static func checkValues(
        _ format: EventFormat, _ record: [UInt8]
    ) throws(BrokenProperty) {
        let values = Values(format, record, 0..<record.count)
        // Behind other bytes, and in front of others.
        let moved = [0x5A, 0xFF, 0x00] + record + [0x31, 0x32, 0x00, 0x33]
        try require(
            Values(format, moved, 3..<3 + record.count) == values, "values depend on the place")
        for argument in format.print.keys.indices {
            if let place = format.plainNumber(ofArgument: argument) {
                try require(
                    place.load(record.span, 0..<record.count) == values.integers[argument],
                    "a plain number of \(format.print.keys[argument]) is another")
            }
            guard let place = format.field(ofArgument: argument)?.number else { continue }
            var other = record.map { ~$0 }
            let kept = place.offset..<place.offset + place.size
            guard kept.upperBound <= record.count else { continue }
            other.replaceSubrange(kept, with: record[kept])
            let text = format.text(argument, other.span, 0..<other.count)
            try require(text == values.texts[argument], "a text depends on other fields")
        }
        for count in stride(from: 0, to: record.count, by: 3) {
            _ = Values(format, record, 0..<count)
        }
    }

    /// Imports the record, which has to become something or nothing.
    private static func checkImport(
        _ format: EventFormat, _ record: [UInt8], _ layout: RingLayout?
    ) throws(BrokenProperty) {
        var formats = EventFormats()
        do {
            try formats.add(format)
            try formats.add(format)
        } catch {
            throw BrokenProperty("a format is refused: \(error)")
        }
        guard
            let usual = try? RingLayout(
                headerPage: RingWriter.Layout().headerPage, headerEvent: RingWriter.headerEvent)
        else { throw BrokenProperty("the usual layout is refused") }
        let id = [UInt8(format.id & 0xFF), UInt8(format.id >> 8)]
        var writer = RingWriter()
        for timeNs: UInt64 in [1, 2, 3] {
            writer.event(timeNs, id + record.dropFirst(2).prefix(2000))
        }
        writer.endSubBuffer()
        for layout in [usual, layout].compactMap({ $0 }) {
            let source = MemoryRings([writer.bytes], pieceBytes: 4096)
            let description = RecordingDescription(formats: formats, layout: layout)
            _ = try checkImports(source, [0], description)
        }
    }

    /// All values of a record.
    private struct Values: Equatable {
        var integers: [Int64?]
        var texts: [String?]
        var fields: [Int64?]
        var fieldTexts: [[UInt8]?]

        init(_ format: EventFormat, _ bytes: [UInt8], _ record: Range<Int>) {
            let arguments = format.print.keys.indices
            integers = arguments.map { format.integer($0, bytes.span, record) }
            texts = arguments.map { format.text($0, bytes.span, record) }
            fields = format.fields.map { $0.integer(bytes.span, record) }
            fieldTexts = format.fields.map { field in
                field.text(bytes.span, record).map { Array(bytes[$0]) }
            }
        }
    }
}

import EventTables
import TraceCore

/// A table read whole, in pieces of some size.
struct TableRun {
    var events: [Event] = []
    var strings = StringTable()
    var directives: [TableDirective] = []
    var result: TableImporter.Result?
    var error: TableError?

    init(
        _ bytes: [UInt8], _ form: TableForm, piece: Int = .max, skipsUnknown: Bool = false,
        limits: TableLimits = TableLimits()
    ) {
        var importer = TableImporter(form: form, skipsUnknown: skipsUnknown, limits: limits)
        var sink = EventList()
        var used = 0
        var end = 0
        do {
            while true {
                end = min(bytes.count, end + min(piece, bytes.count))
                while true {
                    let step = try importer.read(
                        bytes.span.extracting(0..<end), from: used, isAtEnd: end == bytes.count,
                        into: &sink)
                    used = step.end
                    guard let directive = step.directive else { break }
                    directives.append(directive)
                }
                if end == bytes.count { break }
            }
            result = try importer.finish()
        } catch {
            self.error = error
        }
        events = sink.events
        strings = sink.strings
    }

    init(_ text: String, _ form: TableForm = .csv, skipsUnknown: Bool = false) {
        self.init(Array(text.utf8), form, skipsUnknown: skipsUnknown)
    }

    /// The events with texts instead of their numbers, as tests compare them.
    func described(_ schema: EventSchema) -> [String] {
        events.map { describe($0, schema, strings.strings) }
    }

    /// What is wrong, in one line.
    var sentence: String? { error?.sentence(file: "t") }
}

/// An event in words that hold everything about it.
func describe(_ event: Event, _ schema: EventSchema, _ strings: [String]) -> String {
    let columns = schema.kind(event.header.kind)?.columns ?? []
    let values = zip(columns, event.values).map { column, value in
        guard column.type == .text else { return "\(value)" }
        return "\(Array(strings[Int(value)].utf8))"
    }
    return "\(event.header) \(values)"
}

/// The lines of a table.
func table(
    _ form: TableForm, _ kinds: [EventKind], _ events: [Event], _ strings: [String],
    before: [TableDirective] = [], after: [TableDirective] = []
) -> [UInt8] {
    var writer = EventTableWriter(form: form, kinds: kinds)
    var bytes: [UInt8] = []
    for directive in before { writer.append(directive) }
    writer.appendHeader()
    for (number, event) in events.enumerated() {
        // Strings become known bit by bit, as from a trace.
        if number % 7 == 0 { writer.learn(strings) }
        writer.append(event.header, event.values.span)
        if number % 5 == 0 { writer.takeLines { bytes += $0 } }
    }
    for directive in after { writer.append(directive) }
    writer.takeLines { bytes += $0 }
    return bytes
}

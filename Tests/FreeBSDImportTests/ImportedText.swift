import FreeBSDImport
import TraceCore

/// The outcome of importing a text, with its events as readable lines.
struct ImportedText {
    let list: EventList
    let result: DtraceImportResult

    /// Imports a text, cut into chunks of `chunkBytes`.
    init(
        _ text: String, options: DtraceImportOptions = DtraceImportOptions(),
        chunkBytes: Int = Int.max
    ) throws(FreeBSDImportError) {
        try self.init(bytes: Array(text.utf8), options: options, chunkBytes: chunkBytes)
    }

    init(
        bytes: [UInt8], options: DtraceImportOptions = DtraceImportOptions(),
        chunkBytes: Int = Int.max
    ) throws(FreeBSDImportError) {
        var list = EventList()
        var importer = DtraceImporter(options: options)
        var start = 0
        while start < bytes.count {
            let end = start + min(chunkBytes, bytes.count - start)
            try importer.consume(bytes.span.extracting(start..<end), into: &list)
            start = end
        }
        result = try importer.finish(into: &list)
        self.list = list
    }

    /// All events, as `#1 kind t=0 domain=0 cpu=0 cause=0 column=value ...`.
    var all: [String] { list.events.map(describe) }

    /// The events of some kinds, without their numbers.
    func events(_ kinds: String...) -> [String] {
        list.events.compactMap { event in
            let words = describe(event).split(separator: " ", maxSplits: 1)
            return kinds.contains { words[1].hasPrefix($0 + " ") } ? String(words[1]) : nil
        }
    }

    func parameter(_ name: String) -> String? { result.parameters[name] }

    private func describe(_ event: Event) -> String {
        let header = event.header
        guard let kind = StandardSchema.schema.kind(header.kind) else {
            return "unknown kind \(header.kind.rawValue)"
        }
        guard event.values.count == kind.columns.count else {
            return "\(kind.name) has \(event.values.count) values"
        }
        var parts = [
            "#\(header.sequence) \(kind.name)", "t=\(header.timeNs)", "domain=\(header.domain)",
            "cpu=\(header.cpu)", "cause=\(header.cause)",
        ]
        for (column, value) in zip(kind.columns, event.values) {
            let text =
                switch column.type {
                case .text: list.strings[value]
                case .label(let labels) where labels.indices.contains(Int(value)):
                    labels[Int(value)]
                default: String(value)
                }
            parts.append("\(column.name)=\(text)")
        }
        return parts.joined(separator: " ")
    }
}

/// A line as the script prints it.
func line(_ name: String, _ timeNs: Int64, _ fields: [(String, Int64)], wmesg: String? = nil)
    -> String
{
    let numbers = ([("t", timeNs)] + fields).map { ",\"\($0.0)\":\($0.1)" }.joined()
    return "{\"e\":\"\(name)\"\(numbers)\(wmesg.map { ",\"wmesg\":\"\($0)\"" } ?? "")}\n"
}

/// The first line of a recording.
func header(_ timeNs: Int64 = 1_000, limit: String = "max_reclaim") -> String {
    line(
        "hdr", timeNs,
        [
            ("v", 1), ("wall", 1_700_000_000_000_000_000), ("cpus", 4), ("domains", 1),
            (limit, 1_024),
        ])
}

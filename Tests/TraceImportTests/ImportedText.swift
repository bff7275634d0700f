import TraceCore
import TraceImport

/// The outcome of importing a text, with its events as readable lines.
struct ImportedText {
    let list: EventList
    let result: FtraceImportResult

    /// Imports a text, cut into chunks of `chunkBytes`.
    init(
        _ text: String, options: FtraceImportOptions = FtraceImportOptions(),
        chunkBytes: Int = Int.max
    ) throws(ImportError) {
        try self.init(bytes: Array(text.utf8), options: options, chunkBytes: chunkBytes)
    }

    init(
        bytes: [UInt8], options: FtraceImportOptions = FtraceImportOptions(),
        chunkBytes: Int = Int.max
    ) throws(ImportError) {
        var list = EventList()
        var importer = FtraceTextImporter(options: options)
        var start = 0
        while start < bytes.count {
            let end = start + min(chunkBytes, bytes.count - start)
            try importer.consume(bytes.span.extracting(start..<end), into: &list)
            start = end
        }
        result = try importer.finish(into: &list)
        self.list = list
    }

    /// All events but thread names, one line each.
    var events: [String] { all.filter { !$0.contains(" thread_name ") } }

    /// The thread names, one line each.
    var names: [String] { all.filter { $0.contains(" thread_name ") } }

    /// All events, as `#1 kind t=0 domain=0 cpu=0 cause=0 column=value ...`.
    var all: [String] { list.events.map(describe) }

    func parameter(_ name: String) -> String? {
        result.parameters[name]
    }

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
                case .label(let labels): labels[Int(value)]
                default: String(value)
                }
            parts.append("\(column.name)=\(text)")
        }
        return parts.joined(separator: " ")
    }
}

/// An event line as the kernel prints it.
func line(
    _ task: String, _ pid: Int, cpu: Int = 1, _ time: String, _ body: String
) -> String {
    let padding = String(repeating: " ", count: max(0, 16 - task.utf8.count))
    return "\(padding)\(task)-\(pid)    [00\(cpu)] d..2.  \(time): \(body)\n"
}

func waking(_ task: String, _ pid: Int, _ time: String, by waker: String = "waker") -> String {
    line(waker, 900, time, "sched_waking: comm=\(task) pid=\(pid) prio=120 target_cpu=001")
}

func switching(
    _ previous: String, _ previousPid: Int, _ state: String, to next: String, _ nextPid: Int,
    _ time: String
) -> String {
    line(
        previous, previousPid, time,
        "sched_switch: prev_comm=\(previous) prev_pid=\(previousPid) prev_prio=120"
            + " prev_state=\(state) ==> next_comm=\(next) next_pid=\(nextPid) next_prio=120")
}

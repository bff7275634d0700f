import KernelTraces
import LinuxHost
import LiveRecording
import TraceCore
import TraceImport

/// Makes events of the standard kinds of the kernel's.
struct HostMapper: ~Copyable {
    private let formats: EventFormats
    private let cpus: [Int32]
    private let originNs: Int64
    private var names: [Int32: String]
    private var importer: FtraceTextImporter

    init(_ tracing: HostTracing, _ threads: ReclaimThreads, originNs: Int64) {
        formats = tracing.formats
        cpus = tracing.cpus
        self.originNs = originNs
        names = Dictionary(
            threads.threads.map { ($0.number, $0.name) }, uniquingKeysWith: { first, _ in first })
        importer = FtraceTextImporter(
            options: FtraceImportOptions(
                window: TimeWindow(beginNs: originNs, endNs: .max),
                nodeCount: max(1, HostFacts.nodeCount ?? 1)))
    }

    mutating func take(
        _ event: MergedRecord, _ bytes: Span<UInt8>, timeNs: Int64,
        into recorder: inout LiveRecorder
    ) -> Bool {
        guard let position = formats.position(event.record.id) else { return false }
        let format = formats.list[position]
        let record = event.record.payload
        let thread = Int32(
            truncatingIfNeeded: formats.pidField?.integer(bytes, record) ?? 0)
        let fraction = String(timeNs % 1_000_000_000)
        let name = format.name == "print" ? "tracing_mark_write" : format.name
        var text = Self.padded(self.name(thread)) + "-\(thread) [\(cpus[event.lane])] ..... "
        text += "\(timeNs / 1_000_000_000)."
        text += String(repeating: "0", count: 9 - fraction.count) + fraction + ": \(name):"
        for (number, key) in format.print.keys.enumerated() {
            guard let value = format.text(number, bytes, record) else { continue }
            if key == "next_comm" { text += " ==>" }
            text += key.isEmpty ? " \(value)" : " \(key)=\(value)"
        }
        let line = Array((text + "\n").utf8)
        do {
            try importer.consume(line.span, into: &recorder)
        } catch {
            return false
        }
        return true
    }

    mutating func take(
        _ reading: HostReading, timeNs: Int64, into recorder: inout LiveRecorder
    ) {
        for event in reading.events {
            let values = event.values(into: &recorder)
            importer.add(
                event.kind, timeNs: timeNs - originNs, domain: event.domain, values.span,
                into: &recorder)
        }
    }

    mutating func finish(into recorder: inout LiveRecorder) {
        _ = try? importer.finish(into: &recorder)
    }

    private static func padded(_ name: String) -> String {
        String(repeating: " ", count: max(0, 16 - name.utf8.count)) + name
    }

    private mutating func name(_ thread: Int32) -> String {
        if let name = names[thread] { return name }
        let name = ThreadNames.name(thread) ?? "<...>"
        if names.count < 1 << 16 { names[thread] = name }
        return name
    }
}

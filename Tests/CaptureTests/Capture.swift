import Foundation
import KernelTraces
import TraceCore
import TraceImport

/// The forms in which a recording can exist.
enum CaptureForm: String, CaseIterable {
    case text, raw, traceDat6, traceDat7, perfScript, traceCmdReport

    /// Whether it holds the same ring buffers as the text: what another recorder wrote at the same
    /// time has other times, and begins and ends elsewhere.
    var isSameRecorder: Bool { self == .text || self == .raw }

    /// The file or folder, without the suffix of its compression.
    var path: String {
        switch self {
        case .text: "trace.txt"
        case .raw: "raw"
        case .traceDat6: "trace.dat"
        case .traceDat7: "trace.v7.dat"
        case .perfScript: "perf.script.txt"
        case .traceCmdReport: "trace-cmd.report.txt"
        }
    }
}

/// A recording with its reference answers.
struct Capture {
    static let names = ["d1-tlsd-default", "d2-tlsd-defrag", "d3-mixed-default", "d4-mixed-defrag"]

    /// The folder of the full recordings, or `nil` when the environment names none.
    static let fullFolder = ProcessInfo.processInfo.environment["KTLS_TRACE_CAPTURES"]

    /// The folder of the trimmed recordings, beside `Tests`.
    static let fixtureFolder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/captures").path

    let reference: Reference
    let form: CaptureForm
    private let directory: URL
    /// The text or file; empty for a folder.
    private let bytes: [UInt8]

    /// Lines of tasks that perf does not know.
    let namelessLines: Int

    /// - Parameter isWhole: keeps the lines of tasks that perf does not know, which the answers
    ///   leave out.
    init(
        folder: String, _ name: String, _ form: CaptureForm = .text, isWhole: Bool = false
    ) throws {
        directory = URL(filePath: folder).appending(path: name)
        reference = try Reference(contentsOf: directory.appending(path: "reference.json"))
        self.form = form
        var bytes = form == .raw ? [] : try CaptureFiles.bytes(directory, form.path)
        var namelessLines = 0
        if form == .perfScript {
            let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true)
            let named = lines.filter { !$0.prefix(24).contains("-1 ".utf8) }
            namelessLines = lines.count - named.count
            if !isWhole { bytes = Array(named.joined(separator: [UInt8(ascii: "\n")])) + [10] }
        }
        self.bytes = bytes
        self.namelessLines = namelessLines
    }

    /// Whether the recording exists in a form.
    static func exists(folder: String, _ name: String, _ form: CaptureForm) -> Bool {
        let path = URL(filePath: folder).appending(path: name).appending(path: form.path).path
        return ["", ".xz"].contains { FileManager.default.fileExists(atPath: path + $0) }
    }

    /// The window of the reference answers.
    var window: TimeWindow {
        TimeWindow(beginNs: reference.windowNs[0], endNs: reference.windowNs[1])
    }

    var byteCount: Int { bytes.count }

    /// Imports the recording, texts in chunks of 64 KiB.
    func imported(
        _ window: TimeWindow? = nil, chunkBytes: Int = 1 << 16
    ) throws -> (list: EventList, result: FtraceImportResult) {
        var list = EventList()
        let result = try imported(window, chunkBytes: chunkBytes, into: &list)
        return (list, result)
    }

    func imported(
        _ window: TimeWindow? = nil, chunkBytes: Int = 1 << 16,
        into sink: inout some EventSink & ~Copyable
    ) throws -> FtraceImportResult {
        // The recorders followed all context switches of the workload's tasks.
        let options = FtraceImportOptions(window: window, followedTaskPrefixes: ["fs-"])
        switch form {
        case .text: return try importText(.ftrace, options, chunkBytes, into: &sink)
        case .perfScript: return try importText(.perfScript, options, chunkBytes, into: &sink)
        case .traceCmdReport:
            return try importText(.traceCmdReport, options, chunkBytes, into: &sink)
        case .raw:
            let raw = try RawFolder(directory.appending(path: "raw"))
            var source = raw.source(pieceBytes: chunkBytes)
            var importer = KernelRecordImporter(raw.description, options: options)
            _ = try importer.consume(&source, cpus: raw.cpus, into: &sink)
            return importer.finish(into: &sink)
        case .traceDat6, .traceDat7:
            let access = FileBytes(bytes)
            let file = try TraceDatFile(access)
            var source = file.source(access)
            var importer = KernelRecordImporter(file.description, options: options)
            _ = try importer.consume(&source, cpus: file.cpus, into: &sink)
            return importer.finish(into: &sink)
        }
    }

    private func importText(
        _ form: TextForm, _ options: FtraceImportOptions, _ chunkBytes: Int,
        into sink: inout some EventSink & ~Copyable
    ) throws -> FtraceImportResult {
        var importer = FtraceTextImporter(options: options, form: form)
        var start = 0
        while start < bytes.count {
            let end = min(start + chunkBytes, bytes.count)
            try importer.consume(bytes.span.extracting(start..<end), into: &sink)
            start = end
        }
        return try importer.finish(into: &sink)
    }
}

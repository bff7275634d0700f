import Foundation
import TraceCore
import TraceImport

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
    private let text: [UInt8]

    init(folder: String, _ name: String) throws {
        let directory = URL(filePath: folder).appending(path: name)
        reference = try Reference(contentsOf: directory.appending(path: "reference.json"))
        text = try Self.decompress(directory.appending(path: "trace.txt.xz"))
    }

    /// The window of the reference answers.
    var window: TimeWindow {
        TimeWindow(beginNs: reference.windowNs[0], endNs: reference.windowNs[1])
    }

    var byteCount: Int { text.count }

    /// Imports the text in chunks of 64 KiB.
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
        var importer = FtraceTextImporter(
            options: FtraceImportOptions(window: window, followedTaskPrefixes: ["fs-"]))
        var start = 0
        while start < text.count {
            let end = min(start + chunkBytes, text.count)
            try importer.consume(text.span.extracting(start..<end), into: &sink)
            start = end
        }
        return try importer.finish(into: &sink)
    }

    private struct CannotDecompress: Error { let path: String }

    private static func decompress(_ url: URL) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["xz", "-dc", url.path]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        var bytes: [UInt8] = []
        while let piece = try pipe.fileHandleForReading.read(upToCount: 1 << 20), !piece.isEmpty {
            bytes.append(contentsOf: piece)
        }
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CannotDecompress(path: url.path) }
        return bytes
    }
}

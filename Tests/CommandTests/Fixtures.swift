import Foundation

/// Files that are part of the package.
enum Fixtures {
    /// The package's folder.
    static let package = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    /// Traces of format version 0.
    static let traces = package.appending(path: "Fixtures/traces/v1")
    /// Traces with one defect each.
    static let corrupt = package.appending(path: "Fixtures/corrupt")
    /// Trimmed recordings of a Linux host.
    static let captures = package.appending(path: "Fixtures/captures")
    /// The documents.
    static let documents = package.appending(path: "Docs")
    /// The scripts.
    static let scripts = package.appending(path: "Scripts")

    /// Traces of the engine with inputs.
    static let engineTraces = [
        "cache-only", "alloc-thread", "reclaim-batch", "detail-2", "several-blocks",
    ]
    /// All traces, but the one of the format document, which holds three made-up events.
    static let allTraces = engineTraces + ["linux-d3"]

    static func trace(_ name: String) -> String {
        traces.appending(path: name + ".ktrace").path
    }
}

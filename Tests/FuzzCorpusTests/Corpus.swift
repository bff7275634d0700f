import Foundation
import FuzzProperties
import KernelFuzzing
import SummaryFuzzing
import Testing
import TextFuzzing
import TraceFuzzing

/// A target of `Fuzz/` with the inputs that are kept for it.
enum Corpus: String, CaseIterable, CustomTestStringConvertible {
    case reader, recover, roundtrip, ftrace, dtrace, scenario, freelists, csv, ndjson, rows
    case rowSchema = "rowschema"
    case summary, perf, report, rings, formats
    case traceDat = "tracedat"

    var testDescription: String { rawValue }

    /// The folder of all corpora.
    static let fixtures = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/fuzz")

    /// Inputs that together reach what fuzzing has reached; those of a run that is not kept yet
    /// lie where `KTLS_TRACE_FUZZ_CORPUS` points.
    var inputs: [URL] {
        let kept = Self.files(Self.fixtures.appending(path: rawValue))
        let grown = ProcessInfo.processInfo.environment["KTLS_TRACE_FUZZ_CORPUS"].map {
            Self.files(URL(filePath: $0).appending(path: rawValue))
        }
        return kept + (grown ?? [])
    }

    /// Inputs that once broke something.
    var crashers: [URL] {
        Self.files(Self.fixtures.appending(path: "crashers").appending(path: rawValue))
    }

    /// Hands bytes to the target.
    func check(_ bytes: [UInt8]) throws(BrokenProperty) {
        switch self {
        case .reader: try ReaderTarget.check(bytes)
        case .recover: try RecoverTarget.check(bytes)
        case .roundtrip: try RoundTripTarget.check(bytes)
        case .ftrace: try HostTextTarget.checkFtrace(bytes)
        case .perf: try HostTextTarget.checkPerf(bytes)
        case .report: try HostTextTarget.checkReport(bytes)
        case .rings: try RingTarget.check(bytes)
        case .formats: try FormatTarget.check(bytes)
        case .traceDat: try TraceDatTarget.check(bytes)
        case .dtrace: try DtraceTarget.check(bytes)
        case .scenario: try ScenarioTarget.check(bytes)
        case .freelists: try FreeListsTarget.check(bytes)
        case .csv: try TableTarget.checkCSV(bytes)
        case .ndjson: try TableTarget.checkNDJSON(bytes)
        case .rows: try RowTarget.checkRows(bytes)
        case .rowSchema: try RowTarget.checkSchema(bytes)
        case .summary: try SummaryTarget.check(bytes)
        }
    }

    static func files(_ folder: URL) -> [URL] {
        let found = try? FileManager.default.contentsOfDirectory(
            at: folder, includingPropertiesForKeys: nil)
        return (found ?? []).sorted { $0.lastPathComponent < $1.lastPathComponent }
    }
}

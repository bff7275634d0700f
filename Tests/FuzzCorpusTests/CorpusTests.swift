import AnalysisTestSupport
import Foundation
import FuzzProperties
import KernelFuzzing
import Testing
import TraceAnalysis
import TraceCore
import TraceFuzzing
import TraceStore
import TraceSummaries

/// What fuzzers found, repeated without a fuzzer.
@Suite struct CorpusTests {
    @Test(arguments: Corpus.allCases)
    func everyInputKeepsTheProperties(corpus: Corpus) throws {
        let files = corpus.inputs + corpus.crashers
        #expect(!files.isEmpty)
        for file in files {
            let bytes = try [UInt8](Data(contentsOf: file))
            do {
                try corpus.check(bytes)
            } catch {
                Issue.record("\(file.lastPathComponent): \(error)")
            }
        }
    }

    @Test func everyFolderOfCrashersBelongsToATarget() {
        let names = Corpus.files(Corpus.fixtures.appending(path: "crashers")).map {
            $0.lastPathComponent
        }
        #expect(names.allSatisfy { Corpus(rawValue: $0) != nil || $0.hasPrefix(".") }, "\(names)")
    }

    /// Traces of another version would be refused at once, and the corpus be worth nothing.
    @Test func theTracesAreOfThisVersion() throws {
        if ProcessInfo.processInfo.environment["KTLS_TRACE_UPDATE_GOLDEN"] == "1" {
            try writeSeeds()
        }
        var complete = 0
        for file in Corpus.reader.inputs where file.lastPathComponent.hasPrefix("seed-") {
            let bytes = try [UInt8](Data(contentsOf: file))
            let report = try TraceVerifier.verify(MemorySource(bytes))
            #expect(report.completeness == .complete, "\(file.lastPathComponent)")
            complete += 1
        }
        #expect(complete >= 20)
    }

    /// Contents of summaries of random runs: whole, shortened and merged.
    private func writeSummaries() throws {
        let folder = Corpus.fixtures.appending(path: Corpus.summary.rawValue)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for seed in 1...6 as ClosedRange<UInt64> {
            let analysis = try RandomRun.summary(seed: seed, events: Int(seed) * 25)
            var summary = RunSummaries(
                RunFacts(
                    label: "run \(seed)", parameters: ParameterList([("source", "engine")]),
                    window: analysis.window, metrics: []), analysis)
            if seed % 3 == 0 { summary = try summary.kept(within: summary.encoded().count / 2) }
            if seed % 3 == 1 { try summary.merge(summary) }
            try Data(summary.encoded()).write(to: folder.appending(path: "seed-\(seed)"))
        }
    }

    private func writeSeeds() throws {
        let traces = try TraceSeeds.traces(24, countMax: 2_500)
        for (corpus, contents) in [
            (Corpus.reader, traces), (.recover, traces), (.roundtrip, TraceSeeds.scripts(24)),
            (.rings, KernelSeeds.rings()), (.formats, KernelSeeds.formats()),
            (.traceDat, KernelSeeds.traceDats()),
        ] {
            for (number, bytes) in contents.enumerated() {
                // A recovery starts from fewer: the fuzzer damages them.
                guard corpus != .recover || number < 8 else { break }
                let folder = Corpus.fixtures.appending(path: corpus.rawValue)
                try FileManager.default.createDirectory(
                    at: folder, withIntermediateDirectories: true)
                try Data(bytes).write(to: folder.appending(path: "seed-\(number)"))
            }
        }
        try writeSummaries()
        Issue.record("seeds are rewritten")
    }
}

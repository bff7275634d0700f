import FreeBSDImport
import TestRandomness
import Testing

/// Random runs of a model host: what the script would print comes to the events that happened.
@Suite struct ModelTests {
    @Test(arguments: TestSeeds.all)
    func everyEventComesBackInItsOrder(seed: UInt64) throws {
        print("ModelTests seed \(seed)")
        var host = ModelHost(seed: seed, steps: 600)
        let text = host.text()
        // As the tool does it: what results mean is learnt from all of the text.
        let form = try ImportedText(text).result.resultForm
        let run = try ImportedText(text, options: DtraceImportOptions(resultForm: form))
        #expect(run.all == host.expected)
        #expect(run.result.unreadLines.count == 0)
        #expect(run.result.lateLines == 0)
        #expect(run.result.drops.reduce(0) { $0 + $1.count } == host.drops)
        let pieces = try ImportedText(
            text, options: DtraceImportOptions(resultForm: form), chunkBytes: 7)
        #expect(pieces.all == run.all)
        #expect(pieces.result == run.result)
    }

    /// The models together reach what there is.
    @Test func modelsReachEveryKind() {
        var kinds: Set<String> = []
        for seed in 1...12 as ClosedRange<UInt64> {
            for event in ModelHost(seed: seed, steps: 600).expected {
                kinds.insert(String(event.split(separator: " ")[1]))
                for effect in ["woke", "no_sleeper", "suppressed", "vm_wait", "running"]
                where event.contains("=\(effect) ") || event.hasSuffix("=\(effect)") {
                    kinds.insert(effect)
                }
            }
        }
        #expect(
            kinds.isSuperset(of: [
                "alloc_fail", "wake_send", "thread_run", "thread_sleep", "on_cpu", "batch_begin",
                "batch_end", "wait_begin", "wait_end", "wait_skip", "domain_level", "sample",
                "import", "thread_name", "woke", "no_sleeper", "suppressed", "vm_wait", "running",
            ]))
    }
}

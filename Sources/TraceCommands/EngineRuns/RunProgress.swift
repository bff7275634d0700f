import Synchronization

/// A line on standard error that tells how far many runs are and how long they will take.
final class RunProgress: Sendable {
    private struct State {
        var progress: Progress
        var doneNs: Int64 = 0
        var doneRuns = 0
    }

    private let state: Mutex<State>
    private let runs: Int
    private let totalNs: Int64
    private let startNs = Terminal.monotonicNs

    /// - Parameters:
    ///   - runs: How many runs there are.
    ///   - runNs: The virtual time of each.
    init(_ title: String, runs: Int, runNs: Int64) {
        self.runs = runs
        totalNs = max(1, Int64(clamping: Int128(runs) * Int128(runNs)))
        state = Mutex(State(progress: Progress(title)))
    }

    /// A run has come so much further; may be called from any thread.
    func advance(by virtualNs: Int64, endsRun: Bool = false) {
        state.withLock { state in
            state.doneNs += virtualNs
            if endsRun { state.doneRuns += 1 }
            state.progress.show(
                state.doneNs, of: totalNs,
                "\(state.doneRuns) of \(runs) runs, \(Self.left(state.doneNs, totalNs, startNs))")
        }
    }

    private static func left(_ doneNs: Int64, _ totalNs: Int64, _ startNs: Int64) -> String {
        guard doneNs > 0 else { return "" }
        let elapsed = Int128(Terminal.monotonicNs - startNs)
        let seconds = elapsed * Int128(totalNs - doneNs) / Int128(doneNs) / 1_000_000_000
        let (minutes, rest) = (seconds / 60, seconds % 60)
        return minutes > 0 ? "\(minutes) min \(rest) s left" : "\(rest) s left"
    }

    func end() { state.withLock { $0.progress.end() } }
}

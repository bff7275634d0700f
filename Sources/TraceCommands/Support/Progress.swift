/// A line on standard error that tells how far a command is; only on a terminal.
struct Progress {
    private let title: String
    private let isShown: Bool
    private var nextNs: Int64 = 0

    init(_ title: String) {
        self.title = title
        isShown = Terminal.isTerminal(2)
    }

    /// Shows the state at most ten times a second.
    mutating func show(_ done: Int64, of total: Int64, _ detail: String) {
        guard isShown else { return }
        let now = Terminal.monotonicNs
        guard now >= nextNs else { return }
        nextNs = now + 100_000_000
        let percent = total > 0 ? done * 100 / total : 0
        Terminal.writeError("\r\u{1B}[K\(title): \(percent) % \(detail)")
    }

    /// Removes the line.
    func end() {
        if isShown { Terminal.writeError("\r\u{1B}[K") }
    }
}

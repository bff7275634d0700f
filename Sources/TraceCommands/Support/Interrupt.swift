import Glibc
import Synchronization

/// Notices SIGINT and SIGTERM, so that a command can clean up before it ends.
enum Interrupt {
    private static let isPending = Atomic<Bool>(false)

    /// From here on the signals are noticed instead of ending the process at once.
    static func watch() {
        // A store to an atomic is all a handler may do.
        let handler: @convention(c) (Int32) -> Void = { _ in
            Interrupt.isPending.store(true, ordering: .relaxed)
        }
        signal(SIGINT, handler)
        signal(SIGTERM, handler)
    }

    /// Ends the command when a signal has arrived.
    static func check() throws(CommandFailure) {
        if isPending.load(ordering: .relaxed) { throw CommandFailure(.interrupted, "interrupted") }
    }
}

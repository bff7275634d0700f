import Glibc
import Synchronization

/// Notices SIGINT and SIGTERM, so that a command can clean up before it ends.
enum Interrupt {
    private static let pending = Atomic<Int32>(0)

    /// From here on the signals are noticed instead of ending the process at once.
    static func watch() {
        // A store to an atomic is all a handler may do.
        let handler: @convention(c) (Int32) -> Void = { number in
            Interrupt.pending.store(number, ordering: .relaxed)
        }
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        for number in [SIGINT, SIGTERM] {
            signal(number, handler)
            unsafe sigaddset(&signals, number)
        }
        // A parent that blocks signals in the thread that starts us would have us never see them.
        unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }

    /// Ends the command when a signal has arrived.
    static func check() throws(CommandFailure) {
        switch pending.load(ordering: .relaxed) {
        case SIGINT: throw CommandFailure(.interrupted, "interrupted")
        case SIGTERM: throw CommandFailure(.terminated, "terminated")
        default: break
        }
    }
}

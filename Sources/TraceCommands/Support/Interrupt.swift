import Glibc
import Synchronization

/// Notices SIGINT and SIGTERM, so that a command can clean up before it ends, and SIGUSR1 where
/// somebody waits for it.
enum Interrupt {
    private static let pending = Atomic<Int32>(0)
    private static let dumpRequest = Atomic<Bool>(false)

    /// From here on the signals are noticed instead of ending the process at once.
    static func watch() {
        // A store to an atomic is all a handler may do.
        let handler: @convention(c) (Int32) -> Void = { number in
            Interrupt.pending.store(number, ordering: .relaxed)
        }
        handle([SIGINT, SIGTERM], handler)
    }

    /// From here on SIGUSR1 is a request to write a dump.
    static func watchDumpRequests() {
        handle([SIGUSR1]) { _ in Interrupt.dumpRequest.store(true, ordering: .relaxed) }
    }

    /// From here on SIGHUP is noticed, too, unless whoever started the process has it ignored.
    static func watchHangups() {
        var current = sigaction()
        unsafe sigaction(SIGHUP, nil, &current)
        // SIG_IGN is the number 1 in place of a function.
        let handler = unsafe unsafeBitCast(
            current.__sigaction_handler.sa_handler, to: Int.self)
        if handler != 1 { handle([SIGHUP]) { Interrupt.pending.store($0, ordering: .relaxed) } }
    }

    /// Whether a dump was asked for since the last call.
    static func takeDumpRequest() -> Bool {
        guard dumpRequest.load(ordering: .relaxed) else { return false }
        return dumpRequest.exchange(false, ordering: .relaxed)
    }

    /// The signal that has arrived, `nil` without one.
    static var pendingSignal: (status: ExitStatus, name: String)? {
        switch pending.load(ordering: .relaxed) {
        case SIGINT: (.interrupted, "SIGINT")
        case SIGTERM: (.terminated, "SIGTERM")
        case SIGHUP: (.terminated, "SIGHUP")
        default: nil
        }
    }

    /// Ends the command when a signal has arrived.
    static func check() throws(CommandFailure) {
        guard let signal = pendingSignal else { return }
        throw CommandFailure(
            signal.status, signal.status == .interrupted ? "interrupted" : "terminated")
    }

    private static func handle(
        _ numbers: [Int32], _ handler: @escaping @convention(c) (Int32) -> Void
    ) {
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        for number in numbers {
            signal(number, handler)
            unsafe sigaddset(&signals, number)
        }
        // A parent that blocks signals in the thread that starts us would have us never see them.
        unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }
}

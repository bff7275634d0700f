import Glibc
import Synchronization

/// A thread of its own, which the drain needs: it sleeps and writes to files.
final class DrainThread: Sendable {
    private final class Body {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    private let handle: Mutex<pthread_t?>

    /// Starts a thread.
    ///
    /// - Throws: `RecorderError.thread`.
    init(_ run: @escaping @Sendable () -> Void) throws(RecorderError) {
        var handle = pthread_t()
        // Given back by the thread, which takes the reference over.
        let body = unsafe Unmanaged.passRetained(Body(run))
        let result = unsafe pthread_create(
            &handle, nil,
            { argument in
                if let argument = unsafe argument {
                    unsafe Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                }
                return nil
            }, unsafe body.toOpaque())
        guard result == 0 else {
            // No thread took it.
            unsafe body.release()
            throw .thread(errno: result)
        }
        self.handle = Mutex(handle)
    }

    /// Waits for the thread's end; once.
    func join() {
        let joined = handle.withLock { handle in
            defer { handle = nil }
            return handle
        }
        if let joined { _ = pthread_join(joined, nil) }
    }
}

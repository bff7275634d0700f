import Glibc

/// A value behind a lock of the system's.
///
/// Like `Mutex`, which the thread sanitizer does not understand. `@unchecked`: the value is used
/// with the lock held.
@safe final class SystemLock<Value>: @unchecked Sendable {
    private var value: Value
    private let lock: UnsafeMutablePointer<pthread_mutex_t>

    init(_ value: sending Value) {
        self.value = value
        // At an address of its own for as long as this object lives.
        unsafe lock = UnsafeMutablePointer.allocate(capacity: 1)
        unsafe lock.initialize(to: pthread_mutex_t())
        _ = unsafe pthread_mutex_init(lock, nil)
    }

    deinit {
        _ = unsafe pthread_mutex_destroy(lock)
        unsafe lock.deallocate()
    }

    func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
        _ = unsafe pthread_mutex_lock(lock)
        defer { _ = unsafe pthread_mutex_unlock(lock) }
        return body(&value)
    }
}

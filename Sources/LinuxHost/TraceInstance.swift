import Glibc

/// A tracefs instance of our own: rings, clock, filters and tracepoints that nobody else sees.
///
/// It goes away with this value, whatever ends the recording; after SIGKILL the next start of the
/// tool removes it (`StaleInstances`).
final class TraceInstance {
    let path: String
    /// Held while the instance is in use; the system lets it go when the process is gone.
    private let lock: Int32
    private var isThere = true

    /// Makes an instance, with tracing off.
    init(tracefs: String, name: InstanceName) throws(LinuxHostError) {
        path = "\(tracefs)/instances/\(name.text)"
        let made = HostCalls.makeFolder(path)
        guard made == 0 else {
            throw Self.error("making an instance", "\(tracefs)/instances", -made)
        }
        lock = HostCalls.openFolder(path)
        // From here on the value is whole: whatever is thrown, it goes, and the instance with it.
        guard lock >= 0, HostCalls.lock(lock) == 0 else {
            throw .system(step: "locking the instance", path: path, errno: EBUSY)
        }
        try write("0", to: "tracing_on")
    }

    deinit { remove() }

    /// Writes a setting of the instance.
    func write(_ text: String, to file: String) throws(LinuxHostError) {
        let result = HostFile.write(text, to: "\(path)/\(file)")
        guard result == 0 else {
            throw Self.error("setting \(file) to '\(text)'", path, -result)
        }
    }

    /// Writes a setting that some kernels do not have.
    func writeIfThere(_ text: String, to file: String) {
        _ = HostFile.write(text, to: "\(path)/\(file)")
    }

    /// Ends all recording and removes the instance; what was not read is gone.
    ///
    /// - Returns: 0, or a negated error number.
    @discardableResult
    func remove() -> Int32 {
        guard isThere else { return 0 }
        let result = Self.remove(path)
        if result == 0 {
            isThere = false
            HostCalls.close(lock)
        }
        return result
    }

    /// Removes an instance, whoever made it.
    ///
    /// The kernel lets nothing go that is being read, so readers close before.
    static func remove(_ path: String) -> Int32 {
        _ = HostFile.write("0", to: "\(path)/tracing_on")
        _ = HostFile.write("0", to: "\(path)/events/enable")
        return HostCalls.removeFolder(path)
    }

    static func error(_ step: String, _ path: String, _ number: Int32) -> LinuxHostError {
        switch number {
        case EACCES: .noPermission(path: path)
        case EPERM: .lockedDown(path: path)
        default: .system(step: step, path: path, errno: number)
        }
    }
}

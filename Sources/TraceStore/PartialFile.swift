import Glibc

/// What becomes of a file that is written and not whole yet.
///
/// It has the name of the file to come and `.partial` behind it, and its writer holds a lock on it
/// (`flock`): one without a lock was left behind by a writer that has gone.
public enum PartialFile: Sendable {
    /// A result that can be made again: what another left is replaced, a failure leaves nothing.
    case disposable
    /// What another left is refused, because it may be all there is of a recording; a failure
    /// leaves nothing.
    case guarded
    /// What another left is refused; a failure leaves what has been written.
    case kept

    /// What stands behind the name of the file to come.
    public static let suffix = ".partial"

    /// Makes the partial file of a path, and locks it.
    ///
    /// - Parameter replaces: Whether what another left may go.
    /// - Throws: `StoreError.partialLeft`, `beingWritten`, and what keeps it from being made.
    static func open(
        for path: String, replaces: Bool
    ) throws(StoreError) -> (descriptor: Int32, name: String) {
        let name = path + suffix
        // Again where a file went away between two looks at it.
        for _ in 0..<64 {
            let made = FileCalls.open(name, O_WRONLY | O_CREAT | O_EXCL)
            if made >= 0 {
                if FileCalls.lock(made) { return (made, name) }
                _ = FileCalls.close(made)
                throw .beingWritten(path: name)
            }
            guard made == -EEXIST else { throw FileSink.creationError(path, -made) }
            // Neither a link nor a pipe in its place is followed or waited for.
            let left = FileCalls.open(name, O_WRONLY | O_NOFOLLOW | O_NONBLOCK)
            if left == -ENOENT { continue }
            guard left >= 0 else { throw FileSink.creationError(name, -left) }
            if try take(left, name, replaces: replaces) { return (left, name) }
        }
        throw .beingWritten(path: name)
    }

    /// Takes over what another left, if it did.
    ///
    /// - Returns: False where the file has got its final name meanwhile, and is not to be touched.
    private static func take(
        _ descriptor: Int32, _ name: String, replaces: Bool
    ) throws(StoreError) -> Bool {
        var error: StoreError?
        if !FileCalls.lock(descriptor) {
            error = .beingWritten(path: name)
        } else if FileCalls.isSame(descriptor, name) {
            let isRegular: Bool
            if case .success(.regular) = FileCalls.kind(descriptor) {
                isRegular = true
            } else {
                isRegular = false
            }
            if isRegular, replaces {
                let result = FileCalls.truncate(descriptor)
                if result == 0 { return true }
                error = FileSink.creationError(name, -result)
            } else {
                error = isRegular ? .partialLeft(path: name) : .exists(path: name)
            }
        }
        _ = FileCalls.close(descriptor)
        if let error { throw error }
        return false
    }
}

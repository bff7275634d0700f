import Glibc

/// Bytes as they come: what is there is handed on at once, and a wait for more has an end.
public final class LiveInput {
    /// What a look at the input came to.
    public enum Step: Equatable {
        /// So many bytes were read into the front of the buffer.
        case bytes(Int)
        /// Nothing came in time, or a signal did.
        case nothing
        /// Nothing will come.
        case end
    }

    /// The path, for messages.
    public let path: String
    private let descriptor: Int32
    private let canReadWithoutWaiting: Bool
    private var offset: Int64 = 0

    /// Opens a path; `-` is the standard input.
    ///
    /// - Throws: `StoreError`.
    public init(path: String) throws(StoreError) {
        self.path = path
        descriptor = path == "-" ? 0 : FileCalls.open(path, O_RDONLY)
        guard descriptor >= 0 else { throw SourceFile.openError(path, -descriptor) }
        switch FileCalls.kind(descriptor) {
        case .success(.directory): throw .isDirectory(path: path)
        case .success: break
        case .failure(let number): throw SourceFile.openError(path, number.value)
        }
        // Only from here on: opened like that, a pipe without a writer would have an end at once.
        canReadWithoutWaiting = path != "-" && FileCalls.neverWait(descriptor)
    }

    deinit {
        if descriptor > 2 { _ = FileCalls.close(descriptor) }
    }

    /// Reads what is there, waiting for at most so many milliseconds where there is nothing.
    ///
    /// - Complexity: O(bytes read).
    /// - Throws: `StoreError.system`.
    public func next(
        into buffer: inout [UInt8], waitingMilliseconds milliseconds: Int32
    ) throws(StoreError) -> Step {
        // A kernel's trace pipe has something to read long before it says so.
        guard
            FileCalls.waitForBytes(descriptor, milliseconds: milliseconds)
                || canReadWithoutWaiting
        else { return .nothing }
        let count = FileCalls.read(descriptor, &buffer, at: 0, count: buffer.count)
        if count == -Int(EAGAIN) { return .nothing }
        guard count >= 0 else {
            throw .system(
                operation: "read", path: path, errno: Int32(-count), offset: offset)
        }
        offset += Int64(count)
        return count == 0 ? .end : .bytes(count)
    }
}

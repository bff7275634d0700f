import Glibc

/// A file that several programs add to at its end, such as a log; what is in it stays.
public struct GrowingFile: ~Copyable {
    /// The path of the file.
    public let path: String
    /// Its length when it was opened, bytes; 0 for what is no file.
    public let length: Int64
    private let descriptor: Int32

    /// Opens a file, or makes it.
    ///
    /// - Throws: `StoreError` when it is a folder or cannot be created or written.
    public init(path: String) throws(StoreError) {
        self.path = path
        descriptor = FileCalls.open(path, O_WRONLY | O_APPEND | O_CREAT)
        guard descriptor >= 0 else {
            switch -descriptor {
            case EISDIR: throw .isDirectory(path: path)
            case EACCES, EPERM, EROFS: throw .permission(path: path)
            default: throw .cannotCreate(path: path, errno: -descriptor)
            }
        }
        if case .success(.regular(let length)) = FileCalls.kind(descriptor) {
            self.length = length
        } else {
            length = 0
        }
    }

    /// Adds bytes at the end, wherever that is by then.
    ///
    /// - Complexity: O(bytes).
    /// - Throws: `StoreError.noSpace` or `system`.
    public func append(_ bytes: [UInt8]) throws(StoreError) {
        var start = 0
        while start < bytes.count {
            let taken = FileCalls.write(descriptor, bytes, from: start)
            if taken == -Int(EINTR) { continue }
            guard taken > 0 else {
                let offset = length + Int64(start)
                let isFull = [ENOSPC, EDQUOT, EFBIG].contains(Int32(-taken))
                throw isFull
                    ? .noSpace(path: path, offset: offset)
                    : .system(
                        operation: "write", path: path, errno: Int32(-taken), offset: offset)
            }
            start += taken
        }
    }

    deinit { _ = FileCalls.close(descriptor) }
}

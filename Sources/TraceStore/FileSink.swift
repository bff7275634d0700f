import Glibc

/// A file to write, or the standard output.
///
/// A regular file is written under another name in the same folder and renamed by `commit`, so a
/// reader never finds half of it under its own name. The path `-` is the standard output.
public final class FileSink: ByteSink {
    /// Takes some of the bytes from a position on, as `write` does: how many, or an error number
    /// below zero.
    typealias WriteCall = (_ descriptor: Int32, _ bytes: [UInt8], _ start: Int) -> Int

    /// The path that was asked for.
    public let path: String
    /// Where the bytes are until `commit`, `nil` where they go straight to their target.
    public private(set) var temporaryPath: String?

    private var descriptor: Int32
    private let overwrites: Bool
    private let writeCall: WriteCall
    private var offset: Int64 = 0

    /// Opens a file for writing.
    ///
    /// - Throws: `StoreError` when it exists and `overwrites` is false, is a directory, or cannot
    ///   be created.
    public convenience init(path: String, overwrites: Bool = false) throws(StoreError) {
        try self.init(path: path, overwrites: overwrites, writeCall: FileCalls.write)
    }

    init(
        path: String, overwrites: Bool, writeCall: @escaping WriteCall
    ) throws(StoreError) {
        self.path = path
        self.overwrites = overwrites
        self.writeCall = writeCall
        if path == "-" {
            descriptor = 1
            return
        }
        switch FileCalls.kind(path) {
        case .success(.directory): throw .isDirectory(path: path)
        case .success(.other):
            // A pipe or a device is written to, not replaced.
            descriptor = FileCalls.open(path, O_WRONLY)
        case .success(.regular):
            guard overwrites else { throw .exists(path: path) }
            (descriptor, temporaryPath) = Self.openTemporary(path)
        case .failure:
            (descriptor, temporaryPath) = Self.openTemporary(path)
        }
        if descriptor < 0 {
            throw Self.creationError(path, -descriptor)
        }
    }

    deinit { discard() }

    /// Appends bytes, however many calls that takes.
    ///
    /// - Complexity: O(bytes).
    /// - Throws: `StoreError.noSpace`, `brokenPipe` or `system`.
    public func write(_ bytes: [UInt8]) throws(StoreError) {
        precondition(descriptor >= 0, "nothing is written after commit or discard")
        var start = 0
        while start < bytes.count {
            let taken = writeCall(descriptor, bytes, start)
            if taken == -Int(EINTR) { continue }
            guard taken > 0 else { throw error("write", Int32(-taken)) }
            start += taken
            offset += Int64(taken)
        }
    }

    /// Brings the content to the disk and gives the file its name.
    ///
    /// - Throws: `StoreError`; `exists` where another process has made the file meanwhile.
    public func commit() throws(StoreError) {
        precondition(descriptor >= 0, "a file is committed once")
        guard let temporary = temporaryPath else {
            try close()
            return
        }
        // The content reaches the disk before the name does.
        let synced = FileCalls.sync(descriptor)
        if synced < 0, synced != -EINVAL { throw error("fsync", -synced) }
        try close()
        try publish(temporary)
        temporaryPath = nil
    }

    /// Closes and removes what was written under the other name.
    public func discard() {
        if descriptor > 2 { _ = FileCalls.close(descriptor) }
        descriptor = -1
        if let temporaryPath { FileCalls.remove(temporaryPath) }
        temporaryPath = nil
    }

    private func close() throws(StoreError) {
        let closing = descriptor
        descriptor = -1
        guard closing > 2 else { return }
        let result = FileCalls.close(closing)
        if result < 0, result != -EINTR { throw error("close", -result) }
    }

    private func publish(_ temporary: String) throws(StoreError) {
        if !overwrites {
            // A link, unlike a rename, fails where another process has made the file meanwhile.
            let linked = FileCalls.link(temporary, path)
            if linked == 0 {
                FileCalls.remove(temporary)
                return
            }
            if linked == -EEXIST { throw .exists(path: path) }
            // Some file systems have no links; there only the check at the start protects.
        }
        let renamed = FileCalls.rename(temporary, path)
        if renamed < 0 { throw error("rename", -renamed) }
    }

    private func error(_ operation: String, _ number: Int32) -> StoreError {
        switch number {
        case ENOSPC, EDQUOT, EFBIG: .noSpace(path: path, offset: offset)
        case EPIPE: .brokenPipe(path: path)
        default:
            .system(operation: operation, path: path, errno: number, offset: offset)
        }
    }

    private static func openTemporary(_ path: String) -> (Int32, String?) {
        let number = FileCalls.processNumber()
        // A few names, for leftovers of a process that had the same number.
        for attempt in 0..<16 {
            let name = "\(path).partial-\(number)-\(attempt)"
            let descriptor = FileCalls.open(name, O_WRONLY | O_CREAT | O_EXCL)
            if descriptor >= 0 { return (descriptor, name) }
            if descriptor != -EEXIST { return (descriptor, nil) }
        }
        return (-EEXIST, nil)
    }

    static func creationError(_ path: String, _ number: Int32) -> StoreError {
        switch number {
        case EACCES, EPERM, EROFS: .permission(path: path)
        case EISDIR: .isDirectory(path: path)
        case ENOSPC, EDQUOT: .noSpace(path: path, offset: 0)
        default: .cannotCreate(path: path, errno: number)
        }
    }
}

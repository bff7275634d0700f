import Glibc

/// A file to write, or the standard output.
///
/// A regular file is written under another name in the same folder (see `PartialFile`) and renamed
/// by `commit`, so a reader never finds half of it under its own name. The path `-` is the standard
/// output.
public final class FileSink: ByteSink {
    /// Takes some of the bytes from a position on, as `write` does: how many, or an error number
    /// below zero.
    typealias WriteCall = (_ descriptor: Int32, _ bytes: [UInt8], _ start: Int) -> Int

    /// The path that was asked for.
    public let path: String
    /// What becomes of the file while it is not whole.
    public let partial: PartialFile
    /// Where the bytes are until `commit`, `nil` where they go straight to their target.
    public private(set) var temporaryPath: String?

    private var descriptor: Int32
    private let overwrites: Bool
    private let writeCall: WriteCall
    private var offset: Int64 = 0

    /// Opens a file for writing.
    ///
    /// - Parameters:
    ///   - overwrites: Whether a file of that name, and what a cut recording of it has left, may go.
    ///   - partial: What becomes of the file while it is not whole.
    /// - Throws: `StoreError` when it exists and `overwrites` is false, is a directory, is being
    ///   written by another process, or cannot be created.
    public convenience init(
        path: String, overwrites: Bool = false, partial: PartialFile = .guarded
    ) throws(StoreError) {
        try self.init(
            path: path, overwrites: overwrites, partial: partial, writeCall: FileCalls.write)
    }

    init(
        path: String, overwrites: Bool, partial: PartialFile = .guarded,
        writeCall: @escaping WriteCall
    ) throws(StoreError) {
        self.path = path
        self.overwrites = overwrites
        self.partial = partial
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
            if descriptor < 0 { throw Self.creationError(path, -descriptor) }
            return
        case .success(.regular):
            guard overwrites else { throw .exists(path: path) }
        case .failure: break
        }
        let (descriptor, name) = try PartialFile.open(
            for: path, replaces: overwrites || partial == .disposable)
        self.descriptor = descriptor
        temporaryPath = name
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

    /// Brings to the disk what has been written so far; does nothing for pipes and devices.
    ///
    /// - Throws: `StoreError.noSpace` or `system`.
    public func synchronize() throws(StoreError) {
        precondition(descriptor >= 0, "a file is synchronized before commit or discard")
        let synced = FileCalls.syncData(descriptor)
        if synced < 0, synced != -EINVAL, synced != -EROFS { throw error("fdatasync", -synced) }
    }

    /// Brings the content to the disk and gives the file its name.
    ///
    /// - Throws: `StoreError`; `exists` where another process has made the file meanwhile.
    public func commit() throws(StoreError) {
        precondition(descriptor >= 0, "a file is committed once")
        if let temporary = temporaryPath {
            // The content reaches the disk before the name does.
            let synced = FileCalls.sync(descriptor)
            if synced < 0, synced != -EINVAL { throw error("fsync", -synced) }
            // The lock is held until the name has changed: else another could take the file for
            // one that was left behind.
            try publish(temporary)
            temporaryPath = nil
        }
        try close()
    }

    /// Closes what was written under the other name, and removes it unless it is to be kept.
    public func discard() {
        if let temporaryPath, partial != .kept || offset == 0 {
            FileCalls.remove(temporaryPath)
            self.temporaryPath = nil
        }
        if descriptor > 2 { _ = FileCalls.close(descriptor) }
        descriptor = -1
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

    static func creationError(_ path: String, _ number: Int32) -> StoreError {
        switch number {
        case EACCES, EPERM, EROFS: .permission(path: path)
        case EISDIR: .isDirectory(path: path)
        case ENOSPC, EDQUOT: .noSpace(path: path, offset: 0)
        default: .cannotCreate(path: path, errno: number)
        }
    }
}

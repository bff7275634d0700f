import Glibc

/// A file that is still being written as a source: at its end it waits for more.
///
/// It ends where its writer has gone, which is told by the writer's lock (see `PartialFile`).
public final class FollowSource: ByteSource {
    /// The path that was opened.
    public let path: String
    /// Always `nil`: the file grows.
    public var length: Int64? { nil }
    private let descriptor: Int32
    private let wait: () -> Bool
    /// Whether nobody writes any more, or nobody wants to wait; what is there now is all.
    private var isOver = false

    /// Takes an open descriptor, which is closed with the source.
    ///
    /// - Parameter wait: Lets some time go by; false ends the following.
    init(path: String, descriptor: Int32, wait: @escaping () -> Bool) {
        self.path = path
        self.descriptor = descriptor
        self.wait = wait
    }

    deinit { _ = FileCalls.close(descriptor) }

    /// Reads bytes into a part of `buffer`, waiting for them; fewer than `count` only at the end.
    public func read(
        at offset: Int64, into buffer: inout [UInt8], at start: Int, count: Int
    ) throws(StoreError) -> Int {
        var taken = 0
        while taken < count {
            let result = try FileSource.readOnce(
                descriptor, path, at: offset + Int64(taken), into: &buffer, at: start + taken,
                count: count - taken)
            taken += result
            if result > 0 { continue }
            if isOver { break }
            // What was written before the writer went is read once more.
            if !FileCalls.isLockedElsewhere(descriptor) || !wait() { isOver = true }
        }
        return taken
    }
}

extension SourceFile {
    /// The source for a path whose trace may still be written; `-` is the standard input.
    ///
    /// Where there is no such file yet, its partial file is taken (see `PartialFile`). What is no
    /// regular file ends where its writer closes it, as ever.
    ///
    /// - Parameter wait: Lets some time go by; false ends the following.
    /// - Throws: `StoreError`.
    public static func follow(
        _ path: String, wait: @escaping () -> Bool
    ) throws(StoreError) -> any ByteSource {
        guard path != "-" else { return try open(path) }
        var found = path
        var descriptor = FileCalls.open(path, O_RDONLY)
        if descriptor == -ENOENT {
            found = path + PartialFile.suffix
            descriptor = FileCalls.open(found, O_RDONLY)
            // Finished between the two looks.
            if descriptor == -ENOENT {
                found = path
                descriptor = FileCalls.open(path, O_RDONLY)
            }
        }
        guard descriptor >= 0 else { throw openError(path, -descriptor) }
        if case .success(.regular) = FileCalls.kind(descriptor) {
            return FollowSource(path: found, descriptor: descriptor, wait: wait)
        }
        _ = FileCalls.close(descriptor)
        return try open(found)
    }
}

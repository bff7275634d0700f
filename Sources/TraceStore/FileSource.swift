import Glibc

/// A regular file as a source: any part can be read at any time.
public final class FileSource: ByteSource {
    /// The path that was opened.
    public let path: String
    /// The length in bytes when the file was opened.
    public let length: Int64?
    private let descriptor: Int32

    fileprivate init(path: String, length: Int64, descriptor: Int32) {
        self.path = path
        self.length = length
        self.descriptor = descriptor
    }

    deinit {
        if descriptor > 2 { _ = FileCalls.close(descriptor) }
    }

    /// Reads bytes into a part of `buffer`; fewer than `count` only at the end.
    public func read(
        at offset: Int64, into buffer: inout [UInt8], at start: Int, count: Int
    ) throws(StoreError) -> Int {
        var taken = 0
        while taken < count {
            let result = try Self.readOnce(
                descriptor, path, at: offset + Int64(taken), into: &buffer, at: start + taken,
                count: count - taken)
            if result == 0 { break }
            taken += result
        }
        return taken
    }

    /// Reads what one call gives of a regular file; nothing at its end.
    static func readOnce(
        _ descriptor: Int32, _ path: String, at offset: Int64, into buffer: inout [UInt8],
        at start: Int, count: Int
    ) throws(StoreError) -> Int {
        let result = FileCalls.read(descriptor, at: offset, &buffer, at: start, count: count)
        guard result >= 0 else {
            throw .system(operation: "pread", path: path, errno: Int32(-result), offset: offset)
        }
        return result
    }
}

/// A pipe, or anything else that is read from front to back, as a source.
public final class StreamSource: ByteSource {
    /// The name given for messages.
    public let path: String
    /// Always `nil`: a stream does not tell.
    public var length: Int64? { nil }
    private let descriptor: Int32
    private var position: Int64 = 0
    private var passed: [UInt8] = []

    /// Takes an open descriptor, which is closed with the source unless it is a standard one.
    public init(path: String, descriptor: Int32) {
        self.path = path
        self.descriptor = descriptor
    }

    deinit {
        if descriptor > 2 { _ = FileCalls.close(descriptor) }
    }

    /// Reads bytes into a part of `buffer`; fewer than `count` only at the end.
    public func read(
        at offset: Int64, into buffer: inout [UInt8], at start: Int, count: Int
    ) throws(StoreError) -> Int {
        precondition(offset >= position, "a stream is read forwards")
        while position < offset {
            if passed.isEmpty { passed = [UInt8](repeating: 0, count: 65_536) }
            let wanted = Int(min(offset - position, Int64(passed.count)))
            if try take(into: &passed, at: 0, count: wanted) == 0 { return 0 }
        }
        var taken = 0
        while taken < count {
            let result = try take(into: &buffer, at: start + taken, count: count - taken)
            if result == 0 { break }
            taken += result
        }
        return taken
    }

    private func take(
        into buffer: inout [UInt8], at start: Int, count: Int
    ) throws(StoreError) -> Int {
        let result = FileCalls.read(descriptor, &buffer, at: start, count: count)
        guard result >= 0 else {
            throw .system(
                operation: "read", path: path, errno: Int32(-result), offset: position)
        }
        position += Int64(result)
        return result
    }
}

/// Opens paths for reading.
public enum SourceFile {
    /// The source for a path; `-` is the standard input.
    ///
    /// - Throws: `StoreError`.
    public static func open(_ path: String) throws(StoreError) -> any ByteSource {
        let descriptor = path == "-" ? 0 : FileCalls.open(path, O_RDONLY)
        guard descriptor >= 0 else { throw openError(path, -descriptor) }
        switch FileCalls.kind(descriptor) {
        case .success(.regular(let length)):
            // A redirected standard input may have been read from before; then it is a stream.
            if FileCalls.position(descriptor) == 0 {
                return FileSource(path: path, length: length, descriptor: descriptor)
            }
            return StreamSource(path: path, descriptor: descriptor)
        case .success(.directory):
            if descriptor > 2 { _ = FileCalls.close(descriptor) }
            throw .isDirectory(path: path)
        case .success(.other):
            return StreamSource(path: path, descriptor: descriptor)
        case .failure(let number):
            if descriptor > 2 { _ = FileCalls.close(descriptor) }
            throw openError(path, number.value)
        }
    }

    /// Whether two paths lead to one existing regular file, over links too; `-` is the standard
    /// input as the first path and the standard output as the second.
    ///
    /// - Throws: `StoreError` where that cannot be told.
    public static func isSame(_ input: String, _ output: String) throws(StoreError) -> Bool {
        let one = input == "-" ? FileCalls.identity(0) : FileCalls.identity(input)
        let other = output == "-" ? FileCalls.identity(1) : FileCalls.identity(output)
        switch (one, other) {
        case (.success(let one), .success(let other)): return one.isRegular && one == other
        case (.failure(let number), _): throw openError(input, number.value)
        // What is not there yet is no input.
        case (.success, .failure): return false
        }
    }

    static func openError(_ path: String, _ number: Int32) -> StoreError {
        switch number {
        case ENOENT, ENOTDIR: .notFound(path: path)
        case EACCES, EPERM: .permission(path: path)
        case EISDIR: .isDirectory(path: path)
        default: .system(operation: "open", path: path, errno: number, offset: 0)
        }
    }
}

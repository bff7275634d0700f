import Glibc

/// The calls to the system that files need: every pointer that is handed to it is here.
///
/// Results below zero are negated error numbers. Calls that a signal interrupts are made again.
enum FileCalls {
    static func open(_ path: String, _ flags: Int32) -> Int32 {
        // Never inherited by a child, whatever the flags.
        retrying { unsafe Glibc.open(path, flags | O_CLOEXEC, 0o666) }
    }

    static func read(_ descriptor: Int32, _ buffer: inout [UInt8], at start: Int, count: Int)
        -> Int
    {
        check(buffer, start, count)
        return unsafe buffer.withUnsafeMutableBytes { bytes in
            // The range was checked, and the pointer does not leave the closure.
            retrying {
                unsafe Glibc.read(descriptor, bytes.baseAddress.map { unsafe $0 + start }, count)
            }
        }
    }

    static func read(
        _ descriptor: Int32, at offset: Int64, _ buffer: inout [UInt8], at start: Int, count: Int
    ) -> Int {
        check(buffer, start, count)
        return unsafe buffer.withUnsafeMutableBytes { bytes in
            // The range was checked, and the pointer does not leave the closure.
            retrying {
                unsafe pread(
                    descriptor, bytes.baseAddress.map { unsafe $0 + start }, count, Int(offset))
            }
        }
    }

    /// One write, which may take fewer bytes than offered; interruptions are left to the caller.
    static func write(_ descriptor: Int32, _ buffer: [UInt8], from start: Int) -> Int {
        check(buffer, start, buffer.count - start)
        return unsafe buffer.withUnsafeBytes { bytes in
            // The range was checked, and the pointer does not leave the closure.
            let result = unsafe Glibc.write(
                descriptor, bytes.baseAddress.map { unsafe $0 + start }, bytes.count - start)
            return result < 0 ? -Int(errno) : result
        }
    }

    static func close(_ descriptor: Int32) -> Int32 {
        // Not made again: after an interruption the descriptor is gone on Linux.
        Glibc.close(descriptor) < 0 ? -errno : 0
    }

    static func sync(_ descriptor: Int32) -> Int32 { retrying { fsync(descriptor) } }

    static func syncData(_ descriptor: Int32) -> Int32 { retrying { fdatasync(descriptor) } }

    static func truncate(_ descriptor: Int32) -> Int32 { retrying { ftruncate(descriptor, 0) } }

    static func rename(_ from: String, _ to: String) -> Int32 {
        retrying { unsafe Glibc.rename(from, to) }
    }

    static func link(_ from: String, _ to: String) -> Int32 {
        retrying { unsafe Glibc.link(from, to) }
    }

    static func remove(_ path: String) { _ = retrying { unsafe unlink(path) } }

    static func makeFolder(_ path: String) -> Int32 {
        retrying { unsafe mkdir(path, 0o777) }
    }

    static func processNumber() -> Int32 { getpid() }

    /// What a path or descriptor is.
    enum FileKind: Equatable {
        case regular(length: Int64)
        case directory
        case other
    }

    static func kind(_ path: String) -> Result<FileKind, ErrorNumber> {
        var status = Glibc.stat()
        let result = retrying { unsafe stat(path, &status) }
        return result < 0 ? .failure(ErrorNumber(-result)) : .success(kind(status))
    }

    static func kind(_ descriptor: Int32) -> Result<FileKind, ErrorNumber> {
        var status = Glibc.stat()
        let result = retrying { unsafe fstat(descriptor, &status) }
        return result < 0 ? .failure(ErrorNumber(-result)) : .success(kind(status))
    }

    /// What tells a file from every other file of the machine.
    struct FileIdentity: Equatable {
        var device: UInt64
        var number: UInt64
        var isRegular: Bool
    }

    static func identity(_ path: String) -> Result<FileIdentity, ErrorNumber> {
        var status = Glibc.stat()
        let result = retrying { unsafe stat(path, &status) }
        return result < 0 ? .failure(ErrorNumber(-result)) : .success(identity(status))
    }

    static func identity(_ descriptor: Int32) -> Result<FileIdentity, ErrorNumber> {
        var status = Glibc.stat()
        let result = retrying { unsafe fstat(descriptor, &status) }
        return result < 0 ? .failure(ErrorNumber(-result)) : .success(identity(status))
    }

    /// Where the next read or write of a descriptor would be, or `nil` for a pipe and its like.
    static func position(_ descriptor: Int32) -> Int64? {
        let result = lseek(descriptor, 0, SEEK_CUR)
        return result < 0 ? nil : Int64(result)
    }

    /// An error number of the system.
    struct ErrorNumber: Error, Equatable {
        var value: Int32

        init(_ value: Int32) { self.value = value }
    }

    private static func identity(_ status: Glibc.stat) -> FileIdentity {
        FileIdentity(
            device: UInt64(status.st_dev), number: UInt64(status.st_ino),
            isRegular: status.st_mode & S_IFMT == S_IFREG)
    }

    private static func kind(_ status: Glibc.stat) -> FileKind {
        switch status.st_mode & S_IFMT {
        case S_IFREG: .regular(length: Int64(status.st_size))
        case S_IFDIR: .directory
        default: .other
        }
    }

    private static func check(_ buffer: [UInt8], _ start: Int, _ count: Int) {
        precondition(
            start >= 0 && count >= 0 && start + count <= buffer.count,
            "a call's bytes lie within its buffer")
    }

    private static func retrying<Number: SignedInteger>(_ call: () -> Number) -> Number {
        while true {
            let result = call()
            if result >= 0 { return result }
            let number = errno
            if number != EINTR { return -Number(number) }
        }
    }
}

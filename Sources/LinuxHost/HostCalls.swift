import Glibc

/// The calls to the system that recording a host needs: every pointer that is handed to it is here.
///
/// Results below zero are negated error numbers. Calls that a signal interrupts are made again,
/// waiting apart.
enum HostCalls {
    // MARK: Files

    static func openToRead(_ path: String) -> Int32 {
        retrying { unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) }
    }

    static func openToWrite(_ path: String) -> Int32 {
        retrying { unsafe open(path, O_WRONLY | O_CLOEXEC) }
    }

    static func openFolder(_ path: String) -> Int32 {
        retrying { unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    }

    /// One read into the front of a buffer.
    static func read(_ descriptor: Int32, _ buffer: inout [UInt8], from start: Int = 0) -> Int {
        precondition(start <= buffer.count, "a read's bytes lie within its buffer")
        return unsafe buffer.withUnsafeMutableBytes { bytes in
            // The range was checked, and the pointer does not leave the closure.
            retrying {
                unsafe Glibc.read(
                    descriptor, bytes.baseAddress.map { unsafe $0 + start }, bytes.count - start)
            }
        }
    }

    /// One write of all bytes: files of the kernel take a setting whole or not at all.
    static func write(_ descriptor: Int32, _ bytes: [UInt8]) -> Int {
        unsafe bytes.withUnsafeBytes { buffer in
            // The pointer does not leave the closure.
            retrying { unsafe Glibc.write(descriptor, buffer.baseAddress, buffer.count) }
        }
    }

    static func close(_ descriptor: Int32) { _ = Glibc.close(descriptor) }

    static func rewind(_ descriptor: Int32) -> Bool { lseek(descriptor, 0, SEEK_SET) == 0 }

    static func makeFolder(_ path: String) -> Int32 {
        retrying { unsafe mkdir(path, 0o700) }
    }

    static func removeFolder(_ path: String) -> Int32 { retrying { unsafe rmdir(path) } }

    /// 0 for a folder that can be reached, else a negated error number.
    static func checkFolder(_ path: String) -> Int32 {
        var status = Glibc.stat()
        let result = retrying { unsafe stat(path, &status) }
        guard result == 0 else { return result }
        return status.st_mode & S_IFMT == S_IFDIR ? 0 : -ENOTDIR
    }

    /// Locks a file or folder for this process until the descriptor is closed; never waits.
    static func lock(_ descriptor: Int32) -> Int32 {
        retrying { flock(descriptor, LOCK_EX | LOCK_NB) }
    }

    /// The names in a folder, in no order; empty where it cannot be read.
    static func names(in folder: String) -> [String] {
        guard let stream = unsafe opendir(folder) else { return [] }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            // The name ends with a zero within the entry, which lives until the next call.
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { start in
                unsafe start.withMemoryRebound(to: CChar.self, capacity: 256) {
                    unsafe String(cString: $0)
                }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Where a symbolic link leads, or `nil`.
    static func link(_ path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: 256)
        let room = buffer.count
        let count = unsafe readlink(path, &buffer, room)
        guard count > 0, count < room else { return nil }
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Waits until one of the descriptors has something to read, or a signal or the time comes.
    static func wait(for descriptors: [Int32], milliseconds: Int32) {
        var entries = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        let count = nfds_t(entries.count)
        _ = unsafe poll(&entries, count, milliseconds)
    }

    // MARK: The process and the machine

    static var processNumber: Int32 { getpid() }

    static var pageBytes: Int { sysconf(Int32(_SC_PAGESIZE)) }

    static func nanoseconds(_ clock: clockid_t) -> Int64 {
        var now = timespec()
        unsafe clock_gettime(clock, &now)
        return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
    }

    /// Processor time of this process so far.
    static var processorNs: Int64 { nanoseconds(CLOCK_PROCESS_CPUTIME_ID) }

    /// The most memory that this process has had at once, in bytes.
    static var peakMemoryBytes: Int64 {
        var usage = rusage()
        guard unsafe getrusage(RUSAGE_SELF.rawValue, &usage) == 0 else { return 0 }
        return Int64(usage.ru_maxrss) * 1024
    }

    static var monotonicNs: Int64 { nanoseconds(CLOCK_MONOTONIC) }

    static var wallNs: Int64 { nanoseconds(CLOCK_REALTIME) }

    /// Name, release, version and machine of the kernel.
    static var kernel: (name: String, release: String, version: String, machine: String) {
        var names = utsname()
        unsafe uname(&names)
        return (
            text(&names.sysname), text(&names.release), text(&names.version), text(&names.machine)
        )
    }

    /// The words of the system for an error number.
    static func text(_ number: Int32) -> String { unsafe String(cString: strerror(number)) }

    private static func text<Field>(_ field: inout Field) -> String {
        unsafe withUnsafeBytes(of: &field) { bytes in
            // A fixed field of the system's, cut at its zero.
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
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

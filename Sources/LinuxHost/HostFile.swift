import Glibc

/// Whole small files of the kernel.
enum HostFile {
    /// More than any of them has on a machine with thousands of CPUs.
    static let bytesMax = 8 << 20

    /// The bytes of a file, or the error number.
    static func bytes(_ path: String) -> Result<[UInt8], SystemNumber> {
        let descriptor = HostCalls.openToRead(path)
        guard descriptor >= 0 else { return .failure(SystemNumber(-descriptor)) }
        defer { HostCalls.close(descriptor) }
        return bytes(descriptor)
    }

    /// The rest of an open file.
    static func bytes(_ descriptor: Int32) -> Result<[UInt8], SystemNumber> {
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        var filled = 0
        while true {
            let count = HostCalls.read(descriptor, &buffer, from: filled)
            guard count >= 0 else { return .failure(SystemNumber(Int32(-count))) }
            guard count > 0 else { break }
            filled += count
            guard filled <= bytesMax else { return .failure(SystemNumber(EFBIG)) }
            if buffer.count - filled < 4096 {
                buffer.append(contentsOf: repeatElement(0, count: buffer.count))
            }
        }
        buffer.removeSubrange(filled...)
        return .success(buffer)
    }

    /// The text of a file without the end of its last line, or `nil` where it cannot be read.
    static func text(_ path: String) -> String? {
        guard case .success(let bytes) = bytes(path) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }

    /// Writes a setting.
    ///
    /// - Returns: 0, or a negated error number.
    static func write(_ text: String, to path: String) -> Int32 {
        let descriptor = HostCalls.openToWrite(path)
        guard descriptor >= 0 else { return descriptor }
        defer { HostCalls.close(descriptor) }
        let count = HostCalls.write(descriptor, Array(text.utf8))
        return count < 0 ? Int32(count) : 0
    }
}

/// An error number of the system.
struct SystemNumber: Error, Equatable {
    var value: Int32

    init(_ value: Int32) { self.value = value }
}

import Crypto

/// SHA-256 over pieces.
struct Digest {
    private var hash = SHA256()

    /// Adds bytes.
    ///
    /// - Complexity: O(bytes).
    mutating func update(_ bytes: [UInt8]) {
        hash.update(data: bytes)
    }

    /// Adds the first `count` bytes.
    ///
    /// - Complexity: O(count).
    mutating func update(_ bytes: [UInt8], count: Int) {
        // The pointer covers the array's first bytes, as the slice's bounds check has made sure,
        // and does not leave the closure.
        unsafe bytes[0..<count].withUnsafeBytes { buffer in
            unsafe hash.update(bufferPointer: buffer)
        }
    }

    /// Adds a number as eight little-endian bytes.
    mutating func update(_ value: UInt64) {
        update((0..<8).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) })
    }

    /// Adds the length of a text's UTF-8 bytes and the bytes.
    ///
    /// - Complexity: O(text).
    mutating func update(_ text: String) {
        update(UInt64(text.utf8.count))
        update(Array(text.utf8))
    }

    /// The 32 bytes of the sum.
    func finalize() -> [UInt8] { Array(hash.finalize()) }

    /// The 32 bytes of the sum of one piece.
    ///
    /// - Complexity: O(bytes).
    static func of(_ bytes: [UInt8]) -> [UInt8] {
        var digest = Digest()
        digest.update(bytes)
        return digest.finalize()
    }
}

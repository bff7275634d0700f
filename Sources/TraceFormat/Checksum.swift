import CChecksum

/// CRC-32C, the sum of every record and plane.
public enum Checksum {
    /// The sum of `bytes`, continuing from `previous`; 0 starts a new sum.
    ///
    /// - Complexity: O(bytes).
    public static func crc32c(_ bytes: Span<UInt8>, continuing previous: UInt32 = 0) -> UInt32 {
        // The pointer covers exactly `count` bytes and does not leave the closure.
        unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe checksum_crc32c(previous, buffer.baseAddress, buffer.count)
        }
    }
}

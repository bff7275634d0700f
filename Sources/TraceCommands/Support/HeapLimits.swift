import CHeap

/// How the heap treats memory that is given back.
enum HeapLimits {
    private static let ownPagesBytes: Int32 = 128 << 10

    /// From here on large pieces of memory have pages of their own, which go back to the system
    /// when they are given back, and all threads share one heap.
    ///
    /// Without this the heap keeps pieces as large as the largest one so far.
    static func keepSmall() {
        _ = mallopt(M_MMAP_THRESHOLD, ownPagesBytes)
        _ = mallopt(M_TRIM_THRESHOLD, ownPagesBytes)
        _ = mallopt(M_ARENA_MAX, 1)
    }
}

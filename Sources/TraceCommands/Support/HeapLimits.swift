#if os(Linux)
import CHeap
#endif

/// How the heap treats memory that is given back.
enum HeapLimits {
    /// More than the rows of a stretch take, which come and go with each block.
    private static let ownPagesBytes: Int32 = 256 << 10
    private static let keptBytes: Int32 = 512 << 10

    /// From here on large pieces of memory have pages of their own, which go back to the system
    /// when they are given back, and all threads share one heap.
    ///
    /// Only glibc's; without this it keeps pieces as large as the largest one so far.
    static func keepSmall() {
        #if os(Linux)
        _ = mallopt(M_MMAP_THRESHOLD, ownPagesBytes)
        _ = mallopt(M_TRIM_THRESHOLD, keptBytes)
        _ = mallopt(M_ARENA_MAX, 1)
        #endif
    }
}

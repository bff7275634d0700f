public import Synchronization

/// A block of 64-bit cells that two threads share, each cell an atomic.
///
/// The only place of this module that touches memory by address. Loads and stores are plain
/// instructions on x86-64 and arm64; being atomics, they cannot tear, and a reader that loses a
/// race sees an old or a new cell and nothing else.
///
/// `@unchecked Sendable`: the address never changes, and everything behind it is atomic.
@frozen @safe @usableFromInline
struct RingCells: @unchecked Sendable {
    @usableFromInline let base: UnsafeMutablePointer<Atomic<UInt64>>

    /// Two lines of 64 bytes: CPUs fetch lines in pairs.
    static let alignmentBytes = 128

    /// Takes memory for so many cells, all 0. Every page is written, so none faults later.
    ///
    /// - Complexity: O(count).
    static func allocate(_ count: Int) -> RingCells {
        // Freed by `deallocate`, which the ring's deinit calls once.
        let raw = UnsafeMutableRawPointer.allocate(
            byteCount: count * MemoryLayout<Atomic<UInt64>>.stride, alignment: alignmentBytes)
        let base = unsafe raw.bindMemory(to: Atomic<UInt64>.self, capacity: count)
        for index in 0..<count { unsafe (base + index).initialize(to: Atomic(0)) }
        return unsafe RingCells(base: base)
    }

    private init(base: UnsafeMutablePointer<Atomic<UInt64>>) { unsafe self.base = base }

    /// Gives the memory back; nothing uses it afterwards.
    func deallocate() {
        // An atomic of an integer needs no deinitialization.
        unsafe base.deallocate()
    }

    @inlinable @inline(__always)
    func load(_ index: Int) -> UInt64 { unsafe base[index].load(ordering: .relaxed) }

    @inlinable @inline(__always)
    func loadAcquiring(_ index: Int) -> UInt64 { unsafe base[index].load(ordering: .acquiring) }

    @inlinable @inline(__always)
    func store(_ index: Int, _ value: UInt64) {
        unsafe base[index].store(value, ordering: .relaxed)
    }

    @inlinable @inline(__always)
    func storeReleasing(_ index: Int, _ value: UInt64) {
        unsafe base[index].store(value, ordering: .releasing)
    }

    /// Replaces `expected`, or tells what is there instead.
    func exchange(_ index: Int, expected: UInt64, with value: UInt64) -> (done: Bool, seen: UInt64)
    {
        let (done, seen) = unsafe base[index].compareExchange(
            expected: expected, desired: value, ordering: .acquiringAndReleasing)
        return (done, seen)
    }
}

public import PhysicalMemory
import ReclaimEngine
import TraceCore

/// Invariant 6: an allocation fails only if the domain is out of pages for it or has no block of
/// four, and then no bucket and no item could be imported.
struct FailureCheck: TraceCheck {
    private(set) var faults: [String] = []
    private let interruptFreeMin: [Int64]

    init(_ setup: EngineSetup) {
        interruptFreeMin = setup.host.domains.indices.map {
            Int64(setup.memory.thresholds[9 * $0])
        }
    }

    mutating func take(_ event: LoggedEvent) {
        guard event.event.header.kind == .allocFail else { return }
        let need = Int64(MemoryGeometry.bufferPages) + interruptFreeMin[event.domain]
        if event["free_pages"] >= need && event["largest_order"] >= 2 {
            faults.append("6: fails although there is a block: \(event)")
        }
    }
}

/// Invariant 4, seen from the pages: the buffers of a policy that never breaks reservations are
/// four wired pages in a row that begin on a 16 KiB boundary.
public enum BufferCheck {
    /// Everything that is wrong with the buffers of a state; empty when nothing is.
    ///
    /// - Complexity: O(pages).
    public static func violations(_ memory: PhysicalMemory, isAligned: Bool) -> [String] {
        var faults: [String] = []
        let size = MemoryGeometry.bufferPages
        var buffers = 0
        for segment in memory.segments {
            for page in segment.start..<segment.end where memory.kind(of: page) == .buffer {
                buffers += 1
                let first = page / size * size
                let isWhole = (first..<first + size).allSatisfy {
                    memory.contains($0) && memory.kind(of: $0) == .buffer
                }
                if isAligned && !isWhole { faults.append("4: page \(page) alone") }
            }
        }
        if buffers % size != 0 { faults.append("4: \(buffers) pages of buffers") }
        return faults
    }
}

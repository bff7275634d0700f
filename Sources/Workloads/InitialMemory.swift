public import PhysicalMemory
import ReclaimEngine
import TraceCore

extension Scenario {
    /// The memory of the host at time 0: filled with file pages, a share of them wired for ever,
    /// then freed at random down to the free level (engine specification 7.4).
    ///
    /// File pages are slots, numbered from 0 in ascending order of their pages; the engine numbers
    /// them the same way.
    /// - Complexity: O(pages).
    public func initialMemory() -> InitialMemory {
        var memory = PhysicalMemory(segments: host.segments)
        var slots: [Range<Int>] = []
        for segment in host.segments {
            fill(&memory, segment)
            let first = slots.last?.upperBound ?? 0
            slots.append(first..<(first + scatter(&memory, segment)))
        }
        return InitialMemory(snapshot: memory.snapshot(), slots: slots)
    }

    /// Takes every page of a segment, 16 MiB block by block from one of the two pools.
    private func fill(_ memory: inout PhysicalMemory, _ segment: MemorySegment) {
        let random = KeyedRandom(seed: UInt64(bitPattern: seed), purpose: Purpose.pool.rawValue)
        let blockPages = 1 << MemoryGeometry.orderMax
        for start in stride(from: segment.start, to: segment.end, by: blockPages) {
            let direct = random.chance(
                millionths: UInt64(directPoolPpm), entity: UInt64(segment.domain),
                index: UInt64(start))
            for _ in start..<min(start + blockPages, segment.end) {
                if direct {
                    let page = memory.allocatePage(segment.domain, class: .interrupt)
                    if let page { memory.changeKind(of: page, to: .file) }
                } else {
                    _ = memory.allocateMovablePage(
                        segment.domain, class: .interrupt, kind: .file)
                }
            }
        }
    }

    /// Wires a share of a full segment, frees another, and returns how many pages are left.
    private func scatter(_ memory: inout PhysicalMemory, _ segment: MemorySegment) -> Int {
        let random = KeyedRandom(
            seed: UInt64(bitPattern: seed), purpose: Purpose.placement.rawValue)
        var pages = Array(segment.start..<segment.end)
        for last in stride(from: pages.count - 1, to: 0, by: -1) {
            let other = random.number(
                below: UInt64(last + 1), entity: UInt64(segment.domain), index: UInt64(last))
            pages.swapAt(last, Int(other))
        }
        let wired = pages.count * Int(unmovablePpm) / 1_000_000
        let free = min(pages.count * Int(freePpm) / 1_000_000, pages.count - wired)
        for page in pages[..<wired] { memory.changeKind(of: page, to: .kernel) }
        for page in pages[wired..<(wired + free)] { memory.free(page) }
        return pages.count - wired - free
    }
}

/// The memory a recording starts with.
public struct InitialMemory: Sendable {
    /// The state of all pages.
    public let snapshot: MemorySnapshot
    /// The slots that hold file pages, by domain.
    public let slots: [Range<Int>]
}

/// What random numbers are drawn for; each purpose has draws of its own.
enum Purpose: UInt64 {
    case pool = 1
    case placement = 2
    case arrival = 3
    case recordCpu = 4
    case recordShape = 5
    case lifetime = 6
    case freeCpu = 7
    case victims = 8
    case sendfile = 9
    case kernelLifetime = 10
}

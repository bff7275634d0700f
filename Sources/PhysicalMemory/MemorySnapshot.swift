/// The whole state as plain integers, independent of how it came about.
///
/// | array | content |
/// | --- | --- |
/// | `segments` | start, end, domain of each segment |
/// | `thresholds` | per domain: the nine values of ``Thresholds`` in the order declared |
/// | `counters` | per domain: free pages, deficit, flags |
/// | `globals` | ticks, domain iterator, min waiters, severe waiters |
/// | `pageRuns` | runs of equal pages: `owner << 32 | count << 5 | pool << 4 | kind` |
/// | `freeLists` | per list not empty: domain, pool, order, count, then the heads in order |
/// | `reservations` | first page, object, page index, last tick, ascending |
/// | `queues` | per queue that is not empty: domain, count, then first pages in order |
///
/// Page queues are no part of it: a state restored has none until they are started, by a rule
/// that depends on nothing but what the pages are used for.
///
/// Flags: 1 = in the min set, 2 = in the severe set, 4 = the page daemon waits for pages.
public struct MemorySnapshot: Equatable, Sendable {
    /// Start, end and domain of each segment.
    public var segments: [Int] = []
    /// Nine thresholds per domain.
    public var thresholds: [Int] = []
    /// Three counters per domain.
    public var counters: [Int] = []
    /// Ticks, domain iterator, min waiters, severe waiters.
    public var globals: [Int] = []
    /// Runs of equal pages in ascending page order.
    public var pageRuns: [UInt64] = []
    /// Free lists, heads in order.
    public var freeLists: [Int] = []
    /// Four numbers per reservation.
    public var reservations: [Int] = []
    /// Queues of partly populated reservations.
    public var queues: [Int] = []

    /// An empty snapshot to be filled in, which describes no valid state yet.
    public init() {}

    /// Most pages one element of `pageRuns` can stand for.
    public static let runPagesMax = 1 << 27 - 1

    /// Appends the thresholds of the next domain.
    public mutating func appendThresholds(_ limits: Thresholds) { thresholds += limits.values }

    /// Appends the counters of the next domain: no deficit, sets as the free count says.
    public mutating func appendCounters(freePages: Int, _ limits: Thresholds) {
        let state = MemoryDomain(pageCount: 0, freeCount: freePages, thresholds: limits)
        counters += [freePages, 0, state.flagBits]
    }

    /// Appends pages to `pageRuns`.
    ///
    /// Programmer error: a count outside `1 ... runPagesMax`.
    public mutating func appendPages(
        _ count: Int, kind: PageKind, pool: FreePool, owner: Int32 = -1
    ) {
        precondition(count > 0 && count <= MemorySnapshot.runPagesMax, "A run is 1...2^27-1 pages.")
        let code = UInt64(kind.rawValue) | UInt64(pool.rawValue) << 4
        pageRuns.append(
            UInt64(UInt32(bitPattern: owner)) << 32 | UInt64(count) << 5 | code)
    }
}

/// Why a snapshot cannot be restored.
public enum SnapshotError: Error, Equatable, Sendable {
    /// An array has an impossible length or value at this place.
    case malformed(field: Field, index: Int)
    /// The parts contradict each other at this page.
    case inconsistent(field: Field, page: PageNumber)
    /// The free count of a domain differs from its free pages.
    case freeCountDiffers(domain: Int, stored: Int, counted: Int)

    /// The array at fault.
    public enum Field: String, Sendable {
        case segments, thresholds, counters, globals, pageRuns, freeLists, reservations, queues
    }
}

extension PhysicalMemory {
    /// The state as plain integers.
    ///
    /// Signals not drained yet are not part of it.
    /// - Complexity: O(pages).
    public func snapshot() -> MemorySnapshot {
        var image = MemorySnapshot()
        for segment in segments {
            image.segments += [segment.start, segment.end, segment.domain]
        }
        for domain in domains {
            image.thresholds += domain.thresholds.values
            image.counters += [domain.freeCount, domain.pageoutDeficit, domain.flagBits]
        }
        image.globals = [Int(ticks), domainIterator, minWaiters, severeWaiters]
        appendPageRuns(&image)
        appendLists(&image)
        forEachReservation { entry in
            image.reservations += [
                entry.first, Int(entry.object), entry.pageIndex, Int(entry.lastTick),
            ]
        }
        for domain in domains.indices {
            let queue = queuedReservations(domain)
            if queue.isEmpty { continue }
            image.queues += [domain, queue.count]
            image.queues += queue
        }
        return image
    }

    /// The heads of the free blocks in one list, in order.
    ///
    /// - Complexity: O(blocks).
    public func freeList(domain: Int, pool: FreePool, order: Int) -> [PageNumber] {
        precondition(order >= 0 && order <= MemoryGeometry.orderMax, "An order is 0...12.")
        var heads: [PageNumber] = []
        var block = listHeads[listID(domain, Int(pool.rawValue), order)]
        while block != noIndex {
            heads.append(pageNumber(Int(block)))
            block = links[Int(block)].next
        }
        return heads
    }

    private func appendPageRuns(_ image: inout MemorySnapshot) {
        let mask = PageWord.kindMask | PageWord.poolBit
        var index = 0
        while index < words.count {
            let bits = words[index].bits & mask
            let owner = links[index].owner
            let end = min(words.count, index + MemorySnapshot.runPagesMax)
            var last = index + 1
            while last < end && words[last].bits & mask == bits && links[last].owner == owner {
                last += 1
            }
            image.appendPages(
                last - index, kind: words[index].kind,
                pool: words[index].poolIndex == 0 ? .standard : .direct, owner: owner)
            index = last
        }
    }

    private func appendLists(_ image: inout MemorySnapshot) {
        for domain in domains.indices {
            for pool in FreePool.allCases {
                for order in 0...MemoryGeometry.orderMax {
                    let heads = freeList(domain: domain, pool: pool, order: order)
                    if heads.isEmpty { continue }
                    image.freeLists += [domain, Int(pool.rawValue), order, heads.count]
                    image.freeLists += heads
                }
            }
        }
    }
}

extension Thresholds {
    /// Number of values.
    static let valueCount = 9

    /// All values in the order of the snapshot.
    var values: [Int] {
        [
            interruptFreeMin, pageoutFreeMin, reserved, severe, min, target, wakeup,
            inactiveTarget, backgroundLaunderTarget,
        ]
    }

    init(values: ArraySlice<Int>) {
        let at = values.startIndex
        self.init(
            interruptFreeMin: values[at], pageoutFreeMin: values[at + 1],
            reserved: values[at + 2], severe: values[at + 3], min: values[at + 4],
            target: values[at + 5], wakeup: values[at + 6], inactiveTarget: values[at + 7],
            backgroundLaunderTarget: values[at + 8])
    }
}

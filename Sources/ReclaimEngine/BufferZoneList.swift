/// A bucket of buffers in a domain list.
public struct ZoneBucket: Equatable, Sendable {
    /// Items in the bucket.
    public var itemCount: Int
    /// Opaque number of the consumer.
    public var token: Int32

    /// A bucket of `itemCount` items.
    public init(itemCount: Int, token: Int32 = -1) {
        self.itemCount = itemCount
        self.token = token
    }
}

/// The list of full buckets of one domain of a zone and its working-set figures
/// (conformance vectors, section 8; engine specification 4.3, B5). Counts are items.
public struct BufferZoneList: Equatable, Sendable {
    /// Items in all listed buckets.
    public private(set) var itemCount = 0
    /// Largest item count of the period.
    public private(set) var itemMax = 0
    /// Least item count of the period.
    public private(set) var itemMin = 0
    /// Least item count since the last new maximum.
    public private(set) var batchMin = 0
    /// Estimate of the working set.
    public private(set) var workingSet = 0
    /// Items that were not needed for a long time.
    public private(set) var longIdleCount = 0
    /// Periods in a row with idle items.
    public private(set) var idlePeriods = 0
    /// Listed buckets; the last element is the head of the list.
    private var buckets: [ZoneBucket] = []

    /// An empty list.
    public init() {}

    /// Listed buckets, the first to leave first.
    ///
    /// - Complexity: O(buckets).
    public var listedBuckets: [ZoneBucket] { buckets.reversed() }

    /// Listed buckets.
    public var bucketCount: Int { buckets.count }

    /// A bucket enters at the head.
    ///
    /// - Parameter isWorkingSet: did it come back from use, so that it counts for the
    ///   working set?
    public mutating func put(_ bucket: ZoneBucket, isWorkingSet: Bool) {
        precondition(bucket.itemCount > 0, "A listed bucket holds at least one item.")
        buckets.append(bucket)
        itemCount += bucket.itemCount
        if !isWorkingSet {
            itemMax += bucket.itemCount
            itemMin += bucket.itemCount
            batchMin += bucket.itemCount
            longIdleCount += bucket.itemCount
        } else if itemCount > itemMax {
            workingSet = max(workingSet, itemMax - batchMin)
            batchMin = itemCount
            itemMax = itemCount
        }
    }

    /// The first bucket leaves for a CPU; `nil` if none is listed.
    public mutating func fetch() -> ZoneBucket? {
        guard let bucket = buckets.popLast() else { return nil }
        itemCount -= bucket.itemCount
        if batchMin > itemCount {
            batchMin = itemCount
            itemMin = min(itemMin, itemCount)
        }
        return bucket
    }

    /// A freshly imported bucket of `count` items was loaded on a CPU.
    public mutating func noteImport(_ count: Int) { itemMax += count }

    /// How much a reclaim releases.
    public enum Depth: Equatable, Sendable {
        /// The periodic one: a quarter of what was idle for more than 45 periods.
        case periodic
        /// Down to the working set.
        case trim
        /// Everything.
        case drain
    }

    /// Updates the working set, then releases buckets from the head of the list.
    ///
    /// Appends the released buckets to `released`.
    /// - Returns: items released.
    public mutating func reclaim(_ depth: Depth, into released: inout [ZoneBucket]) -> Int {
        updateWorkingSet()
        let target: Int
        switch depth {
        case .drain: target = 0
        case .trim: target = workingSet
        case .periodic:
            if idlePeriods <= BufferZoneList.idlePeriodsMax { return 0 }
            target = itemCount - longIdleCount / 4
        }
        var sum = 0
        while let bucket = buckets.last, itemCount >= target + bucket.itemCount {
            buckets.removeLast()
            released.append(bucket)
            forget(bucket.itemCount)
            sum += bucket.itemCount
        }
        return sum
    }

    /// Periods of 20 s an item stays idle before the periodic reclaim takes it: 15 minutes.
    public static let idlePeriodsMax = 45

    private mutating func updateWorkingSet() {
        workingSet = max(workingSet * 3 / 4, itemMax - batchMin)
        let idle = itemMin - workingSet
        if idle >= 0 {
            longIdleCount = longIdleCount >= idle ? idle : (idle + 255 * longIdleCount) / 256
            idlePeriods += 1
        } else {
            longIdleCount = 0
            idlePeriods = 0
        }
        itemMax -= (itemMax - itemCount + 1) / 2
        itemMin = itemCount
        batchMin = itemCount
    }

    private mutating func forget(_ count: Int) {
        itemCount -= count
        let common = min(batchMin, count)
        itemMax -= common
        batchMin -= common
        itemMin -= min(itemMin, count)
        if longIdleCount >= count {
            longIdleCount -= count
        } else {
            longIdleCount = 0
            idlePeriods = 0
        }
    }
}

/// A record between its request and its release.
struct Record: Sendable {
    var handle: Int64
    /// When it is released.
    var releaseNs: Int64
    /// Number of entry among the records that wait for their release.
    fileprivate var entry: UInt64 = 0
    var pages = InlineArray<4, Int32>(repeating: -1)
    var cpu: Int32
    var freeCpu: Int32
    /// The next record in the same bucket of the wheel.
    fileprivate var next: Int32 = -1
    /// Pages the record needs.
    var pagesWanted: UInt8
    /// Pages it holds: 4 for a buffer, up to `pagesWanted` single ones as fallback.
    var pagesHeld: UInt8 = 0
    /// Holds a contiguous buffer, whose first page is `pages[0]`.
    var hasBuffer = false
    /// One bit for each single page that came from a page cache.
    var cachedPages: UInt8 = 0

    init(handle: Int64, cpu: Int, freeCpu: Int, pages: Int, releaseNs: Int64) {
        self.handle = handle
        self.releaseNs = releaseNs
        self.cpu = Int32(cpu)
        self.freeCpu = Int32(freeCpu)
        pagesWanted = UInt8(pages)
    }

    /// Contribution to the digest of all records.
    fileprivate var digest: UInt64 {
        func word(_ low: Int32, _ high: Int32) -> UInt64 {
            UInt64(UInt32(bitPattern: high)) << 32 | UInt64(UInt32(bitPattern: low))
        }
        let flags = Int32(pagesHeld) << 16 | Int32(cachedPages) << 8 | (hasBuffer ? 1 : 0)
        // Products that do not wait for each other, then one mix of their sum.
        var sum =
            UInt64(bitPattern: handle) &* 0x9e37_79b9_7f4a_7c15
            &+ UInt64(bitPattern: releaseNs) &* 0xd6e8_feb8_6659_fd93
            &+ word(pages[0], pages[1]) &* 0x9fb2_1c65_1e98_df25
            &+ word(pages[2], pages[3]) &* 0xc2b2_ae3d_27d4_eb4f
            &+ word(freeCpu, flags) &* 0xff51_afd7_ed55_8ccd
        sum = (sum ^ sum >> 32) &* 0xd6e8_feb8_6659_fd93
        sum = (sum ^ sum >> 29) &* 0x9fb2_1c65_1e98_df25
        return sum ^ sum >> 32
    }
}

/// Records by number, and when each is released; numbers are reused. Records due at one instant
/// leave in the order of entry.
///
/// A wheel of buckets 65.5 us wide covers the next 1.07 s, which is nearly every lifetime; what is
/// due later waits in a heap until the wheel has turned. Only the present bucket is kept in order.
/// The wheel links the records themselves, which are in the processor's cache then anyway.
///
/// - Complexity: O(1) to hold and to take, as long as few records share a bucket.
struct RecordTable: Sendable {
    private static let bucketShift: Int64 = 16
    private static let bucketCount = 1 << 14

    private var slots: [Record] = []
    private var unused: [Int32] = []
    /// Sum over the records that wait for their release.
    private(set) var digest: UInt64 = 0
    /// First record by bucket, -1 for none.
    private var heads = [Int32](repeating: -1, count: bucketCount)
    /// One bit by bucket: it is not empty.
    private var occupied = [UInt64](repeating: 0, count: bucketCount / 64)
    private var wheelCount = 0
    private var entered: UInt64 = 0
    /// What is due in the present bucket or before, the first to leave last.
    private var present: [Int32] = []
    private var presentBucket: Int64 = 0
    private var far = TimedQueue<Int32>()

    /// Records between request and release.
    var count: Int { slots.count - unused.count }

    /// Enters a record.
    mutating func insert(_ record: Record) -> Int32 {
        if let number = unused.popLast() {
            slots[Int(number)] = record
            return number
        }
        slots.append(record)
        return Int32(slots.count - 1)
    }

    subscript(number: Int32) -> Record {
        get { slots[Int(number)] }
        _modify { yield &slots[Int(number)] }
    }

    // MARK: Releases

    /// When the next record is released, or `nil` when none waits for that.
    var firstReleaseNs: Int64? {
        guard let number = present.last else { return nil }
        return slots[Int(number)].releaseNs
    }

    /// The record has what it needs and waits for its release, at `releaseNs` or now if that has
    /// passed.
    mutating func hold(_ number: Int32, nowNs: Int64) {
        let timeNs = max(slots[Int(number)].releaseNs, nowNs)
        slots[Int(number)].releaseNs = timeNs
        slots[Int(number)].entry = entered
        entered += 1
        digest &+= slots[Int(number)].digest
        let bucket = timeNs >> Self.bucketShift
        if bucket <= presentBucket {
            insertPresent(number)
        } else if bucket - presentBucket < Int64(Self.bucketCount) {
            link(number, bucket: bucket)
        } else {
            far.insert(number, at: timeNs)
        }
        if present.isEmpty { turn() }
    }

    /// Takes out the record that is released first.
    ///
    /// Programmer error: none waits for its release.
    mutating func takeFirst() -> Record {
        let number = present.removeLast()
        let record = slots[Int(number)]
        digest &-= record.digest
        unused.append(number)
        if present.isEmpty, wheelCount + far.count > 0 { turn() }
        return record
    }

    private func precedes(_ one: Int32, _ other: Int32) -> Bool {
        let (oneNs, otherNs) = (slots[Int(one)].releaseNs, slots[Int(other)].releaseNs)
        return oneNs != otherNs
            ? oneNs < otherNs : slots[Int(one)].entry < slots[Int(other)].entry
    }

    /// Keeps `present` in order.
    private mutating func insertPresent(_ number: Int32) {
        var low = 0
        var high = present.count
        while low < high {
            let middle = (low + high) / 2
            if precedes(number, present[middle]) { low = middle + 1 } else { high = middle }
        }
        present.insert(number, at: low)
    }

    private mutating func link(_ number: Int32, bucket: Int64) {
        let place = Int(bucket) & (Self.bucketCount - 1)
        slots[Int(number)].next = heads[place]
        heads[place] = number
        occupied[place >> 6] |= 1 << UInt64(place & 63)
        wheelCount += 1
    }

    /// Goes on to the next bucket that holds a record.
    private mutating func turn() {
        if wheelCount > 0 {
            presentBucket += Int64(distanceToOccupied())
        } else if let timeNs = far.firstTimeNs {
            presentBucket = timeNs >> Self.bucketShift
        }
        while let timeNs = far.firstTimeNs,
            timeNs >> Self.bucketShift - presentBucket < Int64(Self.bucketCount)
        {
            link(far.removeFirst(), bucket: timeNs >> Self.bucketShift)
        }
        let place = Int(presentBucket) & (Self.bucketCount - 1)
        var number = heads[place]
        heads[place] = -1
        occupied[place >> 6] &= ~(1 << UInt64(place & 63))
        while number >= 0 {
            let following = slots[Int(number)].next
            wheelCount -= 1
            insertPresent(number)
            number = following
        }
    }

    /// Buckets from the present one to the next that is not empty; the wheel holds a record.
    private func distanceToOccupied() -> Int {
        let mask = Self.bucketCount - 1
        let start = (Int(presentBucket) + 1) & mask
        var word = start >> 6
        var bits = occupied[word] & ~(1 << UInt64(start & 63) - 1)
        while bits == 0 {
            word = (word + 1) & (occupied.count - 1)
            bits = occupied[word]
        }
        let place = word << 6 + bits.trailingZeroBitCount
        return (place - Int(presentBucket)) & mask
    }
}

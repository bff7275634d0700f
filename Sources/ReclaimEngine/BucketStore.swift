/// Buckets of buffers: last in, first out, each with a capacity of its own.
///
/// All items lie in one flat array. A bucket keeps its place in it for ever and is used again for
/// its class when it has been retired, so a zone that does not grow takes no memory.
struct BucketStore: Sendable {
    /// A buffer: its first page, and the domain its pages lie in.
    struct Item: Sendable, Equatable {
        var page: Int32
        var home: Int32
    }

    private struct Bucket: Sendable {
        let firstItem: Int
        let capacity: Int
        var fill = 0
        /// Sum over the items of their place and page; kept with each change.
        var digest: UInt64 = 0
        var isRetired = false
    }

    private var items: [Item] = []
    private var buckets: [Bucket] = []
    /// Retired buckets by class.
    private var retired = [[Int]](repeating: [], count: BucketSize.classCount)

    /// Buckets that have been made and not retired.
    var usedCount: Int { buckets.count - retired.reduce(0) { $0 + $1.count } }

    /// A bucket of the smallest class that holds `wanted` items, empty.
    mutating func make(wanted: Int) -> Int {
        let number = BucketSize.classNumber(wanted: wanted)
        if let bucket = retired[number].popLast() {
            buckets[bucket].isRetired = false
            return bucket
        }
        let capacity = BucketSize.entries(classNumber: number)
        buckets.append(Bucket(firstItem: items.count, capacity: capacity))
        items.append(contentsOf: repeatElement(Item(page: -1, home: -1), count: capacity))
        return buckets.count - 1
    }

    /// Puts an empty bucket away; -1 is none.
    mutating func retire(_ bucket: Int) {
        guard bucket >= 0 else { return }
        precondition(buckets[bucket].fill == 0, "only an empty bucket is retired")
        precondition(!buckets[bucket].isRetired, "a bucket is retired once")
        buckets[bucket].isRetired = true
        retired[BucketSize.classNumber(wanted: buckets[bucket].capacity)].append(bucket)
    }

    /// Items in a bucket; -1 is none and has no items.
    func fill(_ bucket: Int) -> Int { bucket < 0 ? 0 : buckets[bucket].fill }

    /// Items a bucket can hold; -1 is none and holds none.
    func capacity(_ bucket: Int) -> Int { bucket < 0 ? 0 : buckets[bucket].capacity }

    /// Whether another item fits; none fits where there is no bucket.
    func hasRoom(_ bucket: Int) -> Bool {
        bucket >= 0 && buckets[bucket].fill < buckets[bucket].capacity
    }

    /// The item at a place, counted from the one that came first.
    func item(_ place: Int, of bucket: Int) -> Item {
        precondition(place < buckets[bucket].fill, "a place in use")
        return items[buckets[bucket].firstItem + place]
    }

    /// The item that leaves next.
    func top(of bucket: Int) -> Item? {
        fill(bucket) == 0 ? nil : item(buckets[bucket].fill - 1, of: bucket)
    }

    mutating func push(_ item: Item, _ bucket: Int) {
        let place = buckets[bucket].fill
        precondition(place < buckets[bucket].capacity, "a full bucket takes nothing")
        items[buckets[bucket].firstItem + place] = item
        buckets[bucket].fill = place + 1
        buckets[bucket].digest &+= ZoneMix.item(place, item)
    }

    mutating func pop(_ bucket: Int) -> Item {
        let place = buckets[bucket].fill - 1
        precondition(place >= 0, "an empty bucket gives nothing")
        let item = items[buckets[bucket].firstItem + place]
        buckets[bucket].fill = place
        buckets[bucket].digest &-= ZoneMix.item(place, item)
        return item
    }

    /// Forgets a bucket's items, whatever they are.
    mutating func removeAll(_ bucket: Int) {
        buckets[bucket].fill = 0
        buckets[bucket].digest = 0
    }

    /// A number for a bucket's capacity, items and their order; -1 is none.
    func digest(_ bucket: Int) -> UInt64 {
        guard bucket >= 0 else { return 0 }
        return ZoneMix.fold(UInt64(buckets[bucket].capacity), buckets[bucket].digest)
    }

    /// The same number, from the items themselves.
    func recomputedDigest(_ bucket: Int) -> UInt64 {
        guard bucket >= 0 else { return 0 }
        var sum: UInt64 = 0
        for place in 0..<buckets[bucket].fill {
            sum &+= ZoneMix.item(place, item(place, of: bucket))
        }
        return ZoneMix.fold(UInt64(buckets[bucket].capacity), sum)
    }
}

/// How the zone's state becomes a number.
enum ZoneMix {
    /// Takes one more word into a digest; the order counts.
    static func fold(_ state: UInt64, _ word: UInt64) -> UInt64 {
        var mixed = (state ^ word) &* 0x9e37_79b9_7f4a_7c15
        mixed = (mixed ^ (mixed >> 32)) &* 0xd6e8_feb8_6659_fd93
        return (mixed ^ (mixed >> 29)) &+ state
    }

    /// One signed word more.
    static func fold(_ state: UInt64, _ word: Int) -> UInt64 {
        fold(state, UInt64(bitPattern: Int64(word)))
    }

    static func item(_ place: Int, _ item: BucketStore.Item) -> UInt64 {
        fold(UInt64(place) &+ 0x6974_656d, UInt64(UInt32(bitPattern: item.page)))
    }
}

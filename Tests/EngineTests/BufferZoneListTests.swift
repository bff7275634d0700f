import ReclaimEngine
import TestRandomness
import Testing

struct BufferZoneListTests {
    @Test(arguments: [(16384, 1), (8192, 1), (4096, 2), (2048, 8), (1024, 16)])
    func bucketSizeOfTheSpecification(itemBytes: Int, entries: Int) {
        #expect(BucketSize.initial(itemBytes: itemBytes) == entries)
    }

    @Test func bucketsLeaveLastInFirstOut() {
        var list = BufferZoneList()
        for number in 1...4 {
            list.put(ZoneBucket(itemCount: number, token: Int32(number)), isWorkingSet: true)
        }
        #expect(list.itemCount == 10)
        #expect(list.fetch()?.token == 4)
        #expect(list.listedBuckets.map(\.token) == [3, 2, 1])
        var released: [ZoneBucket] = []
        #expect(list.reclaim(.drain, into: &released) == 6)
        #expect(released.map(\.token) == [3, 2, 1])
        #expect(list.fetch() == nil)
    }

    @Test func figuresStayOrdered() {
        for seed in TestSeeds.all {
            var random = TestRandom(seed: seed)
            var list = BufferZoneList()
            var released: [ZoneBucket] = []
            for _ in 0..<500 {
                switch random.below(6) {
                case 0, 1:
                    list.put(
                        ZoneBucket(itemCount: 1 + random.below(254)),
                        isWorkingSet: random.isOneIn(2))
                case 2: _ = list.fetch()
                case 3: list.noteImport(1 + random.below(10))
                case 4: _ = list.reclaim(.periodic, into: &released)
                default: _ = list.reclaim(random.isOneIn(4) ? .drain : .trim, into: &released)
                }
                let isOrdered =
                    list.itemMax >= list.itemCount && list.itemCount >= list.batchMin
                    && list.batchMin >= list.itemMin
                #expect(isOrdered, "seed \(seed)")
                let sum = list.listedBuckets.reduce(0) { $0 + $1.itemCount }
                #expect(sum == list.itemCount, "seed \(seed)")
            }
        }
    }
}

import ReclaimEngine
import Testing

/// Zone list bookkeeping and bucket sizes against the recorded ones.
struct ZoneVectorTests {
    @Test func zoneListsBehaveAsRecorded() throws {
        var reader = try VectorReader("zone.txt.gz")
        var list = BufferZoneList()
        var operations = 0
        while reader.advance() {
            switch reader.word(0) {
            case "end", "endcase": continue
            case "case": list = BufferZoneList(); continue
            case "bs":
                let got = BucketSize.initial(itemBytes: try reader.int(1))
                try reader.expect(try reader.int(2), got, "bucket size")
            case "bz":
                let got = BucketSize.entries(wanted: try reader.int(1))
                try reader.expect(try reader.int(2), got, "bucket class")
            default:
                try step(reader, &list)
            }
            operations += 1
        }
        #expect(operations == 30055)
    }

    private func step(_ reader: VectorReader, _ list: inout BufferZoneList) throws {
        var result = 0
        var released = 0
        switch reader.word(0) {
        case "put":
            list.put(
                ZoneBucket(itemCount: try reader.int(1)), isWorkingSet: try reader.int(2) == 1)
        case "fetch": result = list.fetch()?.itemCount ?? -1
        case "grow": list.noteImport(try reader.int(1))
        case "reclaim":
            let isDrain = try reader.int(1) == 1
            let isTrim = try reader.int(2) == 1
            var buckets: [ZoneBucket] = []
            released = list.reclaim(isDrain ? .drain : isTrim ? .trim : .periodic, into: &buckets)
            result = released > 0 ? 1 : 0
            try reader.expect(buckets.reduce(0) { $0 + $1.itemCount }, released, "buckets")
        default: throw reader.mismatch("unknown operation")
        }
        guard let equals = (0..<reader.count).first(where: { reader.word($0) == "=" }) else {
            throw reader.mismatch("no result")
        }
        try reader.expect(try reader.int(equals + 1), result, "result")
        try reader.expect(try reader.int(equals + 2), released, "released")
        let got = [
            list.itemCount, list.itemMax, list.itemMin, list.batchMin, list.workingSet,
            list.longIdleCount, list.idlePeriods,
        ]
        try reader.expect(try reader.ints(from: equals + 4), got, "figures")
    }
}

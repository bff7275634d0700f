import TestRandomness
import TraceFormat

/// Changes traces so that they still look like traces.
public enum TraceMutation {
    /// Changes bytes in some way of the fuzzer's own, up to a length.
    public typealias ByteMutation = (_ bytes: [UInt8], _ countMax: Int) -> [UInt8]

    /// A changed trace.
    ///
    /// Mostly one record is changed and its lengths and checksums are put right; sometimes the
    /// bytes are changed as any others.
    ///
    /// - Complexity: O(bytes), several times.
    public static func mutated(
        _ bytes: [UInt8], countMax: Int, seed: UInt64, _ mutate: ByteMutation
    ) -> [UInt8] {
        var random = TestRandom(seed: seed)
        let places = RecordPlace.all(bytes)
        var result: [UInt8]
        if places.isEmpty || random.isOneIn(6) {
            result = mutate(bytes, countMax)
        } else {
            result = withOneRecordChanged(bytes, places, countMax, &random, mutate)
        }
        // Wrong checksums must stay reachable as well.
        if !random.isOneIn(8) { result = ChecksumMending.mended(result) }
        return result.count <= countMax ? result : Array(result[0..<countMax])
    }

    private static func withOneRecordChanged(
        _ bytes: [UInt8], _ places: [RecordPlace], _ countMax: Int, _ random: inout TestRandom,
        _ mutate: ByteMutation
    ) -> [UInt8] {
        let place = places[random.below(places.count)]
        let other = places[random.below(places.count)]
        let before = Array(bytes[0..<place.start])
        let after = Array(bytes[place.extentEnd...])
        let record = Array(bytes[place.extent])
        switch random.below(12) {
        case 0: return before + after
        case 1: return before + record + Array(bytes[other.extent]) + after
        case 2: return before + Array(bytes[other.extent]) + after
        case 3: return before + record + record + after
        case 4: return before + withBoundary(record, &random) + after
        case 5, 6:
            let frames = Array(bytes[place.end..<place.extentEnd])
            let room = max(countMax - bytes.count + frames.count, 1)
            let changed = mutate(frames.isEmpty ? [0] : frames, room)
            return before + Array(bytes[place.start..<place.end]).withData(changed.count)
                + changed + after
        default:
            let body = Array(bytes[place.bodyStart..<place.end - 4])
            let room = max(countMax - bytes.count + body.count, 1)
            let changed = mutate(body.isEmpty ? [0] : body, room)
            let head = Array(bytes[place.start..<place.bodyStart]).withBody(changed.count)
            return before + head + changed + Array(bytes[place.end - 4..<place.extentEnd]) + after
        }
    }

    /// A number somewhere in the record becomes one on which comparisons turn.
    private static func withBoundary(
        _ record: [UInt8], _ random: inout TestRandom
    ) -> [UInt8] {
        var record = record
        let numbers: [UInt64] = [
            0, 1, 63, 64, 65_535, 65_536, 65_537, 1 << 20, 1 << 31, 1 << 32, 1 << 40, 1 << 62,
            .max >> 1, .max, .max - 1, UInt64(UInt32.max),
        ]
        let width = random.choice([2, 4, 8])
        guard record.count > RecordHead.byteCount + width else { return record }
        let first = random.isOneIn(4) ? 4 : RecordHead.byteCount
        let start = first + random.below(record.count - width - first)
        record.replaceSubrange(
            start..<start + width, with: ChecksumMending.little(random.choice(numbers), width))
        return record
    }
}

extension [UInt8] {
    /// A record, or the head of one, that declares a body of so many bytes.
    fileprivate func withBody(_ count: Int) -> [UInt8] {
        var bytes = self
        bytes.replaceSubrange(4..<8, with: ChecksumMending.little(UInt64(count + 16), 4))
        return bytes
    }

    /// A record that declares so many bytes of frames.
    fileprivate func withData(_ count: Int) -> [UInt8] {
        var bytes = self
        bytes.replaceSubrange(12..<20, with: ChecksumMending.little(UInt64(count), 8))
        return bytes
    }
}

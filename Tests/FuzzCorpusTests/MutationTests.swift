import FuzzProperties
import Testing
import TraceCore
import TraceFormat
import TraceFuzzing
import TraceStore

/// The reader's fuzzer is worth what its mutations reach.
@Suite struct MutationTests {
    private static func delivered(_ bytes: [UInt8]) -> (events: Int, completeness: Completeness?) {
        var events = 0
        guard let reader = try? TraceReader(source: MemorySource(bytes)) else { return (0, nil) }
        let completeness = try? reader.readEvents { _, _ in events += 1 }
        return (events, completeness)
    }

    /// One changed byte of a record hardly ever ends at a checksum.
    @Test func changedTracesGetPastTheirChecksums() throws {
        let traces = try TraceSeeds.traces(10, countMax: 2_500)
        var stoppedByChecksum = 0
        var rejectedBehind = 0
        var count = 0
        for (number, trace) in traces.enumerated() {
            for seed in 0..<40 as Range<UInt64> {
                let changed = TraceMutation.mutated(
                    trace, countMax: 4_000, seed: seed * 100 + UInt64(number)
                ) { bytes, _ in
                    var bytes = bytes
                    bytes[Int(seed) * 7919 % bytes.count] ^= UInt8(
                        truncatingIfNeeded: seed * 37 | 1)
                    return bytes
                }
                #expect(changed.count <= 4_000)
                count += 1
                guard case .damaged(let error, _) = Self.delivered(changed).completeness else {
                    continue
                }
                if case .checksum = error { stoppedByChecksum += 1 } else { rejectedBehind += 1 }
            }
        }
        #expect(stoppedByChecksum * 3 < count, "\(stoppedByChecksum) of \(count)")
        #expect(rejectedBehind * 4 > count, "\(rejectedBehind) of \(count)")
    }

    @Test func aMutationDependsOnItsSeedOnly() throws {
        let trace = try TraceSeeds.traces(1, countMax: 2_500)[0]
        for seed in 0..<50 as Range<UInt64> {
            let one = TraceMutation.mutated(trace, countMax: 3_000, seed: seed) {
                $0 + [$1 > 0 ? 1 : 0]
            }
            let other = TraceMutation.mutated(trace, countMax: 3_000, seed: seed) {
                $0 + [$1 > 0 ? 1 : 0]
            }
            #expect(one == other)
        }
    }

    @Test func targetsNoticeABrokenProperty() throws {
        #expect(throws: BrokenProperty("seen")) { try require(false, "seen") }
        var check = EventCheck(schema: StandardSchema.schema)
        let values = [Int64](
            repeating: 0, count: StandardSchema.schema.kinds[0].columns.count)
        let kind = StandardSchema.schema.kinds[0].id
        check.take(EventHeader(sequence: 2, timeNs: 5, kind: kind), values.span)
        #expect(check.failure == nil)
        var later = check
        later.take(EventHeader(sequence: 2, timeNs: 5, kind: kind), values.span)
        #expect(later.failure != nil)
        later = check
        later.take(EventHeader(sequence: 3, timeNs: 4, kind: kind), values.span)
        #expect(later.failure != nil)
        later = check
        later.take(EventHeader(sequence: 3, timeNs: 5, kind: kind, cause: 3), values.span)
        #expect(later.failure != nil)
        later = check
        later.take(EventHeader(sequence: 3, timeNs: 5, kind: kind), [Int64]().span)
        #expect(later.failure != nil)
    }
}

import Testing
import TraceCore

@testable import TraceFormat

/// Blocks put together by hand, with right checksums, whose events break the rules of order.
@Suite struct ForgedOrderTests {
    /// A lane of one section, with its columns as bytes.
    private struct ForgedLane {
        var kind: UInt16
        /// Distances in time are this base plus the bytes of one plane.
        var timeBase: Int64
        var timePlane: [UInt8]
        /// The sequence column: one constant gap, or `nil` for the numbers the other lane leaves.
        var gap: Int64?
        /// Position of each event's section; there is only section 0.
        var section: Int64 = 0
        /// Distance of each event to its cause.
        var cause: Int64 = 0

        func directoryAndRaw() -> (directory: [UInt8], raw: [UInt8]) {
            var directory = ByteWriter()
            guard !timePlane.isEmpty else { return ([0, 0], []) }
            directory.append(contentsOf: [1, UInt8(kind), 0, UInt8(timePlane.count)])
            directory.append(ColumnTransform.constant.rawValue)
            directory.appendSignedVarint(section)
            directory.append(ColumnTransform.offset.rawValue | 1 << 4)
            directory.appendSignedVarint(timeBase)
            directory.append(PlaneStorage.shared.rawValue)
            if let gap {
                directory.append(ColumnTransform.constant.rawValue)
                directory.appendSignedVarint(gap)
            } else {
                directory.append(ColumnTransform.complement.rawValue)
            }
            var stream = ByteWriter()
            stream.append(contentsOf: timePlane)
            for first in [0, cause, 0] {
                for event in timePlane.indices { stream.appendSignedVarint(event == 0 ? first : 0) }
            }
            directory.appendVarint(UInt64(stream.count))
            directory.append(PlaneStorage.raw.rawValue)
            directory.append(Checksum.crc32c(stream.bytes.span))
            return (directory.bytes, stream.bytes)
        }
    }

    private func block(
        _ lanes: [ForgedLane], sequences: ClosedRange<UInt64>, times: ClosedRange<Int64>
    ) throws -> EncodedBlock {
        let control = lanes[0].directoryAndRaw()
        let data = lanes[1].directoryAndRaw()
        var writer = ByteWriter()
        let start = writer.beginRecord(.block)
        writer.append(sequences.lowerBound)
        writer.append(sequences.upperBound)
        writer.append(times.lowerBound)
        writer.append(times.upperBound)
        let used = lanes.filter { !$0.timePlane.isEmpty }
        for lane in lanes { writer.append(UInt32(lane.timePlane.count)) }
        writer.append(used.reduce(0 as UInt64) { $0 | 1 << UInt64($1.kind) })
        writer.append(UInt64(0))
        for number in [
            control.directory.count,
            data.directory.count, control.raw.count, data.raw.count, 0, 0, 0,
        ] {
            writer.append(UInt32(number))
        }
        writer.append(contentsOf: control.directory + data.directory + control.raw + data.raw)
        writer.endRecord(at: start)
        let forged = EncodedBlock(bytes: writer.bytes, schema: EncodedBlock.kinds())
        // Nothing changed, but the sums become right.
        return try forged.patched(at: 8, [RecordType.block.rawValue])
    }

    private let none = ForgedLane(kind: 1, timeBase: 0, timePlane: [], gap: 0)

    private func dataOnly(_ base: Int64, _ plane: [UInt8], gap: Int64 = 0) -> [ForgedLane] {
        [none, ForgedLane(kind: 2, timeBase: base, timePlane: plane, gap: gap)]
    }

    @Test func aForgedBlockThatKeepsTheRulesIsRead() throws {
        let lanes = dataOnly(-10, [10, 20, 20, 20])
        let events = try block(lanes, sequences: 1...4, times: 10...40).events()
        #expect(events.map(\.header.timeNs) == [10, 20, 30, 40])
        #expect(events.map(\.header.sequence) == [1, 2, 3, 4])
    }

    @Test func timesThatGoBackWithinALaneAreRefused() throws {
        let forged = try block(
            dataOnly(-10, [10, 30, 0, 30]), sequences: 1...4, times: 10...40)
        #expect(throws: FormatError.order(field: "time", offset: 0)) { try forged.events() }
        #expect(throws: FormatError.order(field: "time", offset: 0)) { try forged.events(.data) }
    }

    @Test func timesBeyondTheBlockAreRefused() throws {
        let forged = try block(dataOnly(0, [0, 10, 10, 11]), sequences: 1...4, times: 10...40)
        #expect(throws: FormatError.order(field: "time", offset: 0)) { try forged.events(.data) }
        let low = try block(dataOnly(0, [1, 9, 10, 10]), sequences: 1...4, times: 10...40)
        #expect(throws: FormatError.order(field: "block", offset: 0)) { try low.events() }
    }

    @Test func timesThatGoBackFromLaneToLaneAreRefused() throws {
        func lanes(_ controlTime: UInt8) -> [ForgedLane] {
            [
                ForgedLane(kind: 1, timeBase: 0, timePlane: [controlTime], gap: 1),
                ForgedLane(kind: 2, timeBase: 0, timePlane: [0, 10, 20], gap: nil),
            ]
        }
        let good = try block(lanes(10), sequences: 1...4, times: 10...40)
        #expect(try good.events().map(\.header.sequence) == [1, 2, 3, 4])
        #expect(try good.events().map(\.header.timeNs) == [10, 20, 20, 40])
        let forged = try block(lanes(11), sequences: 1...4, times: 10...40)
        #expect(throws: FormatError.order(field: "block", offset: 0)) { try forged.events() }
    }

    @Test func aSequenceNumberInBothLanesIsRefused() throws {
        let lanes = [
            ForgedLane(kind: 1, timeBase: 0, timePlane: [10], gap: 1),
            ForgedLane(kind: 2, timeBase: 0, timePlane: [0, 10, 20], gap: 0),
        ]
        let forged = try block(lanes, sequences: 1...4, times: 10...40)
        #expect(throws: FormatError.order(field: "block", offset: 0)) { try forged.events() }
    }

    @Test(arguments: [-1, 1, .min, .max] as [Int64])
    func sequenceNumbersOutsideTheBlockAreRefused(gap: Int64) throws {
        let forged = try block(
            dataOnly(0, [0, 10, 10, 10], gap: gap), sequences: 1...4, times: 10...40)
        #expect(throws: FormatError.order(field: "sequence", offset: 0)) {
            try forged.events(.data)
        }
    }

    @Test func aSectionThatIsNotThereIsRefused() throws {
        for section in [1, -1] as [Int64] {
            var lanes = dataOnly(0, [0, 10, 10, 10])
            lanes[1].section = section
            let forged = try block(lanes, sequences: 1...4, times: 10...40)
            let value = UInt64(bitPattern: section)
            #expect(throws: FormatError.invalidValue(field: "order", offset: 0, value: value)) {
                try forged.events(.data)
            }
        }
    }

    @Test(arguments: [1, 5, -1] as [Int64])
    func aCauseBeforeTheFirstEventIsRefused(distance: Int64) throws {
        var lanes = dataOnly(0, [0, 10, 10, 10])
        lanes[1].cause = distance
        let forged = try block(lanes, sequences: 1...4, times: 10...40)
        #expect(throws: FormatError.self) { try forged.events() }
        // From number 2 on there is an earlier event.
        guard distance == 1 else { return }
        let later = try block(lanes, sequences: 2...5, times: 10...40)
        #expect(try later.events()[0].header.cause == 1)
    }
}

import PhysicalMemory
import Testing

/// Reservations and pages of objects against the recorded ones.
struct ReservationVectorTests {
    @Test func reservationsBehaveAsRecorded() throws {
        var reader = try VectorReader("reservations.txt.gz")
        var operations = 0
        while reader.advance() {
            if reader.word(0) == "end" { break }
            guard reader.word(0) == "case" else { throw reader.mismatch("case expected") }
            var replay = try ReservationReplay(&reader)
            while reader.advance() && reader.word(0) != "endcase" { try replay.step(&reader) }
            try replay.checkEnd(reader)
            operations += replay.operations
        }
        #expect(operations == 94722)
    }
}

private struct ReservationReplay {
    var memory: PhysicalMemory
    var objects: [PageObject] = []
    /// Object and page index by page, to find what `of` releases.
    var residents: [Int: (object: Int, index: Int)] = [:]
    var announced: [Int] = []
    var operations = 0

    init(_ reader: inout VectorReader) throws {
        let segments = try reader.readSegments()
        while reader.advance() && reader.word(0) == "obj" {
            objects.append(
                PageObject(
                    id: Int32(try reader.int(1)), isFile: reader.word(2) == "vnode",
                    pageCount: try reader.int(4), color: try reader.int(6)))
        }
        var limits: [Thresholds] = []
        while reader.word(0) == "D" {
            limits.append(try reader.readThresholds())
            guard reader.advance() else { break }
        }
        memory = PhysicalMemory(segments: segments, thresholds: limits)
        memory.ticks = Int32(try reader.int(1))
        operations += 1
        try reader.expectLines(StateDump.listLines(memory) + ["E"])
        guard reader.advance(), reader.word(0) == "ops" else {
            throw reader.mismatch("operations expected")
        }
    }

    mutating func step(_ reader: inout VectorReader) throws {
        switch reader.word(0) {
        case "broke": announced.append(try reader.int(1)); return
        case "ticks":
            memory.ticks = Int32(try reader.int(1))
            operations += 1
            return
        case "H", "Q", "R", "L", "E": return try check(&reader)
        default: break
        }
        operations += 1
        memory.drainSignals()
        switch reader.word(0) {
        case "oa": try allocateObjectPage(reader)
        case "of":
            let page = try reader.int(1)
            guard let place = residents.removeValue(forKey: page) else {
                throw reader.mismatch("the page is not resident")
            }
            memory.releasePage(of: &objects[place.object], at: place.index)
        case "na":
            let page = memory.allocatePage(try reader.int(1), class: try level(reader, 2))
            try reader.expect(try reader.int(4), page ?? -1, "page")
        case "nf": memory.free(try reader.int(1))
        case "nc": try allocateRange(reader)
        case "ri":
            let isBroken = memory.breakOldestReservation(try reader.int(1))
            try reader.expect(try reader.int(3), isBroken ? 1 : 0, "broken")
        case "rc": try breakForPages(reader)
        case "ba":
            memory.breakReservations(of: objects[try reader.int(1)])
            // More such lines may follow: those belong to the operation after them.
            for _ in memory.signals {
                guard reader.advance(), reader.word(0) == "broke" else {
                    throw reader.mismatch("more reservations were broken than recorded")
                }
                announced.append(try reader.int(1))
            }
        default: throw reader.mismatch("unknown operation")
        }
        let broken = memory.signals.compactMap { signal -> Int? in
            if case .reservationBroken(let first, _, _) = signal { return first }
            return nil
        }
        try reader.expect(announced, broken, "broken reservations")
        announced = []
    }

    func checkEnd(_ reader: VectorReader) throws {
        let faults = memory.checkInvariants()
        if !faults.isEmpty { throw reader.mismatch("invariants: \(faults)") }
    }

    private func level(_ reader: VectorReader, _ index: Int) throws -> AllocationClass {
        AllocationClass(rawValue: UInt8(try reader.int(index))) ?? .normal
    }

    private mutating func allocateObjectPage(_ reader: VectorReader) throws {
        let object = try reader.int(1)
        let index = try reader.int(2)
        let got = memory.allocatePage(
            of: &objects[object], at: index, domain: try reader.int(3),
            class: try level(reader, 4))
        try reader.expect(try reader.int(6), got?.page ?? -1, "page")
        guard let got else { return }
        try reader.expect(try reader.int(7), got.isInReservation ? 1 : 0, "in a reservation")
        residents[got.page] = (object, index)
    }

    private mutating func allocateRange(_ reader: VectorReader) throws {
        let page = memory.allocateRange(
            try reader.int(1), class: try level(reader, 2), count: try reader.int(4),
            bounds: AddressBounds(
                low: try reader.uint(5), high: try reader.uint(6),
                alignment: try reader.uint(7), boundary: try reader.uint(8)),
            breakReservations: try reader.int(3) == 0, kind: .wired)
        try reader.expect(try reader.int(10), page ?? -1, "page")
    }

    private mutating func breakForPages(_ reader: VectorReader) throws {
        let domain = try reader.int(1)
        let count = try reader.int(2)
        let page = memory.breakReservation(
            domain: domain, count: count, bounds: AddressBounds(), kind: .wired)
        try reader.expect(try reader.int(4), page ?? -1, "page")
        guard page != nil else { return }
        // The recorded host charges the pages without any limit.
        let isTaken = memory.takePages(count, from: domain, class: .interrupt)
        try reader.expect(true, isTaken, "pages charged")
    }

    private func check(_ reader: inout VectorReader) throws {
        switch reader.word(0) {
        case "H":
            let domain = try reader.int(1)
            let state = memory.domains[domain]
            try reader.expectLine(
                "H \(domain) free \(state.freeCount) deficit \(state.pageoutDeficit) "
                    + "lists \(StateDump.listHash(memory, domain))")
        case "Q":
            let domain = try reader.int(1)
            let lines = StateDump.queueLines(memory, withPopulation: reader.text.contains(":"))
            try reader.expectLine(lines[domain])
        case "R":
            reader.retreat()
            try reader.expectLines(StateDump.reservationLines(memory))
        default:
            reader.retreat()
            try reader.expectLines(StateDump.listLines(memory) + ["E"])
        }
    }
}

import TestRandomness
import Testing
import TraceCore

@testable import TraceFormat

/// Columns that name what another kind named before.
@Suite struct LinkTests {
    /// Kind 1 takes buffers, kind 2 gives them back, in some domains; kind 3 has nothing to do with
    /// them. All in the data lane.
    private static func schema(
        _ numbers: [UInt16] = [1, 2, 3], _ lanes: [Lane] = [.data, .data, .data]
    ) -> EventSchema {
        let kinds = zip(zip(numbers, lanes), ["a", "b", "c"]).map { kind, name in
            EventKind(id: kind.0, name, kind.1, .derived, [Column("x"), Column("y")])
        }
        guard let schema = EventSchema(kinds: kinds.sorted { $0.id.rawValue < $1.id.rawValue })
        else { preconditionFailure("a fixed schema") }
        return schema
    }

    /// A last-in, first-out pool of buffers in each of two domains.
    private static func events(
        _ count: Int, seed: UInt64, numbers: [UInt16] = [1, 2, 3], mask: Int64 = 0
    ) -> [Event] {
        var random = TestRandom(seed: seed)
        var free: [[Int64]] = [[], []]
        var used: [[(address: Int64, size: Int64, cpu: Int32)]] = [[], []]
        var made: Int64 = 0
        var timeNs: Int64 = 0
        return (1...count).map { sequence in
            timeNs += Int64(random.below(3_000))
            let domain = random.below(2)
            var header = EventHeader(
                sequence: UInt64(sequence), timeNs: timeNs, kind: KindID(rawValue: numbers[2]),
                domain: Int32(domain), cpu: Int32(random.below(16)))
            if random.isOneIn(8) {
                return Event(header, [Int64(random.below(9)), Int64(random.below(1_000))])
            }
            if used[domain].isEmpty || random.isOneIn(2) {
                made += 1
                let address = free[domain].popLast() ?? (-0x7780_0000_0000 + made * 16_384)
                let size = Int64(4_096 << random.below(3)) - Int64(random.below(9))
                used[domain].append((address, size, header.cpu))
                header.kind = KindID(rawValue: numbers[0])
                return Event(header, [address ^ mask, size])
            }
            let place = max(0, used[domain].count - 1 - random.below(6))
            let buffer = used[domain].remove(at: place)
            free[domain].append(buffer.address)
            header.kind = KindID(rawValue: numbers[1])
            header.cpu = buffer.cpu
            return Event(header, [buffer.address ^ mask, buffer.size])
        }
    }

    private func transforms(_ block: EncodedBlock) throws -> Set<String> {
        let (decoder, _) = try block.decoder()
        return Set(Lane.allCases.flatMap { decoder.layout($0).columns.map(\.transform) })
    }

    @Test func aPoolsAddressesAreWrittenAsPlaces() throws {
        let events = Self.events(8_000, seed: 1)
        let block = try EncodedBlock(events, schema: Self.schema())
        #expect(try transforms(block).isSuperset(of: ["recency", "linked"]))
        #expect(try block.events() == events)
        #expect(try block.events(.data) == events)
    }

    @Test func neitherNumbersOfKindsNorBitsOfAddressesMatter() throws {
        let plain = try EncodedBlock(Self.events(8_000, seed: 2), schema: Self.schema())
        for numbers in [[3, 1, 2], [2, 3, 1], [900, 70, 5]] as [[UInt16]] {
            let events = Self.events(8_000, seed: 2, numbers: numbers, mask: 0x5A5A_0F0F_1234_0000)
            let other = try EncodedBlock(events, schema: Self.schema(numbers))
            #expect(try other.events() == events)
            #expect(abs(other.bytes.count - plain.bytes.count) < plain.bytes.count / 50)
        }
    }

    @Test func aLinkStaysWithinItsLane() throws {
        let lanes: [Lane] = [.control, .data, .data]
        let events = Self.events(4_000, seed: 3)
        let block = try EncodedBlock(events, schema: Self.schema([1, 2, 3], lanes))
        #expect(try block.events() == events)
        #expect(
            try block.events(.data) == events.filter { $0.header.kind.rawValue != 1 })
    }

    @Test func oneKeyColumnIsReadAlone() throws {
        let events = Self.events(4_000, seed: 4)
        let block = try EncodedBlock(events, schema: Self.schema())
        for section in 0..<6 {
            var (decoder, content) = try block.decoder()
            var codec = TestCodec()
            let place = decoder.sections(.data)[section]
            let wanted = events.filter {
                $0.header.kind == place.kind && $0.header.domain == place.domain
            }
            for (column, values) in [
                (BlockColumn.value(section: section, column: 1), wanted.map { $0.values[1] }),
                (.cpu(section: section), wanted.map { Int64($0.header.cpu) }),
                (.value(section: section, column: 0), wanted.map { $0.values[0] }),
            ] {
                try decoder.decode(column, of: .data, content: content, codec: &codec)
                decoder.withColumn(column, of: .data) { found in
                    #expect(found.indices.map { found[$0] } == values)
                }
            }
        }
    }

    /// What a walk must do, entry by entry.
    private static func slowPlaces(
        _ order: [Int], _ values: [[Int64]], takers: [Int: Int]
    ) -> [[Int]] {
        var lists: [Int: [Int64]] = [:]
        var passed = [Int](repeating: 0, count: values.count)
        var places = values.map { [Int](repeating: 0, count: $0.count) }
        for section in order {
            let value = values[section][passed[section]]
            if let source = takers[section] {
                if let found = lists[source]?.lastIndex(of: value) {
                    places[section][passed[section]] = (lists[source]?.count ?? 0) - found
                    lists[source]?.remove(at: found)
                }
            }
            if takers.values.contains(section) {
                lists[section, default: []].append(value)
                if lists[section, default: []].count > 255 { lists[section]?.removeFirst() }
            }
            passed[section] += 1
        }
        return places
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func theWalkDoesWhatTheRulesSay(seed: UInt64) throws {
        var random = TestRandom(seed: seed)
        let sections = 1 + random.below(4)
        var takers: [Int: Int] = [:]
        var sources = Array(0..<sections)
        for section in 0..<sections where random.isOneIn(2) && !sources.isEmpty {
            takers[section] = sources.remove(at: random.below(sources.count))
        }
        guard !takers.isEmpty else { return }
        // Few distinct values, or many, so that lists overflow and move.
        let distinct = [3, 40, 700][random.below(3)]
        let order = (0..<random.below(6_000)).map { _ in random.below(sections) }
        let values = (0..<sections).map { section in
            order.filter { $0 == section }.map { _ in Int64(random.below(distinct)) << 40 }
        }
        var cells = order.map(Int64.init)
        var walk = [RecencyWalk.Section](repeating: .init(), count: sections)
        for section in 0..<sections {
            walk[section].count = values[section].count
            walk[section].key = cells.count
            walk[section].given = cells.count
            walk[section].output = cells.count - order.count
            cells += values[section]
        }
        let lists = takers.sorted { $0.key < $1.key }
        for (number, taker) in lists.enumerated() {
            walk[taker.key].takenList = number
            walk[taker.key].takenCells = walk[taker.value].given
            walk[taker.value].list = number
        }
        let start = walk
        var places = [UInt8](repeating: 9, count: order.count)
        var references = [Int32](repeating: -7, count: order.count)
        RecencyWalk.find(
            cells, order: 0..<order.count, &walk, lists: lists.count, places: &places,
            references: &references)
        let slow = Self.slowPlaces(order, values, takers: takers)
        var literals: [Int: [Int64]] = [:]
        for (taker, _) in lists {
            let range = walk[taker].output..<walk[taker].output + values[taker].count
            #expect(places[range].map(Int.init) == slow[taker], "seed \(seed)")
            literals[taker] = zip(values[taker], slow[taker]).filter { $0.1 == 0 }.map(\.0)
            #expect(walk[taker].literalCount == literals[taker]?.count)
        }
        // And back: without the takers' values, with the literals behind.
        var blank = start
        var rest = cells
        for (taker, _) in lists {
            for index in 0..<values[taker].count { rest[start[taker].key + index] = -1 }
            blank[taker].literals = rest.count
            blank[taker].literalCount = literals[taker]?.count ?? 0
            rest += literals[taker] ?? []
        }
        var found = [Int32](repeating: -7, count: order.count)
        let isGood = RecencyWalk.resolve(
            &rest, order: 0..<order.count, &blank, lists: lists.count, places: places,
            references: &found)
        #expect(isGood, "seed \(seed)")
        #expect(Array(rest[0..<cells.count]) == cells, "seed \(seed)")
        for (taker, _) in lists {
            let range = walk[taker].output..<walk[taker].output + values[taker].count
            #expect(found[range] == references[range], "seed \(seed)")
        }
    }

    @Test func noChangedDirectoryTrapsTheReader() throws {
        let block = try EncodedBlock(Self.events(1_800, seed: 5), schema: Self.schema())
        #expect(try transforms(block).contains("recency"))
        let (decoder, _) = try block.decoder()
        var refused = 0
        for offset in BlockDecoder.prefixByteCount..<decoder.headByteCount {
            for change in [1, 2, 4, 8, 16, 64, 128, 255] as [UInt8] {
                let forged = try block.patched(at: offset, [block.bytes[offset] ^ change])
                do { _ = try forged.events() } catch { refused += 1 }
            }
        }
        #expect(refused > 0)
    }

    @Test func aPlaceOutsideTheListIsRefused() {
        var sections = [RecencyWalk.Section](repeating: .init(), count: 1)
        sections[0].count = 2
        sections[0].key = 2
        sections[0].given = 2
        sections[0].takenList = 0
        sections[0].takenCells = 2
        sections[0].list = 0
        sections[0].literals = 4
        sections[0].literalCount = 1
        for (places, isGood) in [
            ([0, 1], true), ([0, 2], false), ([1, 0], false), ([0, 0], false),
        ]
            as [([UInt8], Bool)]
        {
            var cells: [Int64] = [0, 0, -1, -1, 77]
            var walk = sections
            var references: [Int32] = [0, 0]
            let result = RecencyWalk.resolve(
                &cells, order: 0..<2, &walk, lists: 1, places: places, references: &references)
            #expect(result == isGood)
            if isGood { #expect(cells[2...3] == [77, 77]) }
        }
    }
}

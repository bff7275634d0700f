import TestRandomness
public import TraceCore
public import TraceFormat
public import TraceStore

/// A trace of random kinds and events, the same for the same seed.
public struct RandomTrace {
    /// Its description.
    public var description: TraceDescription
    /// Its strings; number 0 is the empty one.
    public var strings: [String] = [""]
    /// Its events in order.
    public var events: [Event] = []
    /// Its snapshots.
    public var snapshots: [(name: String, bytes: [UInt8])] = []
    /// Its losses.
    public var losses: [LossRecord] = []

    /// How one column's values look.
    private enum Shape: CaseIterable {
        case constant, small, wide, counter, address, extreme, pooled
    }

    /// Makes a trace.
    public init(seed: UInt64, eventCount: Int) {
        var random = TestRandom(seed: seed)
        let kinds = Self.kinds(&random)
        guard let schema = EventSchema(kinds: kinds) else {
            preconditionFailure("random kinds have distinct numbers and names")
        }
        description = TraceDescription(
            schema: schema,
            parameters: [
                TextPair("source", "engine"), TextPair("scenario.seed", "\(seed)"),
                TextPair("policy.name", "batch"), TextPair("model.version", "1"),
            ], notes: [TextPair("tool", "test"), TextPair("tool", "again")])
        for number in 0..<random.below(20) { strings.append("text \(number) é") }
        addEvents(eventCount, kinds, &random)
        if random.isOneIn(2) {
            let size = random.below(5_000)
            snapshots.append(("initial", (0..<size).map { _ in UInt8(random.below(9)) }))
        }
        for _ in 0..<random.below(3) {
            let begin = Int64(random.below(1_000))
            losses.append(
                LossRecord(
                    kind: random.isOneIn(2) ? nil : kinds[0].id, beginNs: begin,
                    endNs: begin + Int64(random.below(1_000)),
                    count: UInt64(random.below(100))))
        }
    }

    private static func kinds(_ random: inout TestRandom) -> [EventKind] {
        (1...(1 + random.below(8))).map { number in
            let columns = (0..<random.below(7)).map { column in
                Column("column_\(column)", type(&random), unit: .count)
            }
            return EventKind(
                id: UInt16(number * 3 + random.below(3)), "kind_\(number)",
                random.isOneIn(3) ? .control : .data, Role.allCases[random.below(4)],
                columns)
        }
    }

    private static func type(_ random: inout TestRandom) -> ColumnType {
        switch random.below(8) {
        case 0: .flag
        case 1: .bits
        case 2: .label(["one", "two", "three"])
        case 3: .text
        default: .integer
        }
    }

    private mutating func addEvents(
        _ count: Int, _ kinds: [EventKind], _ random: inout TestRandom
    ) {
        let shapes = kinds.map { kind in
            kind.columns.map { _ in Shape.allCases[random.below(Shape.allCases.count)] }
        }
        let domains: [Int32] = [-1, 0, 1, 2, 62, 63, 64, 1_000_000, .min, .max]
        let domainCount = 1 + random.below(domains.count)
        let isDense = random.isOneIn(2)
        var pool: [Int64] = []
        var sequence: UInt64 = isDense ? 0 : random.bits() >> 8
        var timeNs = random.isOneIn(3) ? Int64.min + 5 : Int64(random.below(1_000_000))
        for _ in 0..<count {
            sequence += isDense ? 1 : UInt64(1 + random.below(5))
            timeNs += Int64(random.below(random.isOneIn(20) ? 1_000_000_000 : 500))
            let kind = random.below(kinds.count)
            let cause =
                random.isOneIn(3)
                ? sequence - UInt64(random.below(Int(min(sequence, 99)))) : 0
            let header = EventHeader(
                sequence: sequence, timeNs: timeNs, kind: kinds[kind].id,
                domain: domains[random.below(domainCount)],
                cpu: random.isOneIn(50) ? .max : Int32(random.below(40) - 1),
                cause: cause == sequence ? 0 : cause)
            let values = kinds[kind].columns.indices.map { column in
                switch (kinds[kind].columns[column].type, shapes[kind][column]) {
                case (.text, _): Int64(random.below(strings.count))
                case (_, .pooled): pooledValue(&pool, &random)
                case (_, let shape): value(shape, sequence, &random)
                }
            }
            events.append(Event(header, values))
        }
    }

    /// A value that is in the pool, most often a late one, and leaves it; or a new one, which
    /// enters: what one kind names, another may name next.
    private func pooledValue(_ pool: inout [Int64], _ random: inout TestRandom) -> Int64 {
        guard !pool.isEmpty, random.isOneIn(2) else {
            pool.append(Int64(truncatingIfNeeded: random.bits()) &* 4096)
            return pool[pool.count - 1]
        }
        let place = random.isOneIn(20) ? random.below(pool.count) : random.below(min(8, pool.count))
        return pool.remove(at: pool.count - 1 - place)
    }

    private func value(_ shape: Shape, _ sequence: UInt64, _ random: inout TestRandom) -> Int64 {
        switch shape {
        case .constant: -7
        case .small: Int64(random.below(5))
        case .wide: Int64(bitPattern: random.bits())
        case .counter: Int64(truncatingIfNeeded: sequence &* 64)
        case .address:
            Int64(bitPattern: 0xFFFF_8880_0000_0000) + Int64(random.below(1 << 20)) * 4096
        case .pooled: 0
        case .extreme: [Int64.min, Int64.max, 0, -1][random.below(4)]
        }
    }

    /// Writes the trace.
    public func write(
        to sink: some ByteSink, level: Int = 1, blockEvents: Int = FormatLimits.blockEvents
    ) throws(StoreError) -> TraceTotals {
        var writer = try TraceWriter(
            sink: sink, description: description, compressionLevel: level,
            blockEvents: blockEvents)
        for string in strings { _ = writer.intern(string) }
        for snapshot in snapshots { writer.addSnapshot(name: snapshot.name, snapshot.bytes) }
        for (position, event) in events.enumerated() {
            writer.record(event)
            if position == events.count / 2, let loss = losses.first { writer.addLoss(loss) }
        }
        for loss in losses.dropFirst() { writer.addLoss(loss) }
        if events.isEmpty, let loss = losses.first { writer.addLoss(loss) }
        return try writer.finish()
    }

    /// The bytes of the trace.
    public func bytes(
        level: Int = 1, blockEvents: Int = FormatLimits.blockEvents
    ) throws(StoreError) -> [UInt8] {
        let sink = MemorySink()
        _ = try write(to: sink, level: level, blockEvents: blockEvents)
        return sink.bytes
    }
}

import Glibc
import TraceCore
import TraceFormat
import TraceIdentity
import TraceStore

// Figures of the file format: bytes per event, write and read rates.
//
// usage: StoreBench requests COUNT FILE | rows ROWS-FILE FILE [LEVEL] [BLOCK-EVENTS] | read - FILE

func seconds() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

func rate(_ count: UInt64, _ begin: Double) -> String {
    let elapsed = seconds() - begin
    let tenths = Int((Double(count) / elapsed / 1e5).rounded())
    return "\(tenths / 10).\(tenths % 10) M events/s of CPU"
}

func report(_ totals: TraceTotals, _ begin: Double) {
    let milli = totals.fileBytes * 1000 / Int64(totals.events)
    let rest = String(1000 + milli % 1000).dropFirst()
    print(
        "write: \(totals.events) events, \(milli / 1000).\(rest) B/event,",
        rate(totals.events, begin))
    print("content id \(totals.ids.content)")
}

func readBack(_ path: String) throws {
    for lanes in LaneSelection.allCases {
        let begin = seconds()
        let reader = try TraceReader(path: path)
        var sum: Int64 = 0
        var count: UInt64 = 0
        let end = try reader.readEvents(lanes) { header, values in
            for index in values.indices { sum &+= values[index] }
            sum &+= header.timeNs
            count += 1
        }
        print("read \(lanes): \(count) events, \(end), sum \(sum),", rate(count, begin))
    }
    let begin = seconds()
    let report = try TraceVerifier.verify(SourceFile.open(path))
    print("verify: \(report.completeness),", rate(report.events, begin))
    var usage = rusage()
    unsafe getrusage(0, &usage)
    print("peak resident set \(usage.ru_maxrss) KiB")
}

func writeRequests(_ count: UInt64, _ path: String) throws {
    let random = KeyedRandom(seed: 1, purpose: 1)
    var writer = try TraceWriter(
        sink: FileSink(path: path, overwrites: true),
        description: TraceDescription(schema: StandardSchema.schema))
    // The events are made first, in a block that is used again, so that the rate is the writer's.
    var headers: [EventHeader] = []
    var values: [[Int64]] = []
    var timeNs: Int64 = 0
    for index in 0..<262_144 as Range<UInt64> {
        timeNs += Int64(random.number(below: 30_000, entity: index, index: 0))
        headers.append(
            EventHeader(
                sequence: index + 1, timeNs: timeNs, kind: .request,
                domain: Int32(random.number(below: 4, entity: index, index: 1)),
                cpu: Int32(random.number(below: 64, entity: index, index: 2))))
        values.append([
            Int64(index), Int64(1 + random.number(below: 4, entity: index, index: 3)),
            Int64(random.number(below: 8, entity: index, index: 4) / 7),
            Int64(random.number(below: 10_000_000, entity: index, index: 5)),
            Int64(random.number(below: 64, entity: index, index: 6)),
        ])
    }
    let begin = seconds()
    var done: UInt64 = 0
    while done < count {
        for index in 0..<headers.count where done < count {
            var header = headers[index]
            header.sequence = done + 1
            header.timeNs += Int64(done / 262_144) * timeNs
            let row = values[index]
            writer.record(header, row.span)
            done += 1
        }
    }
    try report(writer.finish(), begin)
}

func rowsSchema() -> EventSchema {
    let names = [
        ("alloc_fail", Lane.control), ("wakeup", .control), ("reclaim_begin", .control),
        ("reclaim_end", .control), ("wait_begin", .control), ("wait_end", .control),
        ("buffer_alloc", .data), ("buffer_free", .data),
    ]
    let kinds = names.enumerated().map { number, kind in
        EventKind(
            id: UInt16(number + 1), kind.0, kind.1, .derived,
            [Column("value", .bits), Column("argument", .bits)])
    }
    guard let schema = EventSchema(kinds: kinds) else { preconditionFailure("a fixed schema") }
    return schema
}

func writeRows(_ rows: String, _ path: String, level: Int) throws {
    let source = try SourceFile.open(rows)
    var writer = try TraceWriter(
        sink: FileSink(path: path, overwrites: true),
        description: TraceDescription(schema: rowsSchema()), compressionLevel: level,
        blockEvents: arguments.count > 5 ? Int(arguments[5]) ?? 65_536 : 65_536)
    var buffer = [UInt8](repeating: 0, count: 24 * 65_536)
    var offset: Int64 = 0
    var sequence: UInt64 = 0
    let begin = seconds()
    var values: [Int64] = [0, 0]
    while true {
        let taken = try source.read(at: offset, into: &buffer, at: 0, count: buffer.count)
        if taken == 0 { break }
        let bytes = unsafe buffer.span.bytes
        for row in 0..<(taken / 24) {
            let row = row * 24
            let time = unsafe bytes.unsafeLoad(fromByteOffset: row, as: Int64.self)
            values[0] = unsafe bytes.unsafeLoad(fromByteOffset: row + 8, as: Int64.self)
            let argument = unsafe bytes.unsafeLoad(fromByteOffset: row + 16, as: UInt32.self)
            values[1] = Int64(argument)
            let cpu = unsafe bytes.unsafeLoad(fromByteOffset: row + 20, as: UInt16.self)
            sequence += 1
            writer.record(
                EventHeader(
                    sequence: sequence, timeNs: time,
                    kind: KindID(rawValue: UInt16(buffer[row + 23])),
                    domain: Int32(buffer[row + 22]), cpu: Int32(cpu)), values.span)
        }
        offset += Int64(taken)
    }
    try report(writer.finish(), begin)
}

let arguments = CommandLine.arguments
guard arguments.count >= 4 else {
    print("usage: StoreBench requests COUNT FILE | rows ROWS-FILE FILE | read - FILE")
    exit(64)
}
if arguments[1] == "requests" {
    try writeRequests(UInt64(arguments[2]) ?? 10_000_000, arguments[3])
} else if arguments[1] == "rows" {
    try writeRows(
        arguments[2], arguments[3], level: arguments.count > 4 ? Int(arguments[4]) ?? 1 : 1)
}
if !arguments.contains("--write-only") { try readBack(arguments[3]) }
if arguments.contains("--layout") { try printLayout(arguments[3]) }

/// Sums up what each column of each kind takes.
func printLayout(_ path: String) throws {
    let reader = try TraceReader(path: path)
    var sums: [String: Int] = [:]
    var events = 0
    while try reader.nextBlock() {
        events += reader.block.eventCount
        for lane in Lane.allCases {
            let layout = reader.layout(lane)
            let sections = reader.sections(lane)
            sums["\(lane) directory", default: 0] += layout.directoryBytes
            sums["\(lane) shared stored", default: 0] += layout.sharedStoredBytes
            sums["\(lane) shared raw", default: 0] += layout.sharedRawBytes
            for column in layout.columns {
                let name =
                    switch column.column {
                    case .order: "order"
                    case .time: "time"
                    case .sequence: "sequence"
                    case .cpu(let section): "\(sections[section].kind.rawValue) cpu"
                    case .causeDistance(let section): "\(sections[section].kind.rawValue) cause"
                    case .value(let section, let number):
                        "\(sections[section].kind.rawValue) value \(number)"
                    }
                for (number, plane) in column.planes.enumerated() {
                    let key = "\(lane) \(name) \(column.transform) plane \(number) \(plane.storage)"
                    sums[key, default: 0] += plane.storedBytes
                }
            }
        }
    }
    for (key, sum) in sums.sorted(by: { $0.key < $1.key }) where sum > events / 1000 {
        print("\(sum * 1000 / events) mB/event  \(key)")
    }
}

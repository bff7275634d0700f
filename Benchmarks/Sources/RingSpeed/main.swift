// Measures what an event of a kernel's ring buffers costs: finding it and putting it in order, and making an event of the
// standard schema of it. Nothing is read or written meanwhile.
//
// usage: RingSpeed TRACE.dat|FOLDER [REPEAT]   FOLDER: header_page, header_event, formats/*/*/format, trace_pipe_raw.cpuN.raw
import Foundation
import KernelTraces
import TraceCore
import TraceImport

/// A `trace.dat` file in memory; compressed ones are for `trace-cmd convert --file-version 6`.
struct MemoryFile: FileAccess {
    let methods: Set<String> = []
    let bytes: [UInt8]

    func read(at offset: Int64, count: Int) throws(KernelTraceError) -> [UInt8] {
        let start = min(Int(offset), bytes.count)
        return Array(bytes[start..<min(start + count, bytes.count)])
    }

    func decompress(_ method: String, _ bytes: [UInt8], count: Int) -> [UInt8]? { nil }
}

/// The ring buffers of all CPUs in memory, in pieces as a file would give them.
struct MemoryRings: RingSource {
    var pieces: [[[UInt8]]]

    mutating func nextBytes(lane: Int) throws(KernelTraceError) -> [UInt8]? {
        pieces[lane].popLast()
    }
}

struct DiscardingSink: EventSink {
    private var strings = StringTable()
    private(set) var cells = 0

    mutating func record(_ header: EventHeader, _ values: Span<Int64>) { cells += values.count }
    mutating func record(_ batch: EventBatch) { cells += batch.cellCount }
    mutating func intern(_ text: String) -> Int64 { strings.intern(text) }
}

struct Recording {
    let description: RecordingDescription
    let cpus: [Int32]
    let rings: MemoryRings

    init(file path: String) throws {
        let access = MemoryFile(bytes: Array(try Data(contentsOf: URL(fileURLWithPath: path))))
        let file = try TraceDatFile(access)
        var source = file.source(access)
        description = file.description
        cpus = file.cpus
        rings = MemoryRings(
            pieces: try file.cpus.indices.map { lane in
                var pieces: [[UInt8]] = []
                while let piece = try source.nextBytes(lane: lane) { pieces.append(piece) }
                return pieces.reversed()
            })
    }

    init(folder path: String) throws {
        func bytes(_ name: String) throws -> [UInt8] {
            Array(try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)")))
        }
        func names(_ folder: String) throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: "\(path)/\(folder)").sorted()
        }
        var formats = EventFormats()
        for system in try names("formats") {
            for event in try names("formats/\(system)") {
                if let text = try? bytes("formats/\(system)/\(event)/format") {
                    try formats.add(EventFormat(text))
                }
            }
        }
        let dumps = try names("").filter { $0.hasPrefix("trace_pipe_raw.cpu") }
        let layout = try RingLayout(
            headerPage: bytes("header_page"), headerEvent: bytes("header_event"))
        description = RecordingDescription(formats: formats, layout: layout)
        cpus = dumps.indices.map { Int32($0) }
        rings = MemoryRings(
            pieces: try dumps.map { name in
                let all = try bytes(name)
                return stride(from: 0, to: all.count, by: 1 << 18).reversed()
                    .map { Array(all[$0..<min($0 + 1 << 18, all.count)]) }
            })
    }

    /// Finds every event and puts it in order; returns how many there are.
    func decode() throws -> Int {
        var rings = rings
        var merge = RingMerge(description.layout, cpus: cpus)
        var events = 0
        while true {
            switch try merge.next() {
            case .event: events += 1
            case .starved(let lane):
                if let more = try rings.nextBytes(lane: lane) {
                    merge.add(more[...], lane: lane)
                } else {
                    try merge.end(lane: lane)
                }
            case .end, .limit: return events
            }
        }
    }

    /// Makes events of the standard schema of them; returns how many cells these have.
    func map() throws -> Int {
        var rings = rings
        var importer = KernelRecordImporter(description)
        var sink = DiscardingSink()
        _ = try importer.consume(&rings, cpus: cpus, into: &sink)
        _ = importer.finish(into: &sink)
        return sink.cells
    }
}

func report(_ what: String, _ events: Int, repeat count: Int, _ body: () throws -> Int) rethrows {
    var seconds: [Double] = []
    for _ in 0..<count {
        let start = clock()
        guard try body() > 0 else { return }
        seconds.append(Double(clock() - start) / Double(CLOCKS_PER_SEC))
    }
    seconds.sort()
    let median = seconds[seconds.count / 2]
    print(
        what, String(format: "%.2f M events/s, median of %d", Double(events) / median / 1e6, count),
        String(format: "(%.1f ns an event)", median * 1e9 / Double(events)))
}

let path = CommandLine.arguments[1]
let repeatCount = CommandLine.arguments.count > 2 ? Int(CommandLine.arguments[2]) ?? 5 : 5
var isFolder: ObjCBool = false
_ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
let recording = try isFolder.boolValue ? Recording(folder: path) : Recording(file: path)
let events = try recording.decode()
print("\(events) events of \(recording.cpus.count) CPUs")
try report("find and order:           ", events, repeat: repeatCount, recording.decode)
try report("and make standard events: ", events, repeat: repeatCount, recording.map)

import FuzzProperties
import KernelTraceTestSupport
import KernelTraces

/// Sound ring buffers that a script makes, and the records in them.
struct ScriptedRings {
    /// A record as it went in.
    struct Record: Equatable {
        var timeNs: Int64
        var cpu: Int
        var bytes: [UInt8]
    }

    private static let recordsMax = 400
    private static let pids: [Int32] = [35, 45, 1001, 0, 7, -1]
    private static let names = ["kcompactd0", "kswapd0", "fs-tlsd", "swapper/0", "kswapd1", ""]

    private(set) var cpus: [[UInt8]] = []
    /// In the order of their times, and of CPUs where those are equal.
    private(set) var records: [Record] = []
    private let kernel: MadeUpKernel
    private let roomBytes: Int
    private var writers: [RingWriter]
    private var timesNs: [UInt64]

    init(_ script: inout ByteScript, _ rings: RingChoice) {
        kernel = rings.kernel
        roomBytes = rings.layout.subBufferBytes - rings.layout.dataOffset
        writers = [RingWriter](repeating: RingWriter(rings.layout), count: rings.cpuCount)
        timesNs = [UInt64](repeating: 0, count: rings.cpuCount)
        while !script.isAtEnd, records.count < Self.recordsMax { take(&script) }
        for cpu in writers.indices { writers[cpu].endSubBuffer() }
        cpus = writers.map(\.bytes)
        records.sort { ($0.timeNs, $0.cpu) < ($1.timeNs, $1.cpu) }
    }

    private mutating func take(_ script: inout ByteScript) {
        let code = script.byte()
        let cpu = Int(code) % writers.count
        switch code / 8 {
        case 0: writers[cpu].endSubBuffer()
        case 1: writers[cpu].pad()
        case 2: writers[cpu].lose(UInt64(script.byte()))
        case 3:
            timesNs[cpu] += UInt64(script.byte()) << 30
            // Within a sub-buffer a stamp has no room for the highest bits.
            if timesNs[cpu] < 1 << 58 { writers[cpu].timeStamp(timesNs[cpu]) }
        case 4:
            writers[cpu].discarded(timesNs[cpu], bytes: min(script.below(8) * 4, roomBytes - 24))
            // It counts as later than what was before.
            timesNs[cpu] += 1
        case 5: timesNs[cpu] += UInt64(script.byte()) << 20
        default: addEvent(cpu, withLengthWord: code >= 0xE0, &script)
        }
    }

    private mutating func addEvent(
        _ cpu: Int, withLengthWord: Bool, _ script: inout ByteScript
    ) {
        let tracepoint = script.choice(kernel.tracepoints)
        var numbers: [String: Int64] = [:]
        for name in tracepoint.numbers {
            let isTask = name.hasSuffix("pid")
            numbers[name] = isTask ? Int64(script.choice(Self.pids)) : script.number()
        }
        var texts: [String: String] = [:]
        for name in tracepoint.texts {
            texts[name] =
                name == "buf"
                ? "ktls-trace sync mono=\(script.byte()) real=\(script.number())\n"
                : script.choice(Self.names)
        }
        var bytes = tracepoint.record(pid: script.choice(Self.pids), numbers, texts: texts)
        bytes += [UInt8](repeating: 0, count: (4 - bytes.count % 4) % 4)
        // With the words of its length and of a long time.
        guard bytes.count + 16 <= roomBytes else { return }
        timesNs[cpu] += UInt64(script.byte())
        writers[cpu].event(timesNs[cpu], bytes, withLengthWord: withLengthWord)
        records.append(Record(timeNs: Int64(timesNs[cpu]), cpu: cpu, bytes: bytes))
    }

    /// Checks that a merge gives the records that went in, however it gets the bytes.
    ///
    /// - Throws: `BrokenProperty`.
    func checkMerge(
        _ description: RecordingDescription, pieceBytes: Int
    ) throws(BrokenProperty) {
        var merge = RingMerge(description.layout, cpus: cpus.indices.map { Int32($0) })
        var rests = cpus.map { $0[...] }
        var given: [Record] = []
        do {
            while true {
                // All CPUs get their next bytes, whether they have events left or not.
                for lane in rests.indices where !merge.isEnded(lane) {
                    merge.add(rests[lane].prefix(pieceBytes), lane: lane)
                    rests[lane] = rests[lane].dropFirst(pieceBytes)
                    if rests[lane].isEmpty { try merge.end(lane: lane) }
                }
                switch try merge.next() {
                case .event(let event):
                    let buffer = merge.buffer(event.lane)
                    given.append(
                        Record(
                            timeNs: event.record.timeNs, cpu: event.lane,
                            bytes: Array(buffer[event.record.payload])))
                case .starved: continue
                case .end, .limit:
                    try require(given == records, "other records come out than went in")
                    return
                }
            }
        } catch let error as BrokenProperty {
            throw error
        } catch {
            throw BrokenProperty("sound rings have a fault: \(error)")
        }
    }
}

import ArgumentParser
import LiveRecording
import TraceFormat
import TraceStore

/// How a source that is still at work is recorded; Docs/RECORDING.md tells more.
struct LiveOptions: ParsableArguments {
    @Option(
        name: .long, parsing: .unconditional,
        help: """
            Keep only the last stretch, in memory, and write it when --dump-on or SIGUSR1 asks for \
            it: this many bytes, like 64MiB.
            """)
    var ring: ByteSize?

    @Option(
        name: .long, parsing: .unconditional,
        help: "With --ring: keep no more than this time, like 10s.")
    var ringTime: TimeSpan?

    @Option(
        name: .long, parsing: .unconditionalSingleValue,
        help: """
            With --ring: when to write. KIND>COUNT/DURATION, as in 'alloc_fail>100/s'; a column, \
            as in 'batch_end.gained_blocks<1'; or exit. May be repeated.
            """)
    var dumpOn: [String] = []

    @Option(
        name: .long, parsing: .unconditional,
        help: "With --ring: go on for this time before writing, like 2s.")
    var dumpAfter: TimeSpan?

    @Option(
        name: .long, parsing: .unconditional,
        help: "With --ring: heed no trigger for this time after a dump (default: 10s).")
    var dumpPause: TimeSpan?

    @Option(
        name: .long, parsing: .unconditional,
        help: "Begin the next file with the block after which one has this size, like 100MiB.")
    var rotateSize: ByteSize?

    @Option(
        name: .long, parsing: .unconditional,
        help: "Begin the next file at every multiple of this time, like 10s.")
    var rotateTime: TimeSpan?

    @Option(
        name: .long, parsing: .unconditional,
        help: "Keep this many whole files and remove older ones of this recording.")
    var rotateKeep: Int?

    @Option(
        name: .long, parsing: .unconditional,
        help: "When blocks are brought to the disk: none, block, or a time, like 500ms.")
    var sync: SyncChoice?

    @Option(
        name: .long, parsing: .unconditional,
        help: "End a block after this time, like 1s, however few events it has.")
    var blockTime: TimeSpan?

    @Flag(
        name: .long,
        help: "Write a line to standard error for every block that is in the file.")
    var reportCommits = false

    /// Whether anything asks for more than a plain recording.
    var isLive: Bool {
        ring != nil || isRotating || sync != nil || blockTime != nil || reportCommits
    }

    private var isRotating: Bool { rotateSize != nil || rotateTime != nil }

    func validate() throws {
        try checkLengths()
        if ring == nil, ringTime != nil || !dumpOn.isEmpty || dumpAfter != nil || dumpPause != nil {
            throw ValidationError(
                "--ring-time, --dump-on, --dump-after and --dump-pause need --ring")
        }
        if ring != nil, isRotating {
            throw ValidationError("--ring and --rotate-* exclude each other")
        }
        if ring != nil, sync != nil || reportCommits {
            throw ValidationError(
                "--ring excludes --sync and --report-commits: its blocks are in memory")
        }
        if rotateKeep != nil, !isRotating {
            throw ValidationError("--rotate-keep needs --rotate-size or --rotate-time")
        }
        _ = try triggers()
    }

    private func checkLengths() throws {
        let times: [(String, TimeSpan?)] = [
            ("--ring-time", ringTime), ("--dump-after", dumpAfter), ("--dump-pause", dumpPause),
            ("--rotate-time", rotateTime), ("--block-time", blockTime),
        ]
        for (name, span) in times {
            let mayBeZero = name == "--dump-after" || name == "--dump-pause"
            if let span, span.ns < 0 || span.ns == 0 && !mayBeZero {
                throw ValidationError("\(name) must be more than nothing")
            }
        }
        if let ring, !(Self.smallestRing...Self.largestRing).contains(ring.bytes) {
            throw ValidationError("--ring must be 1MiB to 64GiB")
        }
        if let rotateSize, rotateSize.bytes < 1 {
            throw ValidationError("--rotate-size must be more than nothing")
        }
        if let rotateKeep, rotateKeep < 1 {
            throw ValidationError("--rotate-keep must be at least 1")
        }
    }

    private static let smallestRing: Int64 = 1 << 20
    private static let largestRing: Int64 = 64 << 30

    private func triggers() throws -> [DumpTrigger] {
        try dumpOn.map { text in
            do throws(LiveError) {
                return try DumpTrigger(text)
            } catch {
                throw ValidationError("--dump-on '\(text)': \(error)")
            }
        }
    }

    /// Refuses a target that cannot have numbers.
    func check(output: String) throws {
        if output == "-", ring != nil || isRotating {
            throw ValidationError("--ring and --rotate-* write several files; -o must name a file")
        }
    }

    func plan(compression: Int) throws -> LivePlan {
        let shape: LivePlan.Shape
        var blockEvents = FormatLimits.blockEvents
        if let ring {
            let flight = LivePlan.Flight(
                ringBytes: Int(ring.bytes), ringTimeNs: ringTime?.ns, triggers: try triggers(),
                afterNs: dumpAfter?.ns ?? 0, pauseNs: dumpPause?.ns ?? 10_000_000_000)
            shape = .flight(flight)
            // Some blocks fit into each part of the ring, at 16 bytes for an event.
            blockEvents = Int(min(Int64(blockEvents), ring.bytes / 128))
        } else if isRotating {
            shape = .rotating(
                LivePlan.Rotation(
                    sizeBytes: rotateSize?.bytes, timeNs: rotateTime?.ns, keep: rotateKeep))
        } else {
            shape = .single
        }
        return LivePlan(
            shape: shape, blockTimeNs: blockTime?.ns, compressionLevel: compression,
            blockEvents: blockEvents)
    }
}

/// When blocks are brought to the disk, on the command line.
enum SyncChoice: ExpressibleByArgument {
    case none, block
    case time(TimeSpan)

    init?(argument: String) {
        switch argument {
        case "none": self = .none
        case "block": self = .block
        default:
            guard let span = TimeSpan(argument: argument), span.ns > 0 else { return nil }
            self = .time(span)
        }
    }

    var policy: SyncPolicy {
        switch self {
        case .none: .atEnd
        case .block: .everyBlock
        case .time(let span): .every(ns: span.ns)
        }
    }
}

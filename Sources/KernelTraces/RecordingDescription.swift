/// What is known about a recording besides its events.
public struct RecordingDescription: Sendable {
    /// The formats of its events.
    public var formats: EventFormats
    /// How its ring buffers are laid out.
    public var layout: RingLayout
    /// Names of tasks by process number, as far as the kernel remembered them.
    public var taskNames: [Int32: String]
    /// What the ring buffers counted.
    public var statistics = RingStatistics()

    /// Makes a description; the layout learns from the formats where a record's number is.
    public init(
        formats: EventFormats, layout: RingLayout, taskNames: [Int32: String] = [:]
    ) {
        self.formats = formats
        self.layout = layout
        self.layout.typePlace = formats.typePlace
        self.taskNames = taskNames
    }

    /// Bytes of a list of names that are looked at.
    private static let namesBytesMax = 1 << 24

    /// Reads a tracefs file `saved_cmdlines`: a process number and a name a line.
    ///
    /// Lines that are not like that are passed over.
    public static func taskNames(_ bytes: [UInt8]) -> [Int32: String] {
        var names: [Int32: String] = [:]
        var lines = TextLines(Array(bytes.prefix(namesBytesMax)))
        while let line = lines.next() {
            guard let blank = line.firstIndex(of: 0x20),
                let pid = decimal(line[..<blank], atMost: Int(Int32.max))
            else { continue }
            names[Int32(pid)] = string(line[(blank + 1)...].prefix(16))
        }
        return names
    }
}

/// What the kernel counted for ring buffers: tracefs files `per_cpu/cpuN/stats`.
public struct RingStatistics: Sendable, Hashable {
    /// Events that were overwritten before they were read, and events that found no room.
    public private(set) var lost: UInt64 = 0
    /// Whether there were any numbers.
    public private(set) var isKnown = false

    /// Makes numbers of nothing.
    public init() {}

    /// Adds the numbers of one or several files.
    public mutating func add(_ bytes: [UInt8]) {
        var lines = TextLines(Array(bytes.prefix(1 << 20)))
        while let line = lines.next().map(trimmed) {
            guard let text = rest(line, after: "overrun:") ?? rest(line, after: "dropped events:"),
                let count = decimal(trimmed(text), atMost: 1 << 50)
            else { continue }
            lost &+= UInt64(count)
            isKnown = true
        }
    }
}

/// Gives the bytes of ring buffers, a piece at a time.
public protocol RingSource {
    /// The next bytes of a CPU, or `nil` where there are no more.
    ///
    /// - Throws: what kept the bytes from being read; the CPU has no more then.
    mutating func nextBytes(lane: Int) throws(KernelTraceError) -> [UInt8]?
}

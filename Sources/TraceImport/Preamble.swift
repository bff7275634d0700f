/// What the comment lines at the head of the text say about the recording.
struct Preamble {
    /// The name behind `# tracer:`.
    private(set) var tracer: String?
    /// Events the recorder wrote and those still in its buffer.
    private(set) var entries: (inBuffer: Int64, written: Int64)?
    private(set) var cpuCount: Int64?

    private static let tracerKey = Literal("# tracer: ")
    private static let entriesKey = Literal("# entries-in-buffer/")
    private static let cpuKey = Literal("#P:")

    private var isReport = false
    private static let reportKey = Literal("cpus=")

    var isFtrace: Bool { tracer != nil || entries != nil || isReport }

    /// Takes in the line `cpus=N` with which a report of trace-cmd begins; false for other lines.
    mutating func readReport(_ line: Span<UInt8>) -> Bool {
        guard matches(line, at: 0, Self.reportKey) else { return false }
        var position = Self.reportKey.count
        cpuCount = readDecimal(line, &position)?.value
        isReport = true
        return true
    }

    /// Takes in one comment line; lines that say nothing of use are ignored.
    mutating func read(_ line: Span<UInt8>) {
        if matches(line, at: 0, Self.tracerKey), tracer == nil {
            tracer = lineText(line, Self.tracerKey.count..<min(line.count, 64))
        } else if matches(line, at: 0, Self.entriesKey), entries == nil {
            readEntries(line)
        }
    }

    /// Reads `# entries-in-buffer/entries-written: N/N   #P:N`.
    private mutating func readEntries(_ line: Span<UInt8>) {
        var position = 0
        while position < line.count, line[position] != Ascii.colon { position += 1 }
        position += 1
        skipSpaces(line, &position)
        guard let inBuffer = readDecimal(line, &position), position < line.count,
            line[position] == Ascii.slash
        else { return }
        position += 1
        guard let written = readDecimal(line, &position) else { return }
        entries = (inBuffer.value, written.value)
        skipSpaces(line, &position)
        guard matches(line, at: position, Self.cpuKey) else { return }
        position += Self.cpuKey.count
        cpuCount = readDecimal(line, &position)?.value
    }
}

/// Reads `CPU:N [LOST N EVENTS]`, which the kernel prints between events; `nil` for other lines
/// and -1 where the line does not say how many.
func lostEventCount(_ line: Span<UInt8>) -> Int64? {
    guard matches(line, at: 0, lostPrefix) else { return nil }
    var position = lostPrefix.count
    guard readDecimal(line, &position) != nil, matches(line, at: position, lostKey) else {
        return nil
    }
    position += lostKey.count
    guard let count = readDecimal(line, &position) else { return -1 }
    return count.value
}

private let lostPrefix = Literal("CPU:")
private let lostKey = Literal(" [LOST ")

/// The part of an event line that all tracepoints share, and where the rest is.
struct EventLine {
    /// The task that was running, as far as the kernel still knew its name.
    let task: TaskName
    let pid: Int32
    let cpu: Int32
    /// Absolute time of the trace clock.
    let timeNs: Int64
    /// What one unit of the last printed digit is worth.
    let resolutionNs: Int64
    /// Where the tracepoint's name is.
    let name: Range<Int>
    /// Where the tracepoint's own text starts.
    let bodyStart: Int

    /// The column of the dash between task and process number in the kernel's layout.
    private static let dashColumn = 16
    /// How far the dash is looked for; it keeps the work on text that is no event line small.
    private static let dashColumnMax = 64
    private static let nameBytesMax = 128

    /// Reads the prefix `TASK-PID [(TGID)] [CPU] [FLAGS] SECONDS.FRACTION: NAME:`.
    ///
    /// Task names may contain blanks, dashes, brackets and digits. The kernel pads them to 16
    /// columns, so the dash in column 16 is tried first; text that was re-indented is read with
    /// the first dash that makes sense of the line.
    init?(_ line: Span<UInt8>) {
        if let parsed = Self.read(line, dash: Self.dashColumn) {
            self = parsed
            return
        }
        for dash in 1...Self.dashColumnMax where dash != Self.dashColumn {
            if let parsed = Self.read(line, dash: dash) {
                self = parsed
                return
            }
        }
        return nil
    }

    private init(
        task: TaskName, pid: Int32, cpu: Int32, timeNs: Int64, resolutionNs: Int64,
        name: Range<Int>, bodyStart: Int
    ) {
        self.task = task
        self.pid = pid
        self.cpu = cpu
        self.timeNs = timeNs
        self.resolutionNs = resolutionNs
        self.name = name
        self.bodyStart = bodyStart
    }

    private static func read(_ line: Span<UInt8>, dash: Int) -> EventLine? {
        guard dash < line.count, line[dash] == Ascii.minus else { return nil }
        var position = dash + 1
        guard let pid = readDecimal(line, &position), pid.value <= Int32.max else { return nil }
        guard let cpu = readCpu(line, &position) else { return nil }
        guard let time = readTimeAfterFlags(line, &position) else { return nil }
        skipSpaces(line, &position)
        let nameStart = position
        while position < line.count, Ascii.isWord(line[position]) { position += 1 }
        let name = nameStart..<position
        guard !name.isEmpty, name.count <= nameBytesMax, position < line.count,
            line[position] == Ascii.colon
        else { return nil }
        return EventLine(
            task: TaskName(line, 0..<dash), pid: Int32(pid.value), cpu: cpu, timeNs: time.timeNs,
            resolutionNs: time.resolutionNs, name: name, bodyStart: position + 1)
    }

    /// Reads `[(TGID)] [CPU]` with the blanks around it.
    private static func readCpu(_ line: Span<UInt8>, _ position: inout Int) -> Int32? {
        skipSpaces(line, &position)
        if position < line.count, line[position] == Ascii.openParenthesis {
            while position < line.count, line[position] != Ascii.closeParenthesis { position += 1 }
            position += 1
            skipSpaces(line, &position)
        }
        guard position < line.count, line[position] == Ascii.openBracket else { return nil }
        position += 1
        guard let cpu = readDecimal(line, &position), cpu.value <= Int32.max else { return nil }
        guard position + 1 < line.count, line[position] == Ascii.closeBracket,
            line[position + 1] == Ascii.space
        else { return nil }
        position += 2
        return Int32(cpu.value)
    }

    /// Reads the time, which may stand behind one word of interrupt and preemption flags.
    private static func readTimeAfterFlags(
        _ line: Span<UInt8>, _ position: inout Int
    ) -> (timeNs: Int64, resolutionNs: Int64)? {
        for _ in 0..<2 {
            skipSpaces(line, &position)
            if let time = readTime(line, &position) { return time }
            position = wordEnd(line, from: position)
        }
        return nil
    }

    /// Reads `SECONDS.FRACTION:`; the position moves only when all of it is there.
    private static func readTime(
        _ line: Span<UInt8>, _ position: inout Int
    ) -> (timeNs: Int64, resolutionNs: Int64)? {
        var index = position
        guard let seconds = readDecimal(line, &index), seconds.value < 9_000_000_000,
            index < line.count, line[index] == Ascii.dot
        else { return nil }
        index += 1
        guard let fraction = readDecimal(line, &index), fraction.digits <= 9,
            index < line.count, line[index] == Ascii.colon
        else { return nil }
        var resolutionNs: Int64 = 1
        for _ in fraction.digits..<9 { resolutionNs *= 10 }
        position = index + 1
        return (seconds.value * 1_000_000_000 + fraction.value * resolutionNs, resolutionNs)
    }
}

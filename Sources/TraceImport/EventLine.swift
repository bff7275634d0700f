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
    init?(_ line: Span<UInt8>, _ form: TextForm = .ftrace) {
        if form == .perfScript {
            guard let parsed = Self.readPerf(line) else { return nil }
            self = parsed
            return
        }
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

    /// Reads the prefix `TASK PID[/TID] [CPU] SECONDS.FRACTION: SYSTEM:NAME:`.
    ///
    /// Task names may contain blanks and brackets, so every opening bracket is tried.
    private static func readPerf(_ line: Span<UInt8>) -> EventLine? {
        var bracket = 0
        while bracket < min(line.count, dashColumnMax + nameBytesMax) {
            defer { bracket += 1 }
            guard line[bracket] == Ascii.openBracket, bracket > 1,
                let pid = pidBefore(bracket, in: line)
            else { continue }
            var position = bracket
            guard let cpu = readCpu(line, &position) else { continue }
            skipSpaces(line, &position)
            guard let time = readTime(line, &position) else { continue }
            skipSpaces(line, &position)
            var nameStart = position
            while position < line.count,
                Ascii.isWord(line[position]) || line[position] == Ascii.minus
            {
                position += 1
            }
            guard position < line.count, line[position] == Ascii.colon else { return nil }
            if position + 1 < line.count, Ascii.isWord(line[position + 1]) {
                position += 1
                nameStart = position
                while position < line.count, Ascii.isWord(line[position]) { position += 1 }
            }
            let name = nameStart..<position
            guard !name.isEmpty, name.count <= nameBytesMax, position < line.count,
                line[position] == Ascii.colon
            else { return nil }
            return EventLine(
                task: TaskName(line, 0..<pid.start), pid: pid.value, cpu: cpu,
                timeNs: time.timeNs, resolutionNs: time.resolutionNs, name: name,
                bodyStart: position + 1)
        }
        return nil
    }

    /// The number in front of the blanks at a position: `PID`, or the second of `PID/TID`.
    private static func pidBefore(_ end: Int, in line: Span<UInt8>) -> (value: Int32, start: Int)? {
        var last = end
        while last > 0, line[last - 1] == Ascii.space { last -= 1 }
        var start = last
        while start > 0, Ascii.digit(line[start - 1]) != nil { start -= 1 }
        // perf shows tasks that it knows nothing about as -1.
        if start > 0, line[start - 1] == Ascii.minus { start -= 1 }
        guard last < end, let pid = readInteger(line, start..<last), let value = Int32(exactly: pid)
        else { return nil }
        if start > 0, line[start - 1] == Ascii.slash {
            start -= 1
            while start > 0, Ascii.digit(line[start - 1]) != nil { start -= 1 }
        }
        return start > 0 && line[start - 1] == Ascii.space ? (value, start) : nil
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

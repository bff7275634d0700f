/// One side of a context switch.
struct SwitchedTask {
    let name: TaskName
    let pid: Int32
}

/// What a `sched_switch` event says.
struct ContextSwitch<Text: HostText> {
    let previous: SwitchedTask
    /// What is printed for the state of the previous task.
    let state: Text
    let next: SwitchedTask
}

/// The words of a `sched_switch` line.
struct SwitchLine {
    let previous: SwitchedTask
    /// Where the state of the previous task is printed.
    let state: Range<Int>
    let next: SwitchedTask

    /// Reads `prev_comm=C prev_pid=P ... prev_state=S ==> next_comm=C next_pid=P ...`, or the
    /// layout without names, `C:P [PRIORITY] S ==> C:P [PRIORITY]`.
    ///
    /// Task names may contain anything, even ` ==> `: the last place that fits is taken.
    init?(_ line: Span<UInt8>, bodyStart: Int) {
        let body = bodyStart..<line.count
        let named = Self.readNamed(line, body)
        guard let found = named ?? Self.readPlain(line, body) else { return nil }
        self = found
    }

    private init(previous: SwitchedTask, state: Range<Int>, next: SwitchedTask) {
        self.previous = previous
        self.state = state
        self.next = next
    }

    private static func readNamed(_ line: Span<UInt8>, _ body: Range<Int>) -> SwitchLine? {
        guard let nextPid = lastPosition(of: nextPidKey, in: line, body),
            let arrow = lastPosition(of: nextNameKey, in: line, body.lowerBound..<nextPid),
            let state = lastPosition(of: stateKey, in: line, body.lowerBound..<arrow),
            let previousPid = lastPosition(of: previousPidKey, in: line, body.lowerBound..<state),
            let previousName = firstPosition(
                of: previousNameKey, in: line, body.lowerBound..<previousPid)
        else { return nil }
        guard
            let previous = task(
                line, previousName + previousNameKey.count..<previousPid,
                pidAt: previousPid + previousPidKey.count),
            let next = task(
                line, arrow + nextNameKey.count..<nextPid, pidAt: nextPid + nextPidKey.count)
        else { return nil }
        let stateStart = state + stateKey.count
        return SwitchLine(
            previous: previous, state: stateStart..<wordEnd(line, from: stateStart), next: next)
    }

    private static func readPlain(_ line: Span<UInt8>, _ body: Range<Int>) -> SwitchLine? {
        guard let arrow = lastPosition(of: arrowKey, in: line, body) else { return nil }
        guard let previous = PlainTask(line, body.lowerBound..<arrow),
            let next = PlainTask(line, arrow + arrowKey.count..<line.count)
        else { return nil }
        var stateStart = previous.end
        skipSpaces(line, &stateStart)
        guard stateStart < arrow else { return nil }
        return SwitchLine(
            previous: previous.task, state: stateStart..<wordEnd(line, from: stateStart),
            next: next.task)
    }

    private static func task(
        _ line: Span<UInt8>, _ name: Range<Int>, pidAt position: Int
    ) -> SwitchedTask? {
        guard let pid = readInteger(line, position..<wordEnd(line, from: position)),
            let pid = Int32(exactly: pid)
        else { return nil }
        return SwitchedTask(name: TaskName(line, name), pid: pid)
    }

    private static let previousNameKey = Literal("prev_comm=")
    private static let previousPidKey = Literal(" prev_pid=")
    private static let stateKey = Literal(" prev_state=")
    private static let nextNameKey = Literal(" ==> next_comm=")
    private static let nextPidKey = Literal(" next_pid=")
    private static let arrowKey = Literal(" ==> ")
}

/// A task printed as `NAME:PID [PRIORITY]`.
private struct PlainTask {
    let task: SwitchedTask
    /// The position behind the closing bracket.
    let end: Int

    init?(_ line: Span<UInt8>, _ range: Range<Int>) {
        guard let bracket = lastPosition(of: bracketKey, in: line, range) else { return nil }
        var colon = bracket
        while colon > range.lowerBound, line[colon] != Ascii.colon { colon -= 1 }
        guard line[colon] == Ascii.colon, let pid = readInteger(line, colon + 1..<bracket),
            let pid = Int32(exactly: pid)
        else { return nil }
        var index = bracket
        while index < range.upperBound, line[index] != Ascii.closeBracket { index += 1 }
        guard index < range.upperBound else { return nil }
        var start = range.lowerBound
        skipSpaces(line, &start)
        task = SwitchedTask(name: TaskName(line, min(start, colon)..<colon), pid: pid)
        end = index + 1
    }
}

private let bracketKey = Literal(" [")
private let wakingNameKey = Literal("comm=")
private let wakingPidKey = Literal(" pid=")

/// The task that a `sched_waking` line is about: `comm=C pid=P ...`, or `C:P [PRIORITY] ...`.
func wokenTask(_ line: Span<UInt8>, bodyStart: Int) -> SwitchedTask? {
    var start = bodyStart
    skipSpaces(line, &start)
    guard matches(line, at: start, wakingNameKey) else {
        return PlainTask(line, start..<line.count)?.task
    }
    guard let pidKey = lastPosition(of: wakingPidKey, in: line, start..<line.count) else {
        return nil
    }
    let pidStart = pidKey + wakingPidKey.count
    guard let pid = readInteger(line, pidStart..<wordEnd(line, from: pidStart)),
        let pid = Int32(exactly: pid)
    else { return nil }
    return SwitchedTask(name: TaskName(line, start + wakingNameKey.count..<pidKey), pid: pid)
}

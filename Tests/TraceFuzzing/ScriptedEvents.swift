import FuzzProperties
import TraceCore

/// Events as a script asks for them, in runs of like ones.
struct ScriptedEvents {
    /// How many events the current run has.
    private(set) var repeats = 0

    private let schema: EventSchema
    private var kind: EventKind
    private var sequence: UInt64 = 0
    private var timeNs: Int64 = 0
    private var gap: UInt64 = 0
    private var distanceNs: Int64 = 0
    private var domain: Int32 = 0
    private var cpu: Int32 = 0
    private var causeDistance: UInt64 = 0
    private var values: [Int64] = []
    private var steps: [Int64] = []
    private var hasStarted = false

    init(schema: EventSchema) {
        self.schema = schema
        kind = schema.kinds[0]
    }

    /// Takes a run from the script.
    ///
    /// - Parameters:
    ///   - code: What the run is like.
    ///   - strings: How many strings there are.
    mutating func prepare(_ code: UInt8, strings: Int, _ script: inout ByteScript) {
        kind = schema.kinds[Int(code) % schema.kinds.count]
        repeats = code < 128 ? 1 : 1 + 2 * script.below(256)
        let isPlain = code & 32 == 0
        gap = isPlain ? 0 : UInt64(bitPattern: script.number()) >> 4
        distanceNs = isPlain ? Int64(script.byte()) : script.number() & (.max >> 2)
        domain = isPlain ? 0 : Int32(truncatingIfNeeded: script.number())
        cpu = isPlain ? 1 : Int32(truncatingIfNeeded: script.number())
        causeDistance = isPlain ? 0 : UInt64(script.byte())
        values = []
        steps = []
        for column in kind.columns {
            let isText = column.type == .text
            values.append(isText ? Int64(script.below(min(strings, 256))) : script.number())
            steps.append(isText || repeats == 1 ? 0 : script.number())
        }
        if !hasStarted, !isPlain { timeNs = script.number() }
        hasStarted = true
    }

    /// The next event of the run, or `nil` where numbers or time have come to their end.
    mutating func next() -> Event? {
        let (above, overflow) = sequence.addingReportingOverflow(1)
        let (number, overflowAgain) = above.addingReportingOverflow(gap)
        let (time, isLate) = timeNs.addingReportingOverflow(distanceNs)
        guard !overflow, !overflowAgain, !isLate else { return nil }
        sequence = number
        timeNs = time
        let cause = causeDistance > 0 && causeDistance < number ? number - causeDistance : 0
        let event = Event(
            EventHeader(
                sequence: number, timeNs: time, kind: kind.id, domain: domain, cpu: cpu,
                cause: cause), values)
        for index in values.indices { values[index] &+= steps[index] }
        return event
    }
}

public import TraceCore
import TraceFormat
import TraceIdentity

/// Why a merge ended: what the traces are, or what happened to a file.
public enum MergeFailure: Error, Equatable, Sendable {
    /// The traces do not go together.
    case merge(MergeError)
    /// An input could not be read.
    case store(StoreError, input: Int)
}

/// Merges traces of several recorders or hosts into one, by the wall clock.
///
/// Events come in the order of their times on the common clock, whose 0 is the earliest start of
/// an input; at equal times those of an earlier input come first. Sequence numbers are given anew.
/// The inputs' snapshots are left out: nothing can be replayed from several.
///
/// An input takes the memory of one block, decoded twice.
public struct TraceMerge {
    /// What is to be merged, and how.
    public struct Options: Equatable, Sendable {
        /// Whether all inputs are of one host: domains, CPUs and identifiers stay as they are.
        public var isOneHost = false
        /// Whether the inputs started at the same instant, whatever they say.
        public var startsAreEqual = false

        /// Makes the standard options: every input is a host of its own, with a wall clock.
        public init() {}
    }

    /// The parameter of the wall clock at time 0, in nanoseconds since 1970; also a note's key.
    public static let wallStartKey = "host.wall_start_ns"

    /// The description of the merged trace.
    public let description: TraceDescription
    /// Events written.
    public private(set) var events: UInt64 = 0
    /// Causes that were given up, because their event is more than 65,536 events of its lane and
    /// input back, or is not in the input at all.
    public var lostCauses: UInt64 { inputs.reduce(0) { $0 + $1.lostCauses } }

    private var inputs: [MergeInput] = []
    private var isStarted = false

    /// Prepares a merge.
    ///
    /// - Parameters:
    ///   - readers: The inputs, opened and not read.
    ///   - names: What the inputs are called, for the notes of the result.
    /// - Complexity: O(descriptions).
    /// - Throws: `MergeError` where the traces do not go together.
    public init(
        _ readers: [TraceReader], names: [String], options: Options = Options()
    ) throws(MergeError) {
        let union = try SchemaUnion(readers.map(\.description.schema))
        let starts = try Self.starts(readers, options)
        let ranges = NumberRanges(isOneHost: options.isOneHost)
        for (number, reader) in readers.enumerated() {
            inputs.append(
                MergeInput(
                    reader, number: number, offsetNs: starts.offsetsNs[number],
                    kinds: union.numbers[number], ranges: ranges))
        }
        description = MergeDescription.make(
            union.schema, readers.map(\.description), names: names, offsetsNs: starts.offsetsNs,
            wallStartNs: starts.wallStartNs, ranges: ranges)
    }

    /// How far each input's start is behind the first.
    private static func starts(
        _ readers: [TraceReader], _ options: Options
    ) throws(MergeError) -> (offsetsNs: [Int64], wallStartNs: Int64?) {
        if options.startsAreEqual { return (readers.map { _ in 0 }, nil) }
        var walls: [Int64] = []
        for (number, reader) in readers.enumerated() {
            guard let wallNs = wallStartNs(reader.description) else {
                throw .noWallClock(input: number)
            }
            walls.append(wallNs)
        }
        let first = walls.min() ?? 0
        var offsets: [Int64] = []
        for (number, wallNs) in walls.enumerated() {
            let (offset, overflow) = wallNs.subtractingReportingOverflow(first)
            guard !overflow else { throw .timeOutOfRange(input: number, timeNs: wallNs) }
            offsets.append(offset)
        }
        return (offsets, first)
    }

    /// What the wall clock showed at a trace's time 0, in nanoseconds since 1970, if it says so.
    ///
    /// - Complexity: O(parameters + notes).
    public static func wallStartNs(_ description: TraceDescription) -> Int64? {
        if let text = description.parameter(wallStartKey) { return Int64(text) }
        return description.notes.last { $0.key == wallStartKey }.flatMap { Int64($0.value) }
    }

    /// Writes some of the events, at most as many as a block has.
    ///
    /// - Returns: Whether there are more.
    /// - Complexity: O(events x inputs).
    /// - Throws: `MergeFailure`; what the writer meets is in its `failure`.
    public mutating func copySome(to writer: inout TraceWriter) throws(MergeFailure) -> Bool {
        if !isStarted {
            isStarted = true
            for number in inputs.indices { try inputs[number].prepare() }
        }
        for _ in 0..<FormatLimits.blockEvents {
            guard let (number, timeNs) = first() else {
                try copyLosses(to: &writer)
                return false
            }
            events += 1
            try inputs[number].take(as: events, timeNs, to: &writer)
            try inputs[number].prepare()
        }
        try copyLosses(to: &writer)
        return true
    }

    /// The input with the earliest event; of several the first.
    private func first() -> (number: Int, timeNs: Int64)? {
        var found: (number: Int, timeNs: Int64)?
        for number in inputs.indices {
            guard let timeNs = inputs[number].nextTimeNs else { continue }
            if let known = found, known.timeNs <= timeNs { continue }
            found = (number, timeNs)
        }
        return found
    }

    private mutating func copyLosses(to writer: inout TraceWriter) throws(MergeFailure) {
        for number in inputs.indices {
            for loss in try inputs[number].takeLosses() { writer.addLoss(loss) }
        }
    }

    /// What is only known at the end: the inputs' identities and numbers of events.
    ///
    /// - Complexity: O(inputs).
    public var closingNotes: [TextPair] {
        var notes = [TextPair("merge.lost_causes", String(lostCauses))]
        for input in inputs {
            let name = "merge.\(input.number)"
            notes.append(TextPair("\(name).events", String(input.events)))
            if let ids = input.reader.totals?.ids {
                notes.append(TextPair("\(name).content_id", ids.content.description))
            }
            let isComplete = input.reader.completeness == .complete
            notes.append(TextPair("\(name).complete", isComplete ? "true" : "false"))
        }
        return notes
    }
}

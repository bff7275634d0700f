public import ReclaimEngine
public import TraceCore

/// Runs the engine on the inputs of a recording and compares what it does with what is recorded.
///
/// Feed every event of the trace in order, then call `finish`. Inputs are applied to the engine,
/// and every event, inputs included, must equal the engine's next event in all its parts. Text is
/// compared as text. After the first difference the engine goes on with the recorded inputs until
/// both sides have samples again; then the replay is settled.
public struct Replayer: ~Copyable {
    /// The first event in which replay and recording differ, once there is one.
    public private(set) var divergence: Divergence?
    /// What became of the state after the divergence; `nil` where there are no samples to tell.
    public var stateDifference: StateDifference? { follower.difference }
    /// Whether more events of the recording would tell nothing more.
    public var isSettled: Bool { divergence != nil && follower.isDone }
    /// Events that are equal in recording and replay.
    public private(set) var equalEvents: UInt64 = 0
    /// Inputs applied.
    public private(set) var appliedInputs: UInt64 = 0
    /// Equal events before a divergence that are kept to show what led to it.
    public static let contextEvents = 16

    private var engine: Engine
    private let durationNs: Int64
    private let schema: EventSchema
    private let isInput: [Bool]
    private let textColumns: [[Int]]
    private var produced = EventQueue()
    private var isFinished = false
    private var recent: [Event] = []
    private var lastEqualSampleNs: Int64?
    private var follower: SampleFollower

    /// Makes a replayer at the start of a recording.
    ///
    /// - Parameter schema: the trace's own schema, which must be the standard one.
    /// - Throws: `ReplayError`.
    public init(_ setup: EngineSetup, schema: EventSchema) throws(ReplayError) {
        engine = try setup.makeReplayEngine(schema)
        durationNs = setup.durationNs
        self.schema = schema
        isInput = schema.isInput
        follower = SampleFollower(mostEvents: setup.host.domains.count + setup.host.cpuCount)
        let kinds = isInput.indices.map { schema.kind(KindID(rawValue: UInt16($0))) }
        textColumns = kinds.map { kind in
            (kind?.columns ?? []).indices.filter { kind?.columns[$0].type == .text }
        }
    }

    /// Takes the next event of the recording.
    ///
    /// - Parameter strings: the trace's strings, at least up to this event's.
    /// - Throws: `ReplayError.badInput` for an input that cannot be applied.
    public mutating func consume(
        _ header: EventHeader, _ values: Span<Int64>, strings: [String]
    ) throws(ReplayError) {
        guard divergence == nil else {
            follow(header, values, strings)
            return
        }
        var waiting: Input?
        if isInput(header.kind) {
            guard let input = usableInput(header, values, strings) else {
                throw .badInput(sequence: header.sequence)
            }
            // An event of the engine that is due before the input has to be recorded before it.
            if produced.isEmpty { engine.run(until: input.timeNs, orFirstEvent: true) }
            if produced.isEmpty, engine.outbox.count == 0 {
                apply(input)
            } else {
                waiting = input
            }
        } else if produced.isEmpty, !isFinished {
            // Never past the end, whatever time the recording claims.
            let untilNs = min(max(header.timeNs, engine.nowNs), durationNs)
            engine.run(until: untilNs, orFirstEvent: true)
            if engine.outbox.count == 0, header.timeNs >= durationNs { finishEngine() }
        }
        produced.take(&engine.outbox)
        compare(header, values, strings)
        if divergence != nil { beginFollowing(header, values, waiting) }
    }

    /// Tells the replayer that the recording has no more events.
    ///
    /// - Parameter isComplete: the recording was closed properly, so the engine must have no more
    ///   events either.
    public mutating func finish(isComplete: Bool) {
        if divergence != nil, !follower.isDone { endFollowing() }
        guard divergence == nil, isComplete else { return }
        if !isFinished, produced.isEmpty { engine.run(until: durationNs, orFirstEvent: true) }
        if !isFinished, produced.isEmpty, engine.outbox.count == 0 { finishEngine() }
        produced.take(&engine.outbox)
        if let event = produced.first {
            diverge(recorded: nil, replayed: event, strings: [])
        }
    }

    /// Whether events of a kind are inputs; a number that is no kind is not.
    private func isInput(_ kind: KindID) -> Bool {
        Int(kind.rawValue) < isInput.count && isInput[Int(kind.rawValue)]
    }

    /// The input that an event stands for, if the engine can be given it now.
    private func usableInput(
        _ header: EventHeader, _ values: Span<Int64>, _ strings: [String]
    ) -> Input? {
        guard let input = Input(header, values, strings: strings), engine.accepts(input),
            input.timeNs >= engine.nowNs, input.timeNs <= durationNs, !isFinished
        else { return nil }
        return input
    }

    private mutating func apply(_ input: Input) {
        engine.apply(input)
        appliedInputs += 1
    }

    private mutating func finishEngine() {
        engine.finish(at: durationNs)
        isFinished = true
    }

    private mutating func compare(
        _ header: EventHeader, _ values: Span<Int64>, _ strings: [String]
    ) {
        let recorded = Event(header, values)
        guard let replayed = produced.popFirst() else {
            diverge(recorded: recorded, replayed: nil, strings: strings)
            return
        }
        guard isEqual(recorded, replayed, strings) else {
            diverge(recorded: recorded, replayed: replayed, strings: strings)
            return
        }
        equalEvents += 1
        if recorded.header.kind == .sample { lastEqualSampleNs = recorded.header.timeNs }
        if recent.count == Self.contextEvents { recent.removeFirst() }
        recent.append(recorded)
    }

    private func isEqual(_ recorded: Event, _ replayed: Event, _ strings: [String]) -> Bool {
        guard recorded.header == replayed.header else { return false }
        let texts = textColumns[Int(recorded.header.kind.rawValue)]
        if texts.isEmpty { return recorded.values == replayed.values }
        guard recorded.values.count == replayed.values.count else { return false }
        for column in recorded.values.indices {
            let (old, new) = (recorded.values[column], replayed.values[column])
            if texts.contains(column) {
                guard old >= 0, old < strings.count,
                    strings[Int(old)] == engine.strings[new]
                else { return false }
            } else if old != new {
                return false
            }
        }
        return true
    }

    private mutating func diverge(recorded: Event?, replayed: Event?, strings: [String]) {
        var differences: [FieldDifference] = []
        if let recorded, let replayed {
            differences = FieldDifference.all(
                recorded, strings, replayed, engine.strings.strings, schema)
        }
        divergence = Divergence(
            recorded: recorded, replayed: replayed, replayedStrings: engine.strings.strings,
            context: recent, differences: differences, lastEqualSampleNs: lastEqualSampleNs)
    }
}

// After a divergence.
extension Replayer {
    /// What the engine has already made, and the event itself, may be samples.
    private mutating func beginFollowing(
        _ header: EventHeader, _ values: Span<Int64>, _ waiting: Input?
    ) {
        if let replayed = divergence?.replayed { follower.takeReplayed(replayed) }
        while let event = produced.popFirst() { follower.takeReplayed(event) }
        if SampleFollower.isSample(header.kind) { follower.takeRecorded(Event(header, values)) }
        if let waiting { applyOrEnd(waiting) }
    }

    private mutating func follow(
        _ header: EventHeader, _ values: Span<Int64>, _ strings: [String]
    ) {
        guard !follower.isDone else { return }
        guard !follower.isEnd(header) else {
            endFollowing()
            return
        }
        if SampleFollower.isSample(header.kind) {
            follower.takeRecorded(Event(header, values))
        } else if isInput(header.kind) {
            guard let input = usableInput(header, values, strings) else {
                follower.giveUp()
                return
            }
            applyOrEnd(input)
        } else if let sampledNs = follower.replayedNs, header.timeNs > sampledNs {
            endFollowing()
        }
    }

    /// Applies an input, unless the engine has samples before it that the recording has not.
    private mutating func applyOrEnd(_ input: Input) {
        advance(to: input.timeNs)
        if let sampledNs = follower.replayedNs, sampledNs < input.timeNs {
            endFollowing()
            return
        }
        guard input.timeNs >= engine.nowNs else {
            follower.giveUp()
            return
        }
        engine.apply(input)
        collect()
    }

    /// Lets the engine come to the recording's samples, and compares.
    private mutating func endFollowing() {
        if let recordedNs = follower.recordedNs {
            advance(to: min(recordedNs, durationNs))
            if follower.replayedNs == nil, recordedNs >= durationNs, !isFinished {
                finishEngine()
                collect()
            }
        }
        follower.finish(schema)
    }

    /// Lets time pass until the engine's first samples at most.
    private mutating func advance(to timeNs: Int64) {
        while follower.replayedNs == nil, !isFinished, engine.nowNs <= timeNs {
            engine.run(until: timeNs, orFirstEvent: true)
            if engine.outbox.count == 0 { return }
            collect()
        }
    }

    private mutating func collect() {
        engine.outbox.drain { follower.takeReplayed(Event($0, $1)) }
    }
}

/// Why a trace cannot be replayed.
public enum ReplayError: Error, Equatable, Sendable {
    /// The recording holds no inputs (detail 0).
    case inputsNotRecorded
    /// The trace has another schema than this build's engine writes.
    case schemaDiffers
    /// Settings or initial state are missing or wrong.
    case setup(SetupError)
    /// A recorded input is not one the engine can be given.
    case badInput(sequence: UInt64)
    /// Before this event, which may lie behind the end, there must have been samples.
    case missingSamples(sequence: UInt64)
}

extension ReplayError: CustomStringConvertible {
    /// One sentence that says what is wrong.
    public var description: String {
        switch self {
        case .inputsNotRecorded: "it was recorded with --detail 0, without inputs"
        case .schemaDiffers: "it has another event schema than this version's engine"
        case .setup(let error): error.description
        case .badInput(let sequence):
            "event \(sequence) is an input that this host cannot be given"
        case .missingSamples(let sequence):
            "the samples before event \(sequence) are missing, or it is behind the end"
        }
    }
}

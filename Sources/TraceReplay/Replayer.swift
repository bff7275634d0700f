public import ReclaimEngine
public import TraceCore

/// Runs the engine on the inputs of a recording and compares what it does with what is recorded.
///
/// Feed every event of the trace in order, then call `finish`. Inputs are applied to the engine,
/// and every event, inputs included, must equal the engine's next event in all its parts. Text is
/// compared as text.
public struct Replayer: ~Copyable {
    /// The first event in which replay and recording differ, once there is one.
    public private(set) var divergence: Divergence?
    /// Events that are equal in recording and replay.
    public private(set) var equalEvents: UInt64 = 0
    /// Inputs applied.
    public private(set) var appliedInputs: UInt64 = 0
    /// Equal events before a divergence that are kept to show what led to it.
    public static let contextEvents = 16

    private var engine: Engine
    private let durationNs: Int64
    private let isInput: [Bool]
    private let textColumns: [[Int]]
    private var produced = EventQueue()
    private var isFinished = false
    private var recent: [Event] = []

    /// Makes a replayer at the start of a recording.
    ///
    /// - Parameter schema: the trace's own schema, which must be the standard one.
    /// - Throws: `ReplayError`.
    public init(_ setup: EngineSetup, schema: EventSchema) throws(ReplayError) {
        guard setup.detail >= 1 else { throw .inputsNotRecorded }
        guard schema == StandardSchema.schema else { throw .schemaDiffers }
        let engine: Engine
        do {
            engine = try setup.makeEngine()
        } catch {
            throw .setup(error)
        }
        self.engine = engine
        durationNs = setup.durationNs
        let last = Int(schema.kinds.last?.id.rawValue ?? 0)
        let kinds = (0...last).map { schema.kind(KindID(rawValue: UInt16($0))) }
        isInput = kinds.map { $0?.role == .input }
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
        guard divergence == nil else { return }
        if isInput(header.kind) {
            guard let input = Input(header, values, strings: strings), engine.accepts(input),
                input.timeNs >= engine.nowNs, input.timeNs <= durationNs, !isFinished
            else { throw .badInput(sequence: header.sequence) }
            // An event of the engine that is due before the input has to be recorded before it.
            if produced.isEmpty { engine.run(until: input.timeNs, orFirstEvent: true) }
            if produced.isEmpty, engine.outbox.count == 0 {
                engine.apply(input)
                appliedInputs += 1
            }
        } else if produced.isEmpty, !isFinished {
            // Never past the end, whatever time the recording claims.
            let untilNs = min(max(header.timeNs, engine.nowNs), durationNs)
            engine.run(until: untilNs, orFirstEvent: true)
            if engine.outbox.count == 0, header.timeNs >= durationNs { finishEngine() }
        }
        produced.take(&engine.outbox)
        compare(header, values, strings)
    }

    /// Tells the replayer that the recording has no more events.
    ///
    /// - Parameter isComplete: the recording was closed properly, so the engine must have no more
    ///   events either.
    public mutating func finish(isComplete: Bool) {
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
        divergence = Divergence(
            recorded: recorded, replayed: replayed, replayedStrings: engine.strings.strings,
            context: recent)
    }
}

/// Where a replay first differs from its recording.
public struct Divergence: Equatable, Sendable {
    /// The recorded event, or `nil` when the recording has no more.
    public let recorded: Event?
    /// The engine's event in its place, or `nil` when the engine has none.
    public let replayed: Event?
    /// The strings the engine's event refers to.
    public let replayedStrings: [String]
    /// The last equal events before, oldest first.
    public let context: [Event]
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
        }
    }
}

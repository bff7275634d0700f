public import ReclaimEngine
public import TraceCore

/// Runs an engine on the inputs of a recording, under another policy or other settings.
///
/// Feed every event of the recording in order, then call `finish`; take the engine's events from
/// time to time with `deliver`. Nothing but the inputs is used: their times stay what they are,
/// whatever the engine does.
public struct WhatIf: ~Copyable {
    /// Inputs applied.
    public private(set) var appliedInputs: UInt64 = 0
    /// The tunables that the recording changes while it runs, in the order of their first change.
    public private(set) var changedSettings: [ChangedSetting] = []
    /// Events that wait to be taken.
    public var waitingEvents: Int { engine.outbox.count }
    /// Where the engine is, in nanoseconds since the start.
    public var nowNs: Int64 { engine.nowNs }

    private var engine: Engine
    private let durationNs: Int64
    private let longestPauseNs: Int64
    private let isInput: [Bool]
    private var lastNs: Int64 = 0
    private var isFinished = false
    // Strings that were delivered; the empty one is known to everybody.
    private var delivered = 1

    /// Makes a what-if at the start of a recording.
    ///
    /// - Parameters:
    ///   - setup: what the engine is made from.
    ///   - recorded: what the recording was made from.
    ///   - schema: the trace's own schema, which must be the standard one.
    /// - Throws: `ReplayError`.
    public init(
        _ setup: EngineSetup, recorded: EngineSetup, schema: EventSchema
    ) throws(ReplayError) {
        engine = try setup.makeReplayEngine(schema)
        durationNs = recorded.durationNs
        longestPauseNs = recorded.model.sampleIntervalNs
        isInput = schema.isInput
    }

    /// Takes the next event of the recording.
    ///
    /// - Parameter strings: the trace's strings, at least up to this event's.
    /// - Throws: `ReplayError.badInput` for an input that cannot be applied, `.missingSamples`
    ///   where the recording leaves a time out.
    public mutating func consume(
        _ header: EventHeader, _ values: Span<Int64>, strings: [String]
    ) throws(ReplayError) {
        // A time that is wrong must not have the engine run for ever.
        guard header.timeNs <= durationNs, header.timeNs - lastNs <= longestPauseNs else {
            throw .missingSamples(sequence: header.sequence)
        }
        lastNs = max(lastNs, header.timeNs)
        guard Int(header.kind.rawValue) < isInput.count, isInput[Int(header.kind.rawValue)] else {
            return
        }
        guard let input = Input(header, values, strings: strings), engine.accepts(input),
            input.timeNs >= engine.nowNs
        else { throw .badInput(sequence: header.sequence) }
        if case .set(let name, _) = input.action { note(name, at: input.timeNs) }
        engine.apply(input)
        appliedInputs += 1
    }

    /// Ends the run: where the recording does if it was read to its end, else where reading ended.
    ///
    /// - Parameter isComplete: the recording was read to its end.
    /// - Returns: whether the run has its whole length.
    public mutating func finish(isComplete: Bool) -> Bool {
        // A whole recording ends with samples at its end, whatever its settings say of that.
        let isWhole = isComplete && lastNs >= durationNs
        if isWhole {
            engine.finish(at: durationNs)
        } else {
            engine.run(until: max(lastNs, engine.nowNs))
        }
        return isWhole
    }

    /// Hands the events that wait to a sink, and first the strings that they use.
    public mutating func deliver(to sink: inout some EventSink & ~Copyable) {
        engine.deliver(to: &sink, strings: &delivered)
    }

    private mutating func note(_ name: String, at timeNs: Int64) {
        if let position = changedSettings.firstIndex(where: { $0.name == name }) {
            changedSettings[position].count += 1
            return
        }
        let isKnown = engine.policy.definition.tunables.contains { $0.name == name }
        changedSettings.append(
            ChangedSetting(name: name, firstNs: timeNs, count: 1, hasEffect: isKnown))
    }
}

/// A tunable that a recording changes while it runs.
public struct ChangedSetting: Equatable, Sendable {
    /// The tunable's name.
    public let name: String
    /// When it is first changed, in nanoseconds since the start.
    public let firstNs: Int64
    /// How often it is changed.
    public internal(set) var count: Int
    /// Whether the policy has such a tunable.
    public let hasEffect: Bool
}

extension EngineSetup {
    /// The engine at time 0, for a trace with this schema.
    func makeReplayEngine(_ schema: EventSchema) throws(ReplayError) -> Engine {
        guard detail >= 1 else { throw .inputsNotRecorded }
        guard schema == StandardSchema.schema else { throw .schemaDiffers }
        do {
            return try makeEngine()
        } catch {
            throw .setup(error)
        }
    }
}

extension EventSchema {
    /// Whether events of a kind are inputs, by the kind's number.
    var isInput: [Bool] {
        let last = Int(kinds.last?.id.rawValue ?? 0)
        return (0...last).map { kind(KindID(rawValue: UInt16($0)))?.role == .input }
    }
}

public import PhysicalMemory
public import TraceCore

/// Everything an engine is made from, as a trace stores it: settings as text and the initial state
/// as bytes. Recording writes it, replay reads it; the scenario's generators take no part.
public struct EngineSetup: Sendable {
    /// The name under which a trace keeps the initial state.
    public static let snapshotName = "initial"

    /// Grows with every change that makes the engine do something else with the same inputs.
    /// Version 1 numbered slots by content, had no page daemon and no reservations in content.
    public static let engineVersion: Int64 = 2

    /// The machine.
    public var host: Host
    /// Costs and other numbers.
    public var model: ModelParameters
    /// The rule set.
    public var policy: Policy
    /// How much is recorded, 0 to 2.
    public var detail: Int
    /// The length of the recording.
    public var durationNs: Int64
    /// The initial state.
    public var memory: MemorySnapshot

    /// Makes a setup from its parts.
    public init(
        host: Host, model: ModelParameters, policy: Policy, detail: Int, durationNs: Int64,
        memory: MemorySnapshot
    ) {
        self.host = host
        self.model = model
        self.policy = policy
        self.detail = detail
        self.durationNs = durationNs
        self.memory = memory
    }

    /// Reads a setup back from a trace's parameters and its stored initial state.
    ///
    /// - Throws: `SetupError` naming the part that is missing or wrong.
    public init(_ parameters: ParameterList, snapshot bytes: [UInt8]?) throws(SetupError) {
        let version = parameters["engine.version"] ?? "1"
        guard version == String(Self.engineVersion) else {
            throw .otherEngine(recorded: version, present: Self.engineVersion)
        }
        do {
            host = try Host(parameters)
            model = try ModelParameters(parameters)
            policy = try Policy(parameters)
            detail = Int(try Self.integer("recording.detail", 0...3, parameters))
            durationNs = try Self.integer("recording.duration_ns", 0...(1 << 62), parameters)
        } catch {
            throw .parameter(error)
        }
        guard let bytes else { throw .noSnapshot }
        do {
            memory = try MemorySnapshot(encoded: bytes)
        } catch {
            throw .coding(error)
        }
    }

    /// Writes everything but the initial state.
    public func write(to parameters: inout ParameterList) {
        Self.write(
            host: host, model: model, policy: policy, detail: detail, durationNs: durationNs,
            to: &parameters)
    }

    /// Writes the settings of a setup whose initial state need not be there.
    public static func write(
        host: Host, model: ModelParameters, policy: Policy, detail: Int, durationNs: Int64,
        to parameters: inout ParameterList
    ) {
        parameters["source"] = "engine"
        parameters.set("engine.version", engineVersion)
        host.write(to: &parameters)
        model.write(to: &parameters)
        policy.write(to: &parameters)
        parameters.set("recording.detail", Int64(detail))
        parameters.set("recording.duration_ns", durationNs)
    }

    /// The engine at time 0.
    ///
    /// - Throws: `SetupError.engine` when the initial state is not a possible one.
    public func makeEngine() throws(SetupError) -> Engine {
        do {
            return try Engine(
                host: host, memory: memory, model: model, policy: policy, detail: detail)
        } catch {
            throw .engine(error)
        }
    }

    private static func integer(
        _ name: String, _ range: ClosedRange<Int64>, _ parameters: ParameterList
    ) throws(ParameterError) -> Int64 {
        guard let text = parameters[name] else { throw .missing(name: name) }
        guard let value = Int64(text), range.contains(value) else {
            throw .outOfRange(name: name, value: text, allowed: range)
        }
        return value
    }
}

/// Why a trace holds no usable setup.
public enum SetupError: Error, Equatable, Sendable {
    /// The trace was recorded by an engine that behaves differently.
    case otherEngine(recorded: String, present: Int64)
    /// A setting is missing or wrong.
    case parameter(ParameterError)
    /// There is no initial state.
    case noSnapshot
    /// The stored initial state cannot be read.
    case coding(SnapshotCodingError)
    /// The initial state is not a possible one.
    case engine(EngineError)
}

extension SetupError: CustomStringConvertible {
    /// One sentence that says what is wrong.
    public var description: String {
        switch self {
        case .otherEngine(let recorded, let present):
            "it was recorded by engine version \(recorded), this is version \(present)"
        case .parameter(let error): error.description
        case .noSnapshot: "the trace holds no initial state"
        case .coding(let error): "the initial state cannot be read: \(error)"
        case .engine(.host(let error)): "the host is not a possible one: \(error)"
        case .engine(let error): "the initial state is not a possible one: \(error)"
        }
    }
}

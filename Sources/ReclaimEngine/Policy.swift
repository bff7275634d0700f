public import TraceCore

/// A named rule set of the helper thread, as it is listed and chosen.
public struct PolicyDefinition: Sendable {
    /// A setting of a policy under its sysctl name.
    public struct Tunable: Sendable, Equatable {
        /// The sysctl name.
        public let name: String
        /// The value it has unless it is set.
        public let standard: Int64
        /// The allowed values.
        public let range: ClosedRange<Int64>

        init(_ name: String, standard: Int64, _ range: ClosedRange<Int64>) {
            self.name = name
            self.standard = standard
            self.range = range
        }
    }

    /// The name used on the command line.
    public let name: String
    /// One line on what it does.
    public let summary: String
    /// Its settings.
    public let tunables: [Tunable]
    /// The helper thread's name without the domain number, or `nil` for a policy without one.
    let threadName: String?
    /// The label of the counter `thread_sleep` carries.
    let makeProgram: @Sendable () -> any ThreadProgram
}

/// All policies, in the order in which they are listed. A new policy is added here.
public enum PolicyCatalog {
    /// The policies.
    public static let all: [PolicyDefinition] = [cacheOnly, allocThread, reclaimBatch]

    /// The policy with a name, or `nil`.
    public static func named(_ name: String) -> PolicyDefinition? {
        all.first { $0.name == name }
    }
}

/// A policy with the values of its tunables.
public struct Policy: Sendable {
    /// What was chosen.
    public let definition: PolicyDefinition
    private var values: [Int64]

    /// The policy with standard values.
    public init(_ definition: PolicyDefinition) {
        self.definition = definition
        values = definition.tunables.map(\.standard)
    }

    /// The value of the tunable at a position of `definition.tunables`.
    func value(_ position: Int) -> Int64 { values[position] }

    /// Changes a tunable.
    ///
    /// - Throws: `ParameterError.unknown` for a name this policy does not have, `.outOfRange`.
    public mutating func set(_ name: String, to value: Int64) throws(ParameterError) {
        guard let position = definition.tunables.firstIndex(where: { $0.name == name }) else {
            throw .unknown(name: name)
        }
        let range = definition.tunables[position].range
        guard range.contains(value) else {
            throw .outOfRange(name: name, value: String(value), allowed: range)
        }
        values[position] = value
    }

    /// Writes name and tunables into the `policy` group.
    public func write(to parameters: inout ParameterList) {
        parameters["policy.name"] = definition.name
        for (tunable, value) in zip(definition.tunables, values) {
            parameters.set("policy." + tunable.name, value)
        }
    }

    /// Reads a policy back.
    ///
    /// - Throws: `ParameterError` for a missing or unknown name or a value that is not allowed.
    public init(_ parameters: ParameterList) throws(ParameterError) {
        guard let name = parameters["policy.name"] else { throw .missing(name: "policy.name") }
        guard let definition = PolicyCatalog.named(name) else {
            throw .unknown(name: "policy " + name)
        }
        self.init(definition)
        for tunable in definition.tunables {
            guard let text = parameters["policy." + tunable.name] else { continue }
            guard let value = Int64(text) else {
                throw .outOfRange(name: tunable.name, value: text, allowed: tunable.range)
            }
            try set(tunable.name, to: value)
        }
    }
}

/// What a helper thread does from the moment it runs until it sleeps again, step by step.
///
/// A step changes the engine's state at the present instant and says how long it took; between two
/// steps other events change the same state.
protocol ThreadProgram: Sendable {
    /// Carries out the next step of the thread of a domain.
    mutating func step(_ engine: inout Engine, domain: Int) -> ThreadStep
}

/// What follows a step of a helper thread.
enum ThreadStep {
    /// The step took this long on the CPU; the next one follows.
    case ran(ns: Int64)
    /// The thread calls vm_wait on its domain; the next step follows when that returns.
    case waitForMemory
    /// The thread spins until a contiguous block appears; the next step follows then.
    case spin
    /// The round is over: the thread goes to sleep.
    case sleep
}

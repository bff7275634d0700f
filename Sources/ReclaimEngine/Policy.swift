public import TraceCore

/// A named rule set of the helper thread, as it is listed and chosen.
public struct PolicyDefinition: Sendable {
    /// A setting of a policy under its sysctl name.
    public struct Tunable: Sendable, Equatable {
        /// The sysctl name; a name without one begins with `lab.` or is told in the summary.
        public let name: String
        /// The value it has unless it is set.
        public let standard: Int64
        /// The allowed values.
        public let range: ClosedRange<Int64>
        /// One line on what it is.
        public let summary: String
        /// Is it a setting that FreeBSD does not have?
        public let isLab: Bool

        init(
            _ name: String, standard: Int64, _ range: ClosedRange<Int64>, _ summary: String,
            isLab: Bool = false
        ) {
            self.name = name
            self.standard = standard
            self.range = range
            self.summary = summary
            self.isLab = isLab
        }
    }

    /// Who shares one limiter after a failed allocation.
    enum LimiterScope: Sendable {
        /// Each worker has its own, as in FreeBSD.
        case cpu
        /// The workers of a domain have one together.
        case domain
    }

    /// What a policy does right after an import that got buffers: domain, CPU, and the event that
    /// led to the import.
    typealias ImportNotice =
        @Sendable (_ engine: inout Engine, _ domain: Int, _ cpu: Int, _ cause: UInt64) -> Void

    /// What lists and reports say of a policy that FreeBSD does not have.
    public static let labLabel = "not FreeBSD"

    /// The name used on the command line.
    public let name: String
    /// One line on what it does.
    public let summary: String
    /// Is it a policy that FreeBSD does not have, made to try something out?
    public let isLab: Bool
    /// Its settings.
    public let tunables: [Tunable]
    /// Is the buffer zone used at all (`kern.ipc.tls.sw_buffer_cache`)?
    public let usesZone: Bool
    /// The helper thread's name without the domain number, or `nil` for a policy without one.
    public let threadName: String?
    let limiterScope: LimiterScope
    let noticesImport: ImportNotice?
    /// What its threads count, the last part of a sysctl name: `allocs` before the re-work.
    var threadCounter: String { threadName == "alloc" ? "allocs" : "reclaims" }
    let makeProgram: @Sendable () -> any ThreadProgram

    init(
        name: String, summary: String, isLab: Bool = false, tunables: [Tunable] = [],
        usesZone: Bool = true, limiterScope: LimiterScope = .cpu, threadName: String?,
        noticesImport: ImportNotice? = nil,
        makeProgram: @escaping @Sendable () -> any ThreadProgram
    ) {
        self.name = name
        self.summary = summary
        self.isLab = isLab
        self.tunables = tunables
        self.usesZone = usesZone
        self.limiterScope = limiterScope
        self.threadName = threadName
        self.noticesImport = noticesImport
        self.makeProgram = makeProgram
    }
}

extension PolicyDefinition {
    /// The tunable with a name, or whose name ends with it as its last part where no other does:
    /// `max_reclaim` is `kern.ipc.tls.max_reclaim`.
    public func tunable(named name: String) -> Tunable? {
        if let tunable = tunables.first(where: { $0.name == name }) { return tunable }
        let matches = tunables.filter { $0.name.hasSuffix("." + name) && !name.contains(".") }
        return matches.count == 1 ? matches[0] : nil
    }
}

extension PolicyDefinition.Tunable {
    /// Runs wanted in one reclaim call. FreeBSD checks no bounds: 0 and 1 mean a ring of 16 runs
    /// and a goal of 8 pages, a negative value a goal nothing reaches (section 13, B3).
    static let maxReclaim = Self(
        "kern.ipc.tls.max_reclaim", standard: 1024, -1...1_048_576,
        "runs wanted in one call; at most 1: ring of 16, 8 pages; negative: no goal")

    /// Buffers the old helper thread wants to hold.
    static let maxAlloc = Self(
        "kern.ipc.tls.max_alloc", standard: 128, 1...1_048_576,
        "buffers the thread allocates before it frees them again")
}

/// All policies, in the order in which they are listed. A new policy is added here.
public enum PolicyCatalog {
    /// The policies: FreeBSD's, oldest first, then those that are not FreeBSD's.
    public static let all: [PolicyDefinition] = [
        pagesOnly, cacheOnly, allocThread, reclaimOne, reclaimBatch,
        reclaimHonest, reclaimAdaptive, reclaimResume, watermark, unlockedLimit,
    ]

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

    /// The values of the tunables in their order.
    func forEachValue(_ body: (Int64) -> Void) {
        for value in values { body(value) }
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
        try Self.check(definition.tunables[position], value)
        values[position] = value
    }

    /// Checks a change during a run.
    ///
    /// A run can also be replayed under another policy than the one it was made for, so a tunable
    /// that only some other policy has is allowed, and changes nothing.
    ///
    /// - Throws: `ParameterError.unknown` for a name no policy has, `.outOfRange`.
    /// - Complexity: O(tunables of all policies).
    public func checkChange(_ name: String, to value: Int64) throws(ParameterError) {
        let all = definition.tunables + PolicyCatalog.all.flatMap(\.tunables)
        guard let tunable = all.first(where: { $0.name == name }) else {
            throw .unknown(name: name)
        }
        try Self.check(tunable, value)
    }

    /// Carries out a change that ``checkChange(_:to:)`` allows.
    ///
    /// - Throws: what that throws.
    mutating func change(_ name: String, to value: Int64) throws(ParameterError) {
        try checkChange(name, to: value)
        guard definition.tunables.contains(where: { $0.name == name }) else { return }
        try set(name, to: value)
    }

    private static func check(
        _ tunable: PolicyDefinition.Tunable, _ value: Int64
    ) throws(ParameterError) {
        guard tunable.range.contains(value) else {
            throw .outOfRange(name: tunable.name, value: String(value), allowed: tunable.range)
        }
    }

    /// Writes name and tunables into the `policy` group; `policy.lab` only where FreeBSD has no
    /// such policy.
    public func write(to parameters: inout ParameterList) {
        parameters["policy.name"] = definition.name
        if definition.isLab { parameters["policy.lab"] = PolicyDefinition.labLabel }
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

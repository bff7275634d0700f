public import PhysicalMemory
public import ReclaimEngine
public import TraceCore

/// An engine together with everything it has recorded so far.
public struct EngineRun {
    /// The engine.
    public var engine: Engine
    /// Its events.
    public private(set) var log = EventLog()

    /// Starts an engine.
    ///
    /// - Throws: `EngineError`.
    public init(
        _ host: Host, _ memory: MemorySnapshot, policy: Policy,
        model: ModelParameters = .quiet, detail: Int = 1
    ) throws(EngineError) {
        engine = try Engine(
            host: host, memory: memory, model: model, policy: policy, detail: detail)
        collect()
    }

    /// Starts the engine of a setup.
    ///
    /// - Throws: `SetupError`.
    public init(_ setup: EngineSetup) throws(SetupError) {
        engine = try setup.makeEngine()
        collect()
    }

    /// Applies inputs one after the other.
    public mutating func apply(_ inputs: Input...) { apply(inputs) }

    /// Applies inputs one after the other.
    public mutating func apply(_ inputs: [Input]) {
        for input in inputs {
            engine.apply(input)
            if engine.outbox.count > 4096 { collect() }
        }
        collect()
    }

    /// Lets time pass.
    public mutating func run(until timeNs: Int64) {
        engine.run(until: timeNs)
        collect()
    }

    /// Ends the recording.
    public mutating func finish(at timeNs: Int64) {
        engine.finish(at: timeNs)
        collect()
    }

    /// When the next event of a kind comes, if nothing else is applied; `nil` when none comes
    /// within `limitNs` from now.
    ///
    /// The run itself does not go on: a copy of it does.
    public func time(ofNext kind: KindID, within limitNs: Int64 = 1_000_000_000) -> Int64? {
        var probe = self
        let known = probe.log.events.count
        probe.run(until: engine.nowNs + limitNs)
        return probe.log.events[known...].first { $0.header.kind == kind }?.header.timeNs
    }

    private mutating func collect() {
        var events: [Event] = []
        engine.outbox.drain { header, values in events.append(Event(header, values)) }
        log.events += events
        log.strings = engine.strings.strings
    }
}

extension EngineSetup {
    /// Records a whole run of the setup.
    ///
    /// - Throws: `SetupError`.
    public func record(_ inputs: [Input]) throws(SetupError) -> EventLog {
        var run = try EngineRun(self)
        run.apply(inputs)
        run.finish(at: durationNs)
        return run.log
    }
}

extension ModelParameters {
    /// No other threads on the CPUs, and samples only once a minute.
    public static var quiet: ModelParameters {
        var model = ModelParameters()
        model.otherLoadPpm = 0
        model.sampleIntervalNs = 60_000_000_000
        return model
    }
}

extension Policy {
    /// A policy by its name, some of its tunables set.
    ///
    /// Programmer error: an unknown name or a value that is not allowed.
    public static func named(_ name: String, _ tunables: (String, Int64)...) -> Policy {
        guard let definition = PolicyCatalog.named(name) else {
            preconditionFailure("there is no policy \(name)")
        }
        var policy = Policy(definition)
        for (tunable, value) in tunables {
            do {
                try policy.set("kern.ipc.tls." + tunable, to: value)
            } catch {
                preconditionFailure("\(error)")
            }
        }
        return policy
    }
}

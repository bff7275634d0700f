public import PhysicalMemory
public import ReclaimEngine
public import TraceCore

/// An engine together with everything it has recorded so far.
public struct EngineRun {
    /// The engine.
    public var engine: Engine
    /// Its events.
    public private(set) var log = EventLog()
    /// The slots that held content at the start, ascending.
    private var contentSlots: [Int] = []

    /// Starts an engine.
    ///
    /// - Throws: `EngineError`.
    public init(
        _ host: Host, _ memory: MemorySnapshot, policy: Policy,
        model: ModelParameters = .quiet, detail: Int = 1
    ) throws(EngineError) {
        engine = try Engine(
            host: host, memory: memory, model: model, policy: policy, detail: detail)
        contentSlots = Self.contentSlots(engine)
        collect()
    }

    /// Starts the engine of a setup.
    ///
    /// - Throws: `SetupError`.
    public init(_ setup: EngineSetup) throws(SetupError) {
        engine = try setup.makeEngine()
        contentSlots = Self.contentSlots(engine)
        collect()
    }

    private static func contentSlots(_ engine: Engine) -> [Int] {
        var slots: [Int] = []
        for (domain, segment) in engine.memory.segments.enumerated() {
            for page in segment.start..<segment.end
            where [.file, .anonymous].contains(engine.memory.kind(of: page)) {
                slots.append(engine.host.slot(ofPage: page, domain: domain))
            }
        }
        return slots
    }

    /// Applies inputs made by hand, one after the other. Their slots count the content that was
    /// there at the start, from 0 on; higher ones are new.
    public mutating func apply(_ inputs: Input...) { apply(inputs.map { renumbered($0) }) }

    private func renumbered(_ input: Input) -> Input {
        guard case .background(var background) = input.action, background.pages > 0 else {
            return input
        }
        let first = slot(Int(background.handle))
        let last = slot(Int(background.handle) + background.pages - 1)
        background.handle = Int64(first)
        background.pages = last - first + 1
        return Input(timeNs: input.timeNs, .background(background))
    }

    private func slot(_ number: Int) -> Int {
        number < contentSlots.count
            ? contentSlots[number]
            : engine.host.initialSlotCount + number - contentSlots.count
    }

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
    /// No other threads on the CPUs; samples and readings of counters only once a minute.
    public static var quiet: ModelParameters {
        var model = ModelParameters()
        model.otherLoadPpm = 0
        model.sampleIntervalNs = 60_000_000_000
        model.counterIntervalNs = 60_000_000_000
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

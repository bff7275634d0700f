import TraceCore

/// The state of recording and engine at the first samples after a divergence.
public struct StateDifference: Equatable, Sendable {
    /// What the samples say.
    public enum Outcome: Equatable, Sendable {
        /// Both have samples at this instant; these differ, and where there are none the state is
        /// the same again.
        case compared([Place])
        /// Only the recording has samples at this instant.
        case onlyRecorded
        /// Only the engine has samples at this instant.
        case onlyReplayed
    }

    /// One domain's `sample` or one CPU's `service`.
    public struct Place: Equatable, Sendable {
        /// The kind of the event.
        public let kind: String
        /// The domain, -1 for none.
        public let domain: Int32
        /// The CPU, -1 for none.
        public let cpu: Int32
        /// The fields that differ; empty where only one side has the event.
        public let differences: [FieldDifference]
    }

    /// The instant, in nanoseconds since the start.
    public let timeNs: Int64
    /// What the samples say.
    public let outcome: Outcome

    /// Makes a difference.
    public init(timeNs: Int64, outcome: Outcome) {
        self.timeNs = timeNs
        self.outcome = outcome
    }
}

/// Collects the first samples after a divergence on both sides.
struct SampleFollower {
    /// What is known at the end.
    private(set) var difference: StateDifference?
    /// Whether there is nothing more to wait for.
    private(set) var isDone = false
    /// When the recording's and the engine's first samples are.
    private(set) var recordedNs: Int64?
    private(set) var replayedNs: Int64?

    private var recorded: [Event] = []
    private var replayed: [Event] = []
    // What a recording says more of one instant cannot be the engine's.
    private let mostEvents: Int

    init(mostEvents: Int) { self.mostEvents = mostEvents }

    static func isSample(_ kind: KindID) -> Bool { kind == .sample || kind == .service }

    /// Whether the recorded samples end before this event.
    func isEnd(_ header: EventHeader) -> Bool {
        guard let recordedNs else { return false }
        return !Self.isSample(header.kind) || header.timeNs != recordedNs
            || recorded.count >= mostEvents
            || recorded.contains { Self.isSamePlace($0.header, header) }
    }

    /// Takes the next sample of the recording.
    mutating func takeRecorded(_ event: Event) {
        recordedNs = event.header.timeNs
        recorded.append(event)
    }

    /// Takes an event of the engine; only its first samples are kept.
    mutating func takeReplayed(_ event: Event) {
        guard Self.isSample(event.header.kind),
            replayedNs ?? event.header.timeNs == event.header.timeNs,
            !replayed.contains(where: { Self.isSamePlace($0.header, event.header) })
        else { return }
        replayedNs = event.header.timeNs
        replayed.append(event)
    }

    /// Ends without a result, where the recording cannot be followed.
    mutating func giveUp() { isDone = true }

    /// Compares what there is.
    mutating func finish(_ schema: EventSchema) {
        isDone = true
        switch (recordedNs, replayedNs) {
        case (nil, nil): break
        case (let timeNs?, let other) where other ?? .max > timeNs:
            difference = StateDifference(timeNs: timeNs, outcome: .onlyRecorded)
        case (let other, let timeNs?) where other ?? .max > timeNs:
            difference = StateDifference(timeNs: timeNs, outcome: .onlyReplayed)
        case (let timeNs, _):
            difference = StateDifference(timeNs: timeNs ?? 0, outcome: .compared(places(schema)))
        }
    }

    private func places(_ schema: EventSchema) -> [StateDifference.Place] {
        var result: [StateDifference.Place] = []
        func add(_ header: EventHeader, _ differences: [FieldDifference]) {
            result.append(
                StateDifference.Place(
                    kind: schema.kind(header.kind)?.name ?? "", domain: header.domain,
                    cpu: header.cpu, differences: differences))
        }
        for event in recorded {
            let other = replayed.first { Self.isSamePlace($0.header, event.header) }
            guard var other else {
                add(event.header, [])
                continue
            }
            // The numbers of events are behind each other by then.
            other.header = event.header
            let differences = FieldDifference.all(event, [], other, [], schema)
            if !differences.isEmpty { add(event.header, differences) }
        }
        for event in replayed
        where !recorded.contains(where: { Self.isSamePlace($0.header, event.header) }) {
            add(event.header, [])
        }
        return result
    }

    private static func isSamePlace(_ one: EventHeader, _ other: EventHeader) -> Bool {
        one.kind == other.kind && one.domain == other.domain && one.cpu == other.cpu
    }
}

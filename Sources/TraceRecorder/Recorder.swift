import Synchronization
public import TraceCore
import TraceStore

/// Records a program's events from any number of threads into one trace.
///
/// Each thread has a `Producer` with a ring of its own. One more thread, the drain, empties the
/// rings, brings the events into the order of their times and hands them to the sink.
public final class Recorder: Sendable {
    /// What a thread is to the analyses.
    public enum ThreadRole: Int64, Sendable {
        case reclaim = 0
        case worker = 1
        case requester = 2
        case other = 3
    }

    private let shared = RecorderShared()
    private let outcome = Outcome()
    private let thread: DrainThread
    private let clock: ClockReader
    private let kinds: [UInt64]
    private let capacityWords: Int
    private let whenFull: RecorderConfiguration.WhenFull
    private let namesThreads: Bool

    /// Starts a recording into a trace file.
    ///
    /// - Parameters:
    ///   - path: The file; it has this name when the recording is finished.
    ///   - schema: The kinds of the events; the standard ones are what the analyses know.
    ///   - parameters: What the program ran with; `source` is `import` where it is not given.
    ///   - overwrites: Whether an existing file is replaced.
    ///   - configuration: Ring size, clock, and what happens when a ring is full.
    /// - Complexity: O(schema).
    /// - Throws: `RecorderError`.
    public convenience init(
        to path: String, schema: EventSchema = StandardSchema.schema,
        parameters: [TextPair] = [], overwrites: Bool = false,
        configuration: RecorderConfiguration = RecorderConfiguration()
    ) throws(RecorderError) {
        var all = ParameterList([("source", "import")])
        for pair in parameters { all[pair.key] = pair.value }
        let description = TraceDescription(schema: schema, parameters: all.entries)
        let writer: TraceWriter
        do {
            let file = try FileSink(path: path, overwrites: overwrites)
            writer = try TraceWriter(sink: file, description: description)
        } catch {
            throw .store(error)
        }
        try self.init(sink: writer, schema: schema, configuration: configuration)
    }

    /// Starts a recording into a sink.
    ///
    /// - Parameters:
    ///   - sink: Where the events go; used by the recorder's thread only.
    ///   - schema: The kinds of the events, those of the sink.
    ///   - configuration: Ring size, clock, and what happens when a ring is full.
    /// - Complexity: O(schema).
    /// - Throws: `RecorderError`.
    public init<Sink: RecordingSink & ~Copyable>(
        sink: consuming sending Sink, schema: EventSchema,
        configuration: RecorderConfiguration = RecorderConfiguration()
    ) throws(RecorderError) {
        kinds = try Self.kindTable(schema)
        capacityWords = try Self.capacityWords(configuration.ringBytes)
        clock = ClockReader(configuration.clock)
        whenFull = configuration.whenFull
        namesThreads =
            schema.kind(.threadName)?.columns
            == StandardSchema.schema.kind(.threadName)?.columns
        let drain = Drain(
            sink: sink, shared: shared, schema: schema, reader: clock, clock: clock.start(),
            configuration: configuration)
        let box = DrainBox(drain)
        let outcome = outcome
        thread = try DrainThread { outcome.result.withLock { $0 = box.run() } }
    }

    deinit {
        // A recorder that is let go without `finish` still leaves a whole trace.
        if shared.stop() { thread.join() }
    }

    /// Makes the producer of one thread; best called by that thread.
    ///
    /// - Parameters:
    ///   - name: What reports call the thread; it is recorded as a `thread_name` event where the
    ///     schema has that standard kind.
    ///   - role: What the thread is to the analyses.
    ///   - cpu: The CPU that the thread is bound to, or -1.
    /// - Complexity: O(ring).
    public func makeProducer(
        name: String, role: ThreadRole = .worker, cpu: Int16 = -1
    ) -> Producer {
        let ring = Ring(
            capacityWords: capacityWords, kinds: kinds, whenFull: whenFull, clock: clock, cpu: cpu)
        let producer = Producer(ring: ring, thread: shared.add(ring))
        if namesThreads {
            producer.record(.threadName, [producer.thread, intern(name), role.rawValue])
        }
        return producer
    }

    /// The number of a text, for text columns. Takes a lock: ask once, and keep the number.
    ///
    /// - Complexity: O(length).
    public func intern(_ text: String) -> Int64 { shared.intern(text) }

    /// Ends the recording when every event recorded so far is in the sink.
    ///
    /// Events that a producer records afterwards are not part of it. Programmer error: to finish
    /// twice.
    ///
    /// - Complexity: O(events in the rings).
    /// - Throws: `RecorderError.store` with the sink's first failure.
    public func finish() throws(RecorderError) -> RecorderTotals {
        let isFirst = shared.stop()
        precondition(isFirst, "a recorder is finished once")
        thread.join()
        guard let result = outcome.result.withLock({ $0 }) else {
            preconditionFailure("a drain that was joined has a result")
        }
        return try result.get()
    }

    private static func capacityWords(_ bytes: Int) throws(RecorderError) -> Int {
        guard (1_024...1 << 30).contains(bytes) else { throw .ringBytes(bytes) }
        var words = 128
        while words * 8 < bytes { words *= 2 }
        return words
    }

    private static func kindTable(_ schema: EventSchema) throws(RecorderError) -> [UInt64] {
        let limit = Int(schema.kinds.last?.id.rawValue ?? 0) + 1
        var cells = [UInt64](repeating: 0, count: limit)
        for kind in schema.kinds {
            guard kind.columns.count <= RingLayout.maximumValues else {
                throw .columns(kind: kind.name, count: kind.columns.count)
            }
            cells[Int(kind.id.rawValue)] = RingLayout.kindCell(
                kind.id.rawValue, width: kind.columns.count)
        }
        return cells
    }
}

/// Where the drain leaves its result.
private final class Outcome: Sendable {
    let result = Mutex<Result<RecorderTotals, RecorderError>?>(nil)
}

/// Carries a drain into its thread.
///
/// `@unchecked`: made by one thread, which gives it away, and opened once by the other.
private final class DrainBox<Sink: RecordingSink & ~Copyable>: @unchecked Sendable {
    private var drain: Drain<Sink>?

    init(_ drain: consuming Drain<Sink>) { self.drain = consume drain }

    func run() -> Result<RecorderTotals, RecorderError> {
        guard let drain = drain.take() else { preconditionFailure("a drain runs once") }
        do {
            return .success(try drain.run())
        } catch {
            return .failure(.store(error))
        }
    }
}

import TraceCore

/// Turns items in the order of their times into events of the standard kinds.
///
/// The state machines are in the extensions: imports, threads, batches and waits, the host.
struct DtraceEventMapper {
    /// The order and size of a buffer of kernel TLS.
    static let bufferOrder: Int64 = 2
    static let bufferBytes: Int64 = 16_384
    /// Different threads that are remembered at once.
    static let threadsMax = 65_536

    var writer = EventWriter()
    var texts: [String: Int64] = [:]
    /// By domain.
    var helpers: [Int32: Helper] = [:]
    /// The domain that a helper thread serves.
    var helperDomains: [Int64: Int32] = [:]
    /// When a thread's import failed last, and what may still name that as its cause.
    var failures: [Int64: Failure] = [:]
    var batches: [Int64: OpenBatch] = [:]
    var waits: [Int64: OpenWait] = [:]
    /// What the threads are called but for their domains.
    var helperName = HelperThread.reclaim.rawValue
    var resultForm: ResultForm?
    var evidence = ResultEvidence()

    /// Handles an item.
    ///
    /// - Parameter text: the wait message of a thread that leaves its CPU.
    mutating func handle(
        _ item: DtraceItem, text: String, into sink: inout some EventSink & ~Copyable
    ) {
        switch item.kind {
        case .importCall: importCall(item, into: &sink)
        case .trim: trim(item, into: &sink)
        case .wakeup: wakeup(item, into: &sink)
        case .switchIn: switchIn(item, into: &sink)
        case .switchOut: switchOut(item, message: text, into: &sink)
        case .batchBegin: batchBegin(item, into: &sink)
        case .batchEnd: batchEnd(item, into: &sink)
        case .waitBegin: waitBegin(item, into: &sink)
        case .waitEnd: waitEnd(item, into: &sink)
        case .levelSet: level(item, isSet: true, into: &sink)
        case .levelClear: level(item, isSet: false, into: &sink)
        case .sample: sample(item, into: &sink)
        case .freeBlocks: freeBlocks(item, into: &sink)
        case .spin: spin(item, into: &sink)
        case .count, .reading: count(item, name: text, into: &sink)
        case .rate: rate(item, into: &sink)
        }
    }

    /// The sink's number of a text.
    mutating func number(
        _ text: String, into sink: inout some EventSink & ~Copyable
    ) -> Int64 {
        if let number = texts[text] { return number }
        let number = sink.intern(text)
        texts[text] = number
        return number
    }

    /// Whether a thread is the helper of some domain.
    func isHelper(_ thread: Int64) -> Bool { helperDomains[thread] != nil }

    /// The run that a helper thread is in, or 0: what it does has that as its cause.
    func run(_ thread: Int64) -> UInt64 {
        helperDomains[thread].flatMap { helpers[$0]?.lastRun } ?? 0
    }
}

/// What is known of the helper thread of a domain.
struct Helper {
    enum Activity {
        case unknown
        /// Waits for a wakeup.
        case asleep
        /// Was woken and is not on a CPU yet.
        case woken
        case running
        /// Off the CPU with work to do.
        case away
    }

    var thread: Int64 = -1
    var activity = Activity.unknown
    /// When it came onto its CPU; -1 where that is not known.
    var onCPUSinceNs: Int64 = -1
    /// The `wake_send` that its next run answers, or 0.
    var wake: UInt64 = 0
    /// Its last `thread_run`, or 0.
    var lastRun: UInt64 = 0
    /// The `spin_begin` of the spin that it is in, or 0.
    var spin: UInt64 = 0
    var spinBeganNs: Int64 = 0
    var turns: Int64 = 0
}

/// An import of a thread that got nothing.
struct Failure {
    var timeNs: Int64
    /// The `alloc_fail`, or 0 once a wakeup has named it.
    var sequence: UInt64
}

/// A reclaim call that has begun.
struct OpenBatch {
    var sequence: UInt64
    var desired: Int64
}

/// A wait that has begun.
struct OpenWait {
    /// The `wait_begin`, or 0 for a wait that ends at once.
    var sequence: UInt64
}

/// What the values of a text say about the form of the reclaim call's results.
struct ResultEvidence: Hashable {
    private(set) var ones = 0
    private(set) var errors = 0
    private(set) var zeros = 0
    /// By domain: what the helper had reclaimed at the last sample.
    private var reclaims: [Int32: Int64] = [:]
    private(set) var hasReclaimed = false
    private(set) var hasSamples = false

    mutating func result(_ value: Int64) {
        switch value {
        case 0: zeros += 1
        case 1: ones += 1
        default: errors += 1
        }
    }

    mutating func sample(_ domain: Int32, reclaims value: Int64) {
        guard value >= 0 else { return }
        if let last = reclaims[domain] {
            hasSamples = true
            if value > last { hasReclaimed = true }
        }
        reclaims[domain] = value
    }

    /// The form, or `nil` without evidence.
    ///
    /// 1 is no error number that the call has, and a larger number is no bool. Where all results
    /// are 0, the thread's own count of what it reclaimed tells whether that is success.
    var form: ResultForm? {
        if let formSoFar { return formSoFar }
        guard zeros > 0, hasSamples else { return nil }
        return hasReclaimed ? .errno : .bool
    }

    /// The form as far as more results cannot change it.
    var formSoFar: ResultForm? {
        if errors > 0 { return .errno }
        return ones > 0 ? .bool : nil
    }
}

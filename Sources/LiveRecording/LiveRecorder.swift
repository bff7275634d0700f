public import TraceCore
public import TraceFormat
public import TraceStore

/// Writes the events of a source that is still at work: into one file, file after file, or only
/// the last stretch when something happens.
///
/// Taking an event cannot throw, so the first failure is kept, as `TraceWriter` does.
public struct LiveRecorder: ~Copyable, EventSink {
    /// The first failure, or `nil`.
    public private(set) var failure: StoreError?
    /// Events taken.
    public private(set) var events: UInt64 = 0
    /// Files that are whole.
    public private(set) var wholeFiles = 0
    /// Triggers that came too soon after a dump, or while one was about to be written.
    public private(set) var ignoredTriggers: UInt64 = 0

    let plan: LivePlan
    let description: TraceDescription
    let files: RecordingFiles
    let notice: (LiveNotice) -> Void
    var part: PartWriter
    var isPartOpen = true
    /// The number of the part that is open, or was last; parts count from 1.
    var partNumber = 1
    /// Where the open part ends by its length, and by time.
    var partLimitBytes = Int64.max
    var partEndNs = Int64.max
    var partBeginNs: Int64?
    /// Events in earlier parts.
    var eventsBefore: UInt64 = 0
    var ring: FlightRing?
    var memory: MemorySink?
    var bank: TriggerBank?
    var dumpReason: String?
    var dumpDueNs = Int64.max
    var pauseEndNs = Int64.min
    var dumps = 0
    var lastNs: Int64 = 0
    private var strings = StringTable()
    private var blockEndNs: Int64
    /// The next time at which something other than recording has to be done.
    private var nextNs = Int64.min

    /// Starts a recording: opens its first file.
    ///
    /// - Parameter notice: Is told of files that are whole.
    /// - Throws: `StoreError` where it cannot be begun; `LiveError` where a trigger does not fit
    ///   the schema.
    public init(
        _ plan: LivePlan, description: TraceDescription, files: RecordingFiles,
        notice: @escaping (LiveNotice) -> Void = { _ in }
    ) throws {
        self.plan = plan
        self.description = description
        self.files = files
        self.notice = notice
        blockEndNs = plan.blockTimeNs == nil ? .max : .min
        var first = description
        let sink: any ByteSink
        switch plan.shape {
        case .single: sink = try files.openSingle()
        case .rotating(let rotation):
            try files.requireNoParts()
            first = Self.partDescription(description, number: 1, beginNs: nil, eventsBefore: 0)
            sink = try files.openPart(1)
            partLimitBytes = rotation.sizeBytes ?? .max
        case .flight(let flight):
            bank = try TriggerBank(flight.triggers, schema: description.schema)
            ring = FlightRing(flight)
            let memory = MemorySink()
            self.memory = memory
            sink = memory
            partLimitBytes = Int64(flight.ringBytes / FlightRing.segments)
        }
        part = try PartWriter(
            sink: sink, description: first, compressionLevel: plan.compressionLevel,
            blockEvents: plan.blockEvents)
    }

    /// Takes an event.
    ///
    /// - Complexity: O(columns), amortized.
    public mutating func record(_ header: EventHeader, _ values: Span<Int64>) {
        if header.timeNs >= nextNs { timeHasCome(header.timeNs) }
        guard failure == nil else { return }
        if !isPartOpen, !openPart(header.timeNs) { return }
        part.record(header, values, strings: strings.strings)
        lastNs = header.timeNs
        events += 1
        if bank != nil { watch(header, values) }
        if part.bytesWritten >= partLimitBytes {
            endPart(endNs: lastNs)
        } else if part.failure != nil {
            fail(part.failure)
        }
    }

    /// The number of a string in the recording, added when it is new.
    ///
    /// - Complexity: O(length).
    public mutating func intern(_ text: String) -> Int64 {
        let known = strings.strings.count
        let number = strings.intern(text)
        if case .single = plan.shape, Int(number) == known {
            part.intern(number, strings: strings.strings)
        }
        return number
    }

    /// Writes a snapshot into the open file; flight recordings have none.
    ///
    /// - Complexity: O(bytes).
    public mutating func addSnapshot(name: String, _ bytes: [UInt8]) {
        guard ring == nil, failure == nil, isPartOpen else { return }
        part.addSnapshot(name: name, bytes)
        fail(part.failure)
    }

    /// Writes that events were lost.
    public mutating func addLoss(_ loss: LossRecord) {
        guard failure == nil else { return }
        if !isPartOpen, !openPart(loss.beginNs) { return }
        part.addLoss(loss)
        fail(part.failure)
    }

    /// Completes the recording.
    ///
    /// - Parameters:
    ///   - endNs: Where it ends, in nanoseconds of the trace's time; `nil` with its last event.
    ///   - endedBy: What ended it before its time, such as a signal.
    ///   - notes: What else is to be noted in the file that is open.
    /// - Complexity: O(cells + blocks), and those of the ring where it is written.
    /// - Throws: The first failure.
    public mutating func finish(
        endNs: Int64? = nil, endedBy: String? = nil, notes: [TextPair] = []
    ) throws(StoreError) {
        let endNs = endNs ?? lastNs
        var notes = notes
        if let endedBy { notes.append(TextPair(StretchMarks.endedByKey, endedBy)) }
        if ring != nil {
            finishFlight()
        } else if isPartOpen {
            let isPart = partNumber > 1 || plan.isRotating
            endPart(endNs: isPart || endedBy != nil ? endNs : nil, notes: notes)
        }
        if let failure { throw failure }
    }

    /// Is to be called now and then, also when nothing comes: brings blocks to the disk whose time
    /// has come.
    public mutating func tick() {
        guard failure == nil, isPartOpen, ring == nil, let current = files.current else { return }
        do {
            try current.sink.synchronizeIfDue()
        } catch {
            fail(error)
        }
    }

    /// Is to be told that nothing has come for so long: what waits for a later event is done.
    ///
    /// - Parameter idleNs: Nanoseconds since the last event came.
    public mutating func nothingCame(for idleNs: Int64) {
        guard failure == nil else { return }
        if dumpReason != nil, case .flight(let flight) = plan.shape, idleNs >= flight.afterNs {
            dump()
        } else if let blockTimeNs = plan.blockTimeNs, idleNs >= blockTimeNs, isPartOpen {
            part.flush()
            fail(part.failure)
        }
        tick()
    }

    // MARK: Time

    private mutating func timeHasCome(_ timeNs: Int64) {
        guard failure == nil else { return }
        if dumpReason != nil, timeNs >= dumpDueNs { dump() }
        if isPartOpen, timeNs >= partEndNs { endPart(endNs: partEndNs) }
        if timeNs >= blockEndNs, isPartOpen { part.flush() }
        if let blockTimeNs = plan.blockTimeNs, timeNs >= blockEndNs {
            blockEndNs = Self.sum(timeNs, blockTimeNs)
        }
        if isPartOpen, partEndNs == .max { setPartEnd(after: timeNs) }
        fail(part.failure)
        updateNextTime()
    }

    func updatedNextTime() -> Int64 { min(blockEndNs, partEndNs, dumpDueNs) }

    mutating func updateNextTime() { nextNs = updatedNextTime() }

    /// Where the part that begins at a time ends by time.
    mutating func setPartEnd(after timeNs: Int64) {
        switch plan.shape {
        case .single: partEndNs = .max
        case .rotating(let rotation):
            guard let lengthNs = rotation.timeNs else { return }
            let rest = timeNs % lengthNs
            partEndNs = Self.sum(timeNs - rest, rest < 0 ? 0 : lengthNs)
        case .flight(let flight):
            guard let lengthNs = flight.ringTimeNs else { return }
            partEndNs = Self.sum(timeNs, max(1, lengthNs / Int64(FlightRing.segments)))
        }
    }

    static func sum(_ timeNs: Int64, _ lengthNs: Int64) -> Int64 {
        let (sum, overflow) = timeNs.addingReportingOverflow(lengthNs)
        return overflow ? .max : sum
    }

    mutating func fail(_ error: StoreError?) {
        if failure == nil { failure = error }
    }

    mutating func countIgnoredTrigger() { ignoredTriggers += 1 }

    mutating func countWholeFile() { wholeFiles += 1 }
}

extension LivePlan {
    var isRotating: Bool {
        if case .rotating = shape { return true }
        return false
    }
}

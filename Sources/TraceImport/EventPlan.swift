import KernelTraces

/// Where the fields of one kind of record are, found once for all records.
final class EventPlan: Sendable {
    /// How the number behind a key is found.
    private enum Number: Sendable {
        case missing
        case place(NumberPlace)
        /// What the kernel would print, by argument.
        case printed(Int)
    }

    let format: EventFormat
    let tracepoint: Tracepoint?
    /// Its number among all formats.
    let position: Int32
    private let numbers: [Number]
    private let texts: [Int?]
    /// The number on which a text depends, so that it need not be made again for the same one.
    private let textPlaces: [NumberPlace?]
    private let page: (place: NumberPlace, missing: Int64)?
    private let sides: (previous: TaskPlaces, next: TaskPlaces)?
    private let woken: TaskPlaces?
    /// The text of a marker.
    let markerText: RecordField?

    init(_ format: EventFormat, position: Int) {
        self.format = format
        self.position = Int32(position)
        markerText = format.name == "print" ? format.field("buf") : nil
        tracepoint = markerText == nil ? Tracepoint(rawValue: format.name) : .marker
        numbers = FieldKey.names.map { Self.number($0, format) }
        texts = FieldKey.names.map { format.print.argument($0) }
        textPlaces = texts.map { argument in
            argument.flatMap { format.field(ofArgument: $0)?.number }
        }
        if let frame = format.field("pfn")?.number {
            page = (frame, frame.size == 8 || frame.isSigned ? -1 : 0xFFFF_FFFF)
        } else {
            page = format.field("page")?.number.map { ($0, 0) }
        }
        woken = TaskPlaces(format, "")
        if let previous = TaskPlaces(format, "prev_"), let next = TaskPlaces(format, "next_") {
            sides = (previous, next)
        } else {
            sides = nil
        }
    }

    private static func number(_ name: String, _ format: EventFormat) -> Number {
        if let argument = format.print.argument(name) {
            if let place = format.plainNumber(ofArgument: argument) { return .place(place) }
            if format.field(name) == nil { return .printed(argument) }
        }
        return format.field(name)?.number.map { .place($0) } ?? .missing
    }

    /// The name under which its records are counted: what the kernel's own text says.
    var countedName: String { tracepoint?.rawValue ?? format.name }

    /// Whether a key that is needed has no field.
    func lacks(_ key: FieldKey) -> Bool {
        if case .missing = numbers[key.slot] { return texts[key.slot] == nil }
        return false
    }

    /// Whether a scheduler's event lacks the names or numbers of its tasks.
    var lacksTasks: Bool {
        switch tracepoint {
        case .schedSwitch: sides == nil
        case .schedWaking: woken == nil
        default: false
        }
    }

    func integer(_ slot: Int, _ bytes: Span<UInt8>, _ record: Range<Int>) -> Int64? {
        switch numbers[slot] {
        case .missing: nil
        case .place(let place): place.load(bytes, record)
        case .printed(let argument): format.integer(argument, bytes, record)
        }
    }

    func text(_ slot: Int, _ bytes: Span<UInt8>, _ record: Range<Int>) -> RecordText? {
        guard let argument = texts[slot] else { return nil }
        let value = textPlaces[slot].flatMap { $0.load(bytes, record) }
        return RecordText(plan: self, slot: slot, argument: argument, value: value, record: record)
    }

    func hasNoPage(_ bytes: Span<UInt8>, _ record: Range<Int>) -> Bool? {
        guard let page else { return nil }
        return page.place.load(bytes, record).map { $0 == page.missing }
    }

    func contextSwitch(_ bytes: Span<UInt8>, _ record: Range<Int>) -> ContextSwitch<RecordText>? {
        guard let sides, let previous = sides.previous.task(bytes, record),
            let next = sides.next.task(bytes, record),
            let state = text(FieldKey.previousState.slot, bytes, record)
        else { return nil }
        return ContextSwitch(previous: previous, state: state, next: next)
    }

    func wokenTask(_ bytes: Span<UInt8>, _ record: Range<Int>) -> SwitchedTask? {
        woken?.task(bytes, record)
    }
}

/// Where a record has the name and the number of a task.
private struct TaskPlaces: Sendable {
    private let nameOffset: Int
    private let nameBytes: Int
    private let located: RecordField?
    private let pid: NumberPlace

    init?(_ format: EventFormat, _ prefix: String) {
        guard let name = format.field(prefix + "comm"),
            let pid = format.field(prefix + "pid")?.number
        else { return nil }
        nameOffset = name.offset
        nameBytes = name.size
        located = name.shape == .array && name.size > 0 ? nil : name
        self.pid = pid
    }

    func task(_ bytes: Span<UInt8>, _ record: Range<Int>) -> SwitchedTask? {
        guard let pid = pid.load(bytes, record).flatMap({ Int32(exactly: $0) }) else { return nil }
        if let located {
            guard let range = located.text(bytes, record) else { return nil }
            return SwitchedTask(name: TaskName(bytes, range), pid: pid)
        }
        guard nameOffset + nameBytes <= record.count else { return nil }
        let start = record.lowerBound + nameOffset
        return SwitchedTask(name: TaskName(zeroEnded: bytes, start..<start + nameBytes), pid: pid)
    }
}

/// A text that stands for the values of a record.
struct RecordText: HostText {
    let plan: EventPlan
    let slot: Int
    let argument: Int
    /// The only number on which the text depends, or `nil` where it depends on more.
    let value: Int64?
    let record: Range<Int>
}

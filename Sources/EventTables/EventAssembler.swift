import TraceCore

/// Largest texts that an import takes: a trace holds no more.
public struct TableLimits: Sendable {
    /// Most different texts besides the empty one.
    public var texts: Int
    /// Most bytes of a text.
    public var textBytes: Int
    /// Most bytes of all different texts together.
    public var allTextBytes: Int
    /// Most bytes of a line.
    public var lineBytes: Int

    /// Makes limits.
    public init(
        texts: Int = 65_535, textBytes: Int = 65_535, allTextBytes: Int = 4_194_304,
        lineBytes: Int = 1 << 25
    ) {
        self.texts = texts
        self.textBytes = textBytes
        self.allTextBytes = allTextBytes
        self.lineBytes = lineBytes
    }
}

/// What every event has, in the order of `TableNames.common`.
enum CommonField: Int, CaseIterable {
    case sequence, timeNs, kind, domain, cpu, cause

    var name: String { TableNames.common[rawValue] }
}

/// The type of a column without its labels, which are costly to copy.
enum CellType {
    case integer, flag, bits, label, text

    init(_ type: ColumnType) {
        switch type {
        case .integer: self = .integer
        case .flag: self = .flag
        case .bits: self = .bits
        case .label: self = .label
        case .text: self = .text
        }
    }
}

/// Makes events of the cells of a table, whatever its form.
struct EventAssembler {
    /// A kind as tables name it.
    private struct Target {
        var kind: EventKind
        /// The written names of its columns.
        var names: [[UInt8]]
        /// What columns hold that the table says nothing about: "not known".
        var defaults: [Int64]
        var types: [CellType]
        /// The labels of each column, none for other types.
        var labels: [[[UInt8]]]
    }

    private let targets: [Target]
    private let limits: TableLimits
    /// The names of kinds; entries stand for positions in `targets`.
    private var kindNames: ByteTable
    private var texts: ByteTable
    private var textNumbers: [Int64] = []
    private var allTextBytes = 0

    // The event being made.
    private var target = 0
    private var header = EventHeader(sequence: 0, timeNs: 0, kind: KindID(rawValue: 0))
    private var values: [Int64] = []
    private var hasSequence = false
    private var hasTime = false

    private var lastSequence: UInt64 = 0
    private var lastTimeNs = Int64.min
    /// Events handed on so far.
    private(set) var events: UInt64 = 0
    /// Events left out because nothing is known of their kind.
    private(set) var skipped: UInt64 = 0
    private let skipsUnknown: Bool

    init(_ schema: EventSchema, limits: TableLimits, skipsUnknown: Bool) {
        self.limits = limits
        self.skipsUnknown = skipsUnknown
        kindNames = ByteTable(capacity: max(1, schema.kinds.count))
        texts = ByteTable(capacity: limits.texts)
        var targets: [Target] = []
        for kind in schema.kinds {
            let name = Array(kind.name.utf8)
            _ = kindNames.number(name.span, 0..<name.count)
            targets.append(
                Target(
                    kind: kind,
                    names: kind.columns.map { Array(TableNames.written($0.name).utf8) },
                    defaults: kind.columns.map { Self.unknown($0.type) },
                    types: kind.columns.map { CellType($0.type) },
                    labels: kind.columns.map { column in
                        guard case .label(let labels) = column.type else { return [] }
                        return labels.map { Array($0.utf8) }
                    }))
        }
        self.targets = targets
    }

    private static func unknown(_ type: ColumnType) -> Int64 {
        switch type {
        case .integer, .label: -1
        case .flag, .bits, .text: 0
        }
    }

    // MARK: Names

    /// Which of the common fields has a name, or `nil`.
    static func common(_ bytes: Span<UInt8>, _ range: Range<Int>) -> CommonField? {
        guard range.count >= 3, range.count <= 8 else { return nil }
        return CommonField.allCases.first { isEqual(bytes, range, commonNames[$0.rawValue]) }
    }

    private static let commonNames = TableNames.common.map { Array($0.utf8) }

    /// For each kind the position of its column with a name, or -1.
    ///
    /// - Complexity: O(kinds x columns).
    func columns(named name: [UInt8]) -> [Int] {
        targets.map { $0.names.firstIndex(of: name) ?? -1 }
    }

    /// The current kind's column with a name, or `nil`; `guess` is looked at first.
    func column(_ bytes: Span<UInt8>, _ range: Range<Int>, guess: Int) -> Int? {
        let names = targets[target].names
        if guess < names.count, isEqual(bytes, range, names[guess]) { return guess }
        return names.firstIndex { isEqual(bytes, range, $0) }
    }

    /// Number of columns of the current kind.
    var width: Int { values.count }
    /// Position of the current kind among those of the schema.
    var kindPosition: Int { target }
    /// The name of the current kind.
    var kindName: String { targets[target].kind.name }

    // MARK: An event

    /// Starts an event; false where it is to be left out.
    mutating func begin(
        kind bytes: Span<UInt8>, _ range: Range<Int>, at position: Int
    ) throws(RecordFault) -> Bool {
        guard !targets.isEmpty, let found = kindNames.number(bytes, range) else {
            if skipsUnknown {
                skipped += 1
                return false
            }
            throw RecordFault(
                position, field: CommonField.kind.name,
                "there is no kind '\(shown(bytes, range))'")
        }
        target = found
        header = EventHeader(sequence: 0, timeNs: 0, kind: targets[found].kind.id)
        values.removeAll(keepingCapacity: true)
        values.append(contentsOf: targets[found].defaults)
        hasSequence = false
        hasTime = false
        return true
    }

    /// Takes the value of a field that every event has.
    mutating func set(
        _ field: CommonField, _ bytes: Span<UInt8>, _ range: Range<Int>
    ) throws(RecordFault) {
        switch field {
        case .kind: return
        case .sequence:
            header.sequence = try unsigned(field, bytes, range)
            hasSequence = true
        case .cause: header.cause = try unsigned(field, bytes, range)
        case .timeNs:
            guard let value = CellNumbers.signed(bytes, range) else {
                throw notANumber(field.name, bytes, range)
            }
            header.timeNs = value
            hasTime = true
        case .domain, .cpu:
            guard let value = CellNumbers.signed(bytes, range), let small = Int32(exactly: value)
            else { throw notANumber(field.name, bytes, range) }
            if field == .domain { header.domain = small } else { header.cpu = small }
        }
    }

    private func unsigned(
        _ field: CommonField, _ bytes: Span<UInt8>, _ range: Range<Int>
    ) throws(RecordFault) -> UInt64 {
        guard let value = CellNumbers.unsigned(bytes, range) else {
            throw notANumber(field.name, bytes, range)
        }
        return value
    }

    private func notANumber(
        _ field: String, _ bytes: Span<UInt8>, _ range: Range<Int>
    ) -> RecordFault {
        RecordFault(
            range.lowerBound, field: field,
            "'\(shown(bytes, range))' is not a whole number that fits")
    }

    /// Takes a number of a column, which must be of a type that has numbers.
    mutating func setNumber(
        _ column: Int, _ bytes: Span<UInt8>, _ range: Range<Int>
    ) throws(RecordFault) {
        var value: Int64?
        switch targets[target].types[column] {
        case .integer, .flag, .label: value = CellNumbers.signed(bytes, range)
        case .bits: value = CellNumbers.bits(bytes, range).map { Int64(bitPattern: $0) }
        case .text: value = nil
        }
        guard let value else { throw notANumber(name(column), bytes, range) }
        values[column] = value
    }

    /// Takes a flag of a column; false where the column holds no flags.
    mutating func setFlag(_ column: Int, _ flag: Bool) -> Bool {
        guard targets[target].types[column] == .flag else { return false }
        values[column] = flag ? 1 : 0
        return true
    }

    /// The type of a column of the current kind.
    func type(_ column: Int) -> CellType { targets[target].types[column] }

    /// The name of a column of the current kind.
    func name(_ column: Int) -> String { targets[target].kind.columns[column].name }

    /// The position of a label, or `nil`.
    func label(_ column: Int, _ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        targets[target].labels[column].firstIndex { isEqual(bytes, range, $0) }
    }

    /// Takes the value of a label column.
    mutating func setLabel(_ column: Int, _ position: Int) { values[column] = Int64(position) }

    /// Takes a text; `position` is where it stands in the table.
    mutating func setText(
        _ column: Int, _ bytes: Span<UInt8>, _ range: Range<Int>, at position: Int,
        into sink: inout some EventSink & ~Copyable
    ) throws(RecordFault) {
        guard !range.isEmpty else {
            values[column] = 0
            return
        }
        let known = texts.count
        guard range.count <= limits.textBytes, let entry = texts.number(bytes, range) else {
            let isLong = range.count > limits.textBytes
            throw RecordFault(
                position, field: name(column),
                isLong
                    ? "the text has \(range.count) bytes, more than \(limits.textBytes)"
                    : "more than \(limits.texts) different texts")
        }
        if entry == known { try learn(bytes, range, column, position, &sink) }
        values[column] = textNumbers[entry]
    }

    private mutating func learn(
        _ bytes: Span<UInt8>, _ range: Range<Int>, _ column: Int, _ position: Int,
        _ sink: inout some EventSink & ~Copyable
    ) throws(RecordFault) {
        var copy: [UInt8] = []
        for index in range { copy.append(bytes[index]) }
        guard let text = String(validating: copy, as: UTF8.self) else {
            throw RecordFault(position, field: name(column), "not UTF-8")
        }
        allTextBytes += range.count
        guard allTextBytes <= limits.allTextBytes else {
            throw RecordFault(
                position, field: name(column),
                "more than \(limits.allTextBytes) bytes of different texts")
        }
        textNumbers.append(sink.intern(text))
    }

    /// Hands the event on; `position` is where it starts in the table.
    mutating func end(
        at position: Int, into sink: inout some EventSink & ~Copyable
    ) throws(RecordFault) {
        guard hasTime else {
            throw RecordFault(position, field: CommonField.timeNs.name, "is missing")
        }
        if !hasSequence { header.sequence = lastSequence &+ 1 }
        guard header.sequence > lastSequence else {
            throw RecordFault(
                position, field: CommonField.sequence.name,
                "\(header.sequence) comes after \(lastSequence)")
        }
        guard header.timeNs >= lastTimeNs else {
            throw RecordFault(
                position, field: CommonField.timeNs.name,
                "time goes back from \(lastTimeNs) to \(header.timeNs)")
        }
        guard header.cause < header.sequence else {
            throw RecordFault(
                position, field: CommonField.cause.name,
                "\(header.cause) is not an event before \(header.sequence)")
        }
        lastSequence = header.sequence
        lastTimeNs = header.timeNs
        events += 1
        sink.record(header, values.span)
    }
}

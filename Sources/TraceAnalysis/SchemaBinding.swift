import TraceCore

/// One column that an analysis wants and a trace's schema does not offer.
public struct MissingColumn: Hashable, Sendable {
    /// The name of the event kind.
    public package(set) var kind: String
    /// The name of the column.
    public package(set) var column: String
    /// Whether the column is there with a type that cannot be read as what it should be.
    public package(set) var isWrongType: Bool

    /// Makes a description.
    public init(kind: String, column: String, isWrongType: Bool) {
        self.kind = kind
        self.column = column
        self.isWrongType = isWrongType
    }
}

/// A text in an event: a string's number, or the position of a label in a binding.
struct TextKey: Hashable {
    /// Numbers of strings from 0 up; labels as -1 - position.
    let raw: Int64
    static let empty = TextKey(raw: 0)

    /// Bounds what a trace can say, so that keys can be packed with other numbers.
    static let limit: Int64 = 1 << 40
}

/// Where the columns of one event kind are.
///
/// Small and without references, because it is copied per event.
struct BoundKind {
    static let slotCount = 24
    static let textSlots = 2
    private static let noColumn: UInt8 = 255

    let meaning: Meaning
    /// The position in the schema's list of kinds.
    let position: Int
    /// Whether the kind is of the data lane, whose events are only counted.
    let isData: Bool
    /// The column of each slot, or `noColumn`, in one byte each to keep copies small.
    private var slots: InlineArray<24, UInt8>
    /// Per text slot the position of its first label, or -1 where it refers to the string table.
    private var labelBases: InlineArray<2, Int32>
    /// The standard number of each of the label column's values; -1 for one without a meaning.
    private var labels: InlineArray<16, Int8>
    private var hasLabels = false
    /// A bit for each slot that has a column.
    private(set) var boundSlots: UInt32 = 0

    /// Stands for the numbers between a schema's kinds.
    init() {
        meaning = .other
        position = -1
        isData = false
        slots = InlineArray(repeating: Self.noColumn)
        labelBases = InlineArray(repeating: -1)
        labels = InlineArray(repeating: -1)
    }

    /// Whether the schema has the kind.
    var isKnown: Bool { position >= 0 }

    /// Binds a kind and collects what it lacks.
    init(
        _ kind: EventKind, position: Int, labelTexts: inout [String],
        missing: inout [MissingColumn]
    ) {
        meaning = Meaning(rawValue: kind.meaning) ?? .other
        self.position = position
        isData = kind.lane == .data
        slots = InlineArray(repeating: Self.noColumn)
        labelBases = InlineArray(repeating: -1)
        labels = InlineArray(repeating: -1)
        let columns = meaning.columns
        precondition(
            columns.names.count <= Self.slotCount && columns.texts.count <= Self.textSlots,
            "a meaning has more columns than a bound kind has slots")
        for (slot, name) in columns.names.enumerated() {
            guard let index = kind.columnIndex(name), index < Int(Self.noColumn) else {
                missing.append(MissingColumn(kind: kind.name, column: name, isWrongType: false))
                continue
            }
            let type = kind.columns[index].type
            let isBound =
                if slot < columns.texts.count {
                    bindText(slot, type, &labelTexts)
                } else if let label = columns.label, name == label.name {
                    bindLabel(type, label.values)
                } else {
                    Self.isNumber(type)
                }
            if isBound {
                slots[slot] = UInt8(index)
                boundSlots |= 1 << UInt32(slot)
            } else {
                missing.append(MissingColumn(kind: kind.name, column: name, isWrongType: true))
            }
        }
    }

    private static func isNumber(_ type: ColumnType) -> Bool {
        switch type {
        case .integer, .flag, .bits: true
        case .label, .text: false
        }
    }

    private mutating func bindText(
        _ slot: Int, _ type: ColumnType, _ labelTexts: inout [String]
    ) -> Bool {
        switch type {
        case .text: return true
        case .label(let texts):
            // The same labels of two kinds, such as a begin and an end, are the same texts.
            let places = 0..<max(0, labelTexts.count - texts.count + 1)
            let place = places.first { labelTexts[$0...].starts(with: texts) }
            labelBases[slot] = Int32(place ?? labelTexts.count)
            if place == nil { labelTexts.append(contentsOf: texts) }
            return true
        case .integer, .flag, .bits: return false
        }
    }

    private mutating func bindLabel(_ type: ColumnType, _ standard: [String]) -> Bool {
        switch type {
        case .label(let texts):
            hasLabels = true
            for (value, text) in texts.enumerated() where value < labels.count {
                labels[value] = Int8(standard.firstIndex(of: text) ?? -1)
            }
            return true
        case .integer, .flag:
            hasLabels = true
            for value in 0..<min(standard.count, labels.count) { labels[value] = Int8(value) }
            return true
        case .bits, .text: return false
        }
    }

    /// The columns that slots are read from, a bit for each.
    var columns: UInt64 {
        var bits: UInt64 = 0
        for slot in 0..<Self.slotCount where slots[slot] < 64 {
            bits |= 1 << UInt64(slots[slot])
        }
        return bits
    }

    /// The value of a number slot, or `fallback` where the kind has no such column.
    @inline(__always)
    func number(_ slot: Int, _ values: Span<Int64>, default fallback: Int64) -> Int64 {
        let column = Int(slots[slot])
        guard column != Int(Self.noColumn), column < values.count else { return fallback }
        return values[column]
    }

    /// The standard number of the label slot's value; `fallback` where the kind has no such
    /// column, -1 where the value has no standard meaning.
    @inline(__always)
    func label(_ slot: Int, _ values: Span<Int64>, default fallback: Int) -> Int {
        let column = Int(slots[slot])
        guard column != Int(Self.noColumn), column < values.count else { return fallback }
        let value = values[column]
        guard hasLabels, value >= 0, value < Int64(labels.count) else { return -1 }
        return Int(labels[Int(value)])
    }

    /// The text of a text slot; the empty text where the kind has no such column.
    @inline(__always)
    func text(_ slot: Int, _ values: Span<Int64>) -> TextKey {
        let column = Int(slots[slot])
        guard column != Int(Self.noColumn), column < values.count else { return .empty }
        let value = values[column] & (TextKey.limit - 1)
        let base = Int64(labelBases[slot])
        return base < 0 ? TextKey(raw: value) : TextKey(raw: -1 - base - value)
    }
}

/// What an analysis knows of a trace's schema: per kind number its meaning and columns.
struct SchemaBinding {
    /// By kind number; one that is not known where the schema has no such kind.
    let kinds: [BoundKind]
    /// The names of the kinds by their position in the schema.
    let kindNames: [String]
    /// The columns that the schema lacks, in the schema's order.
    let missing: [MissingColumn]
    private let labelTexts: [String]

    /// Binds a schema.
    ///
    /// - Complexity: O(kinds x columns).
    init(_ schema: EventSchema) {
        let count = Int(schema.kinds.last?.id.rawValue ?? 0) + 1
        var kinds = [BoundKind](repeating: BoundKind(), count: count)
        var labelTexts: [String] = []
        var missing: [MissingColumn] = []
        for (position, kind) in schema.kinds.enumerated() {
            kinds[Int(kind.id.rawValue)] = BoundKind(
                kind, position: position, labelTexts: &labelTexts, missing: &missing)
        }
        self.kinds = kinds
        kindNames = schema.kinds.map(\.name)
        self.labelTexts = labelTexts
        self.missing = missing
    }

    /// The text that a key stands for.
    func text(_ key: TextKey, _ strings: StringTable) -> String {
        guard key.raw < 0 else { return strings[key.raw] }
        let position = -1 - key.raw
        return position < Int64(labelTexts.count) ? labelTexts[Int(position)] : "?\(position)"
    }
    /// The columns that the reports asked for look at, of the kinds whose events have to be given.
    ///
    /// - Complexity: O(kinds x columns).
    func columns(
        _ schema: EventSchema, _ options: AnalysisOptions, _ sections: SectionMask
    ) -> ColumnSelection {
        var columns = ColumnSelection()
        for kind in schema.kinds {
            let bound = kinds[Int(kind.id.rawValue)]
            let isRead = !bound.meaning.sections.isDisjoint(with: sections)
            // For a whole report the events of other kinds are counted.
            guard isRead || options.sections == nil else { continue }
            var values = isRead ? bound.columns : 0
            if options.threads != nil, let column = AnalysisFilter.threadColumn(kind), column < 64 {
                values |= 1 << UInt64(column)
            }
            columns[kind.id] = ColumnSelection.Columns(
                values: values, hasCPU: isRead && bound.meaning.needsCPU,
                hasCause: isRead && bound.meaning.needsCause)
        }
        return columns
    }
}

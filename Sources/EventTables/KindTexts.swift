import TraceCore

/// What stands between and around the values of a kind's events, and how each value is spelled.
struct KindTexts {
    /// How a value is spelled.
    enum Spelling {
        case integer
        case flag
        case bits
        /// The first of the column's labels among all of the table.
        case label(first: Int, count: Int, digits: Int)
        case text
    }

    /// A value and what stands before it.
    struct Cell {
        var before: Range<Int>
        /// Position of the value among those of the event.
        var value: Int
        var spelling: Spelling
    }

    /// What stands behind the time: the kind's name.
    var name: Range<Int>
    var cells: [Cell]
    /// What stands behind the last value, with the end of the line.
    var end: Range<Int>
    /// Most bytes of an event's line without its texts.
    var lineBytes: Int
    /// Number of text columns.
    var textCount: Int
}

/// The fixed bytes of a table: what stands around values, and labels.
struct FixedTexts {
    private(set) var bytes: [UInt8] = []
    /// Where labels stand in `bytes`; empty where the label is not written.
    private(set) var labels: [Range<Int>] = []
    private let form: TableForm

    /// Most bytes of a number, of what is written of an event before its values besides names.
    private static let numberBytes = 24
    private static let headBytes = 200

    /// What stands before what every event has: all five, and whether where there is no value too.
    private(set) var sequence = 0..<0
    private(set) var time = 0..<0
    private(set) var domain = 0..<0
    private(set) var cpu = 0..<0
    private(set) var cause = 0..<0
    let keepsEmpty: Bool

    init(_ form: TableForm) {
        self.form = form
        keepsEmpty = form == .csv
        let names = TableNames.common
        let befores =
            form == .csv
            ? ["", ",", ",", ",", ","]
            : ["{\"\(names[0])\":"] + [1, 3, 4, 5].map { ",\"\(names[$0])\":" }
        sequence = add(Array(befores[0].utf8))
        time = add(Array(befores[1].utf8))
        domain = add(Array(befores[2].utf8))
        cpu = add(Array(befores[3].utf8))
        cause = add(Array(befores[4].utf8))
    }

    /// The texts of a kind.
    ///
    /// - Parameter columns: the table's columns behind the common ones, for CSV.
    mutating func kind(_ kind: EventKind, columns: [String]) -> KindTexts {
        var name: [UInt8] =
            form == .csv ? Array(",".utf8) : Array(",\"\(TableNames.common[2])\":".utf8)
        TextSpelling.append(kind.name, as: form, to: &name)
        let namePlace = add(name)
        var cells: [KindTexts.Cell] = []
        var lineBytes = Self.headBytes + name.count
        var next = 0
        var order: [Int] = Array(kind.columns.indices)
        if form == .csv {
            let places = kind.columns.map { column in
                columns.firstIndex(of: TableNames.written(column.name)) ?? 0
            }
            order.sort { places[$0] < places[$1] }
        }
        for index in order {
            let column = kind.columns[index]
            var before: [UInt8] = []
            let written = TableNames.written(column.name)
            if form == .csv {
                let place = columns.firstIndex(of: written) ?? 0
                before = [UInt8](repeating: UInt8(ascii: ","), count: place + 1 - next)
                next = place + 1
            } else {
                before.append(UInt8(ascii: ","))
                TextSpelling.appendJSON(written, to: &before)
                before.append(UInt8(ascii: ":"))
            }
            cells.append(
                KindTexts.Cell(
                    before: add(before), value: index, spelling: spelling(column.type)))
            lineBytes += before.count + Self.numberBytes + longestLabel(cells[cells.count - 1])
        }
        let end =
            form == .csv
            ? [UInt8](repeating: UInt8(ascii: ","), count: columns.count - next) + [10]
            : Array("}\n".utf8)
        let texts = kind.columns.filter { $0.type == .text }.count
        return KindTexts(
            name: namePlace, cells: cells, end: add(end), lineBytes: lineBytes + end.count,
            textCount: texts)
    }

    private mutating func spelling(_ type: ColumnType) -> KindTexts.Spelling {
        switch type {
        case .integer: return .integer
        case .flag: return .flag
        case .bits: return .bits
        case .text: return .text
        case .label(let texts):
            let first = labels.count
            for (position, text) in texts.enumerated() {
                // A second label of the same text could not be told from the first.
                let isRepeated = texts[..<position].contains { $0.utf8.elementsEqual(text.utf8) }
                var spelled: [UInt8] = []
                // In CSV an empty cell is no value.
                if !isRepeated, form == .ndjson || !text.isEmpty {
                    TextSpelling.append(text, as: form, to: &spelled)
                }
                labels.append(add(spelled))
            }
            return .label(
                first: first, count: texts.count, digits: LabelNumbers.digits(texts))
        }
    }

    private func longestLabel(_ cell: KindTexts.Cell) -> Int {
        guard case .label(let first, let count, let digits) = cell.spelling else { return 0 }
        return labels[first..<first + count].map(\.count).reduce(digits, max)
    }

    private mutating func add(_ more: [UInt8]) -> Range<Int> {
        let start = bytes.count
        bytes += more
        return start..<bytes.count
    }
}

/// Values of label columns that no label stands for.
enum LabelNumbers {
    /// How many digits such a number has at least, so that no label reads like it.
    ///
    /// - Complexity: O(bytes of the labels).
    static func digits(_ labels: [String]) -> Int {
        let numbers = labels.filter { label in
            !label.isEmpty && label.utf8.allSatisfy { $0 &- UInt8(ascii: "0") < 10 || $0 == 45 }
        }
        return numbers.map(\.utf8.count).max().map { $0 + 1 } ?? 1
    }
}

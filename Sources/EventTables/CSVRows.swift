import TraceCore

/// Makes events of the lines of a CSV table.
struct CSVRows {
    /// What a column of the table holds.
    private struct TableColumn {
        var name: String
        var common: CommonField?
        /// For each kind the position of its column, or -1.
        var positions: [Int]
    }

    private var columns: [TableColumn] = []
    private var kindColumn = 0

    /// Takes the line with the columns' names.
    mutating func takeHeader(
        _ bytes: Span<UInt8>, _ record: CSVRecord, _ assembler: EventAssembler
    ) throws(RecordFault) {
        for index in 0..<record.count {
            let cell = record[index]
            let name = CSVRecord.unquoted(bytes, cell)
            let text = String(decoding: name, as: UTF8.self)
            let common = EventAssembler.common(name.span, 0..<name.count)
            let positions = common == nil ? assembler.columns(named: name) : []
            guard common != nil || positions.contains(where: { $0 >= 0 }) else {
                throw RecordFault(
                    cell.range.lowerBound, field: text, "no kind has a column of this name")
            }
            guard !columns.contains(where: { $0.name.utf8.elementsEqual(text.utf8) }) else {
                throw RecordFault(
                    cell.range.lowerBound, field: text, "a second column of this name")
            }
            if common == .kind { kindColumn = index }
            columns.append(TableColumn(name: text, common: common, positions: positions))
        }
        for field in [CommonField.timeNs, .kind]
        where !columns.contains(where: { $0.common == field }) {
            throw RecordFault(
                record[0].range.lowerBound, field: field.name,
                "the first line does not name this column")
        }
    }

    /// Takes a line with an event.
    mutating func take(
        _ bytes: Span<UInt8>, _ record: CSVRecord, at start: Int,
        _ assembler: inout EventAssembler, into sink: inout some EventSink & ~Copyable
    ) throws(RecordFault) {
        guard record.count == columns.count else {
            throw RecordFault(
                record[min(record.count, columns.count + 1) - 1].range.lowerBound,
                "\(record.count) cells where the first line has \(columns.count)")
        }
        let kind = record[kindColumn]
        let isKnown: Bool
        if kind.hasDoubledQuotes {
            let name = CSVRecord.unquoted(bytes, kind)
            isKnown = try assembler.begin(
                kind: name.span, 0..<name.count, at: kind.range.lowerBound)
        } else {
            isKnown = try assembler.begin(kind: bytes, kind.range, at: kind.range.lowerBound)
        }
        guard isKnown else { return }
        let position = assembler.kindPosition
        for index in 0..<record.count {
            let cell = record[index]
            if cell.range.isEmpty { continue }
            if let common = columns[index].common {
                try assembler.set(common, bytes, cell.range)
                continue
            }
            let column = columns[index].positions[position]
            guard column >= 0 else {
                throw RecordFault(
                    cell.range.lowerBound, field: columns[index].name,
                    "\(assembler.kindName) has no such column")
            }
            if cell.hasDoubledQuotes {
                let text = CSVRecord.unquoted(bytes, cell)
                try take(
                    text.span, 0..<text.count, column, at: cell.range.lowerBound, &assembler, &sink
                )
            } else {
                try take(
                    bytes, cell.range, column, at: cell.range.lowerBound, &assembler, &sink)
            }
        }
        try assembler.end(at: start, into: &sink)
    }

    private func take(
        _ bytes: Span<UInt8>, _ range: Range<Int>, _ column: Int, at position: Int,
        _ assembler: inout EventAssembler, _ sink: inout some EventSink & ~Copyable
    ) throws(RecordFault) {
        do throws(RecordFault) {
            switch assembler.type(column) {
            case .text:
                try assembler.setText(column, bytes, range, at: position, into: &sink)
                return
            case .label:
                if let label = assembler.label(column, bytes, range) {
                    assembler.setLabel(column, label)
                    return
                }
                guard CellNumbers.signed(bytes, range) != nil else {
                    throw RecordFault(
                        position, field: assembler.name(column),
                        "'\(shown(bytes, range))' is not one of its labels")
                }
            case .flag:
                if let flag = Self.flag(bytes, range) {
                    _ = assembler.setFlag(column, flag)
                    return
                }
            case .integer, .bits: break
            }
            try assembler.setNumber(column, bytes, range)
        } catch {
            // A cell that was written anew stands elsewhere.
            throw RecordFault(position, field: error.field, error.problem)
        }
    }

    private static func flag(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool? {
        if isEqual(bytes, range, Array("true".utf8)) { return true }
        return isEqual(bytes, range, Array("false".utf8)) ? false : nil
    }
}

import TraceCore
import YAMLTrees

/// Makes one kind of the contents of a schema file.
struct RowKindReader {
    static let keys = ["when", "name", "number", "lane", "role", "meaning", "columns"]
    private static let columnKeys = [
        "name", "field", "value", "type", "unit", "labels", "texts",
    ]
    /// Kinds without a number of their own are numbered from here; the standard ones are below.
    private static let firstNumber = 1_001

    private let group: YAMLGroup
    private let fields: [(name: String, field: RowField)]
    private let position: Int

    init(_ group: YAMLGroup, fields: [(name: String, field: RowField)], position: Int) {
        self.group = group
        self.fields = fields
        self.position = position
    }

    func read(hasSelector: Bool) throws(YAMLFileError) -> (RowKind, EventKind) {
        let name = try group.text("name")
        let standard = StandardSchema.schema.kind(named: name)
        let meaning = try group.text("meaning", default: standard?.meaning ?? "")
        // What a kind stands for also says what its columns usually are.
        let model = standard ?? StandardSchema.schema.kind(named: meaning)
        var columns: [Column] = []
        var sources: [RowKind.Source] = []
        if group.optional("columns") != nil {
            for item in try group.list("columns", limit: RowSchemaReader.columnsMax) {
                let column = try YAMLGroup(item, "kinds.columns", allowed: Self.columnKeys)
                let (made, source) = try readColumn(column, model)
                guard !columns.contains(where: { $0.name == made.name }) else {
                    throw column.error("name", "a second column of this name")
                }
                columns.append(made)
                sources.append(source)
            }
        }
        var number = standard.map { Int64($0.id.rawValue) } ?? Int64(Self.firstNumber + position)
        if group.optional("number") != nil { number = try group.number("number", in: 1...65_535) }
        let lane = try group.optional("lane").map { (_) throws(YAMLFileError) in
            try group.choice("lane", [("control", Lane.control), ("data", .data)])
        }
        let roles: [(word: String, value: Role)] = [
            ("input", .input), ("derived", .derived), ("sample", .sample), ("note", .note),
        ]
        let role = try group.optional("role").map { (_) throws(YAMLFileError) in
            try group.choice("role", roles)
        }
        let kind = RowKind(
            values: try values(hasSelector), number: UInt16(number), sources: sources,
            isBits: columns.map { $0.type == .bits })
        let event = EventKind(
            id: kind.number, name, lane ?? model?.lane ?? .data, role ?? model?.role ?? .derived,
            meaning: meaning, columns)
        return (kind, event)
    }

    private func values(_ hasSelector: Bool) throws(YAMLFileError) -> [Int64] {
        guard hasSelector else {
            guard group.optional("when") == nil else {
                throw group.error("when", "there is no select that could tell this")
            }
            return []
        }
        let value = try group["when"]
        guard case .list = value else {
            return [try group.number("when", in: Int64.min...Int64.max)]
        }
        var values: [Int64] = []
        for text in try group.texts("when", limit: 256) {
            guard let number = wholeNumber(text) else {
                throw group.error("when", "'\(shown(text))' is not a whole number")
            }
            guard !values.contains(number) else {
                throw group.error("when", "\(number) is there more than once")
            }
            values.append(number)
        }
        return values
    }

    // MARK: Columns

    private func readColumn(
        _ column: YAMLGroup, _ model: EventKind?
    ) throws(YAMLFileError) -> (Column, RowKind.Source) {
        let name = try column.text("name")
        let known = model.flatMap { kind in kind.columnIndex(name).map { kind.columns[$0] } }
        let type = try columnType(column, known?.type)
        let units = Unit.allCases.map { ($0 == .none ? "none" : $0.symbol, $0) }
        let unit =
            column.optional("unit") == nil
            ? known?.unit ?? .none : try column.choice("unit", units)
        guard (column.optional("field") == nil) != (column.optional("value") == nil) else {
            throw column.error("name", "needs a field, or a value that is the same for all rows")
        }
        let source =
            column.optional("field") == nil
            ? try constant(column, type) : try fieldSource(column, type)
        return (Column(name, type, unit: unit), source)
    }

    private func columnType(
        _ column: YAMLGroup, _ known: ColumnType?
    ) throws(YAMLFileError) -> ColumnType {
        if column.optional("labels") != nil {
            guard column.optional("texts") == nil else {
                throw column.error("labels", "contradicts texts", allowed: "one of the two")
            }
            let labels = try column.texts("labels", limit: RowSchemaReader.labelsMax)
            if column.optional("type") != nil, try column.text("type") != "label" {
                throw column.error("labels", "only columns of type label have labels")
            }
            return .label(labels)
        }
        guard column.optional("type") != nil else {
            return column.optional("texts") != nil ? .text : known ?? .integer
        }
        let types: [(word: String, value: ColumnType)] = [
            ("integer", .integer), ("flag", .flag), ("bits", .bits), ("text", .text),
        ]
        if try column.text("type") == "label" {
            if case .label(let labels) = known { return .label(labels) }
            throw column.error("type", "a column of type label needs labels")
        }
        return try column.choice("type", types)
    }

    private func constant(
        _ column: YAMLGroup, _ type: ColumnType
    ) throws(YAMLFileError) -> RowKind.Source {
        if column.optional("texts") != nil {
            throw column.error("texts", "belong to a field, and there is a value")
        }
        switch type {
        case .text: return .text(try column.text("value"))
        case .label(let labels):
            let text = try column.text("value")
            if let position = labels.firstIndex(of: text) {
                return .number(.constant(Int64(position)))
            }
            throw column.error(
                "value", "'\(shown(text))' is not one of its labels",
                allowed: labels.joined(separator: ", "))
        case .flag: return .number(.constant(try column.number("value", in: 0...1)))
        case .integer, .bits:
            return .number(.constant(try column.number("value", in: Int64.min...Int64.max)))
        }
    }

    private func fieldSource(
        _ column: YAMLGroup, _ type: ColumnType
    ) throws(YAMLFileError) -> RowKind.Source {
        let name = try column.text("field")
        guard let field = fields.first(where: { $0.name == name })?.field else {
            throw column.error(
                "field", "there is no field '\(shown(name))'",
                allowed: fields.map(\.name).joined(separator: ", "))
        }
        guard type == .text else {
            if column.optional("texts") != nil {
                throw column.error("texts", "only columns of type text have texts")
            }
            return .number(.field(field))
        }
        let texts =
            column.optional("texts") == nil
            ? [] : try column.texts("texts", limit: RowSchemaReader.labelsMax)
        return .texts(field, texts)
    }
}

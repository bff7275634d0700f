import TraceCore
import YAMLTrees

/// Makes a row schema of the contents of a file.
struct RowSchemaReader {
    /// Largest row, most fields, most kinds; more is no home-made log.
    private static let rowBytesMax: Int64 = 65_536
    private static let fieldsMax = 256
    private static let kindsMax = 256
    static let columnsMax = 64
    static let labelsMax = 256

    private var fields: [(name: String, field: RowField)] = []

    mutating func read(_ tree: YAMLTree) throws(YAMLFileError) -> RowSchema {
        let top = try YAMLGroup(
            tree, "",
            allowed: ["name", "summary", "row", "time", "domain", "cpu", "select", "kinds"])
        let row = try YAMLGroup(try top["row"], "row", allowed: ["bytes", "fields"])
        let rowBytes = Int(try row.number("bytes", in: 1...Self.rowBytesMax))
        try readFields(row, rowBytes)
        let time = try readTime(top)
        let selector = try top.optional("select").map { (_) throws(YAMLFileError) in
            try field(top, "select")
        }
        var kinds: [RowKind] = []
        var events: [EventKind] = []
        for item in try top.list("kinds", limit: Self.kindsMax) {
            let group = try YAMLGroup(item, "kinds", allowed: RowKindReader.keys)
            let reader = RowKindReader(group, fields: fields, position: kinds.count)
            let (kind, event) = try reader.read(hasSelector: selector != nil)
            try check(kind, event, kinds, events, group)
            kinds.append(kind)
            events.append(event)
        }
        if selector == nil, kinds.count > 1 {
            throw top.error("kinds", "several kinds, and no select that tells them apart")
        }
        guard let schema = EventSchema(kinds: events) else {
            throw top.error("kinds", "two kinds or columns are the same")
        }
        return RowSchema(
            name: try top.text("name"), summary: try top.text("summary", default: ""),
            rowBytes: rowBytes, events: schema, time: time,
            domain: try number(top, "domain"), cpu: try number(top, "cpu"), selector: selector,
            kinds: kinds)
    }

    private mutating func readFields(
        _ row: YAMLGroup, _ rowBytes: Int
    ) throws(YAMLFileError) {
        for item in try row.list("fields", limit: Self.fieldsMax) {
            let group = try YAMLGroup(item, "row.fields", allowed: ["name", "offset", "type"])
            let name = try group.text("name")
            guard !fields.contains(where: { $0.name == name }) else {
                throw group.error("name", "a second field of this name")
            }
            let type = try group.choice("type", RowField.types.map { ($0.name, $0) })
            let offset = Int(try group.number("offset", in: 0...Int64(rowBytes) - 1))
            guard offset + type.width <= rowBytes else {
                throw group.error(
                    "offset", "\(type.width) bytes from \(offset) on reach beyond the row",
                    allowed: "0 to \(rowBytes - type.width)")
            }
            let field = RowField(offset: offset, width: type.width, isSigned: type.isSigned)
            fields.append((name, field))
        }
    }

    private func readTime(_ top: YAMLGroup) throws(YAMLFileError) -> RowTime {
        let group = try YAMLGroup(
            try top["time"], "time", allowed: ["field", "unit", "hertz", "origin", "clock"])
        let scale: RowTime.Scale
        if group.optional("hertz") != nil {
            guard group.optional("unit") == nil else {
                throw group.error("hertz", "contradicts unit", allowed: "one of the two")
            }
            scale = .hertz(UInt64(try group.number("hertz", in: 1...1_000_000_000_000)))
        } else {
            let units: [(word: String, value: UInt64)] = [
                ("ns", 1), ("us", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000),
            ]
            scale = .multiply(try group.choice("unit", units))
        }
        var origin: Int64?
        if let value = group.optional("origin"), !Self.isFirst(value) {
            origin = try group.number("origin", in: Int64.min...Int64.max)
        }
        return RowTime(
            field: try field(group, "field"), scale: scale, origin: origin,
            clock: try group.text("clock", default: ""))
    }

    private static func isFirst(_ value: YAMLTree) -> Bool {
        guard case .text("first", _) = value else { return false }
        return true
    }

    private func field(_ group: YAMLGroup, _ key: String) throws(YAMLFileError) -> RowField {
        let name = try group.text(key)
        guard let found = fields.first(where: { $0.name == name }) else {
            throw group.error(
                key, "there is no field '\(shown(name))'",
                allowed: fields.map(\.name).joined(separator: ", "))
        }
        return found.field
    }

    /// A field or a number; -1, for none, where the key is not there.
    private func number(_ group: YAMLGroup, _ key: String) throws(YAMLFileError) -> RowNumber {
        guard let value = group.optional(key) else { return .constant(-1) }
        if case .text(let text, _) = value, wholeNumber(text) != nil {
            return .constant(try group.number(key, in: -1...Int64(Int32.max)))
        }
        return .field(try field(group, key))
    }

    private func check(
        _ kind: RowKind, _ event: EventKind, _ kinds: [RowKind], _ events: [EventKind],
        _ group: YAMLGroup
    ) throws(YAMLFileError) {
        if events.contains(where: { $0.name == event.name }) {
            throw group.error("name", "a second kind of this name")
        }
        if events.contains(where: { $0.id == event.id }) {
            throw group.error("number", "a second kind of number \(event.id.rawValue)")
        }
        for value in kind.values where kinds.contains(where: { $0.values.contains(value) }) {
            throw group.error("when", "\(value) is another kind's already")
        }
    }
}

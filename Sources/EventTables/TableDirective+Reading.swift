import TraceCore

extension TableDirective {
    private static let names = ["preamble", "snapshot", "loss", "notes", "end"].map {
        Array($0.utf8)
    }

    /// Whether the object at a position is a directive: its first value is an object or a list,
    /// which no event has.
    static func isDirective(_ line: Span<UInt8>, at start: Int) -> Bool {
        var position = start
        guard JSONScan.take(UInt8(ascii: "{"), line, &position),
            let key = try? JSONScan.text(line, &position),
            names.contains(where: { isEqual(line, key.range, $0) }),
            JSONScan.take(UInt8(ascii: ":"), line, &position)
        else { return false }
        JSONScan.skipSpace(line, &position)
        return position < line.count
            && (line[position] == UInt8(ascii: "{") || line[position] == UInt8(ascii: "["))
    }

    /// Reads the object at a position, behind which nothing may stand.
    ///
    /// - Complexity: O(bytes).
    init(_ line: Span<UInt8>, at start: Int) throws(RecordFault) {
        var position = start
        let tree = try JSONTree.read(line, &position)
        JSONScan.skipSpace(line, &position)
        guard position == line.count else {
            throw RecordFault(position, "text behind the object")
        }
        guard case .object(let members) = tree.content, members.count == 1 else {
            throw RecordFault(start, "not an object with one key")
        }
        let (name, value) = (members[0].key, members[0].value)
        switch name {
        case "preamble": self = .preamble(try Self.preamble(JSONMembers(value, name), line))
        case "snapshot": self = .snapshot(try Self.piece(JSONMembers(value, name), line))
        case "loss": self = .loss(try Self.loss(JSONMembers(value, name), line, value.position))
        case "notes":
            guard case .list(let items) = value.content else {
                throw RecordFault(value.position, field: name, "is not a list")
            }
            self = .notes(try Self.pairs(items, name))
        case "end": self = .end(try Self.end(JSONMembers(value, name), line))
        default: throw RecordFault(start, field: name, "is not known here")
        }
    }

    private static func preamble(
        _ members: JSONMembers, _ line: Span<UInt8>
    ) throws(RecordFault) -> TablePreamble {
        let version = try members.signed("version", line)
        guard version == TablePreamble.version else {
            throw RecordFault(
                try members["version"].position, field: "version",
                "the table is of version \(version); known is \(TablePreamble.version)")
        }
        let schema = try members["schema"]
        var kinds: [EventKind] = []
        for item in try members.list("schema") {
            kinds.append(try kind(JSONMembers(item, "schema"), line))
        }
        guard let made = EventSchema(kinds: kinds) else {
            throw RecordFault(
                schema.position, field: "schema",
                "two kinds of one number or name, a kind of number 0, or two columns of one name")
        }
        let parameters = try pairs(try members.list("parameters"), "parameters")
        for (index, pair) in parameters.enumerated()
        where parameters[..<index].contains(where: { $0.key.utf8.elementsEqual(pair.key.utf8) }) {
            throw RecordFault(
                try members["parameters"].position, field: "parameters",
                "'\(shown(pair.key))' is there more than once")
        }
        return TablePreamble(
            schema: made, parameters: parameters,
            notes: try pairs(try members.list("notes"), "notes"),
            isPart: try members.flag("part"))
    }

    private static func pairs(
        _ items: [JSONTree], _ name: String
    ) throws(RecordFault) -> [TextPair] {
        var result: [TextPair] = []
        for item in items {
            guard case .list(let texts) = item.content, texts.count == 2,
                case .text(let key) = texts[0].content, case .text(let value) = texts[1].content
            else { throw RecordFault(item.position, field: name, "is not a list of two texts") }
            result.append(TextPair(key, value))
        }
        return result
    }

    private static func kind(
        _ members: JSONMembers, _ line: Span<UInt8>
    ) throws(RecordFault) -> EventKind {
        let number = try members.unsigned("number", line)
        guard let number = UInt16(exactly: number) else {
            throw RecordFault(
                try members["number"].position, field: "number", "is more than 65535")
        }
        var columns: [Column] = []
        for item in try members.list("columns") {
            columns.append(try column(JSONMembers(item, "columns")))
        }
        return EventKind(
            id: number, try members.text("name"),
            try choice(members, "lane", Lane.allCases, \.word),
            try choice(members, "role", Role.allCases, \.word),
            meaning: try members.text("meaning"), columns)
    }

    private static func column(_ members: JSONMembers) throws(RecordFault) -> Column {
        var labels: [String] = []
        if members.optional("labels") != nil {
            for item in try members.list("labels") {
                guard case .text(let label) = item.content else {
                    throw RecordFault(item.position, field: "labels", "is not a text")
                }
                labels.append(label)
            }
        }
        let types: [ColumnType] = [.integer, .flag, .bits, .label(labels), .text]
        return Column(
            try members.text("name"), try choice(members, "type", types, \.word),
            unit: try choice(members, "unit", Unit.allCases, \.symbol))
    }

    private static func choice<Value>(
        _ members: JSONMembers, _ name: String, _ values: [Value], _ word: (Value) -> String
    ) throws(RecordFault) -> Value {
        let text = try members.text(name)
        guard let value = values.first(where: { word($0) == text }) else {
            let known = values.map { "'\(word($0))'" }.joined(separator: ", ")
            throw RecordFault(
                try members[name].position, field: name,
                "'\(shown(text))' is not one of \(known)")
        }
        return value
    }

    private static func piece(
        _ members: JSONMembers, _ line: Span<UInt8>
    ) throws(RecordFault) -> SnapshotPiece {
        guard let frame = Base64.bytes(try members.text("zstd_base64")) else {
            throw RecordFault(
                try members["zstd_base64"].position, field: "zstd_base64", "is not base64")
        }
        return SnapshotPiece(
            name: try members.text("name"), totalBytes: try members.signed("total_bytes", line),
            offset: try members.signed("offset", line), rawBytes: try members.signed("bytes", line),
            frame: frame)
    }

    private static func loss(
        _ members: JSONMembers, _ line: Span<UInt8>, _ position: Int
    ) throws(RecordFault) -> TableLoss {
        let loss = TableLoss(
            kind: UInt16(clamping: try members.unsigned("kind", line)),
            beginNs: try members.signed("begin_ns", line),
            endNs: try members.signed("end_ns", line), count: try members.unsigned("count", line))
        guard loss.beginNs <= loss.endNs else {
            throw RecordFault(position, field: "loss", "ends before it begins")
        }
        return loss
    }

    private static func end(
        _ members: JSONMembers, _ line: Span<UInt8>
    ) throws(RecordFault) -> TableEnd {
        var end = TableEnd(events: try members.unsigned("events", line))
        if members.optional("content_id") != nil {
            end.inputID = try members.text("input_id")
            end.outcomeID = try members.text("outcome_id")
            end.contentID = try members.text("content_id")
        }
        return end
    }
}

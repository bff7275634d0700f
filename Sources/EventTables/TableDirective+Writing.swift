import TraceCore

extension TableDirective {
    /// Appends the object, without the end of the line.
    func append(to bytes: inout [UInt8]) {
        var json = JSONText(bytes)
        bytes = []
        json.object { json in
            switch self {
            case .preamble(let preamble):
                json.key("preamble")
                Self.write(preamble, &json)
            case .snapshot(let piece):
                json.key("snapshot")
                Self.write(piece, &json)
            case .loss(let loss):
                json.key("loss")
                Self.write(loss, &json)
            case .notes(let notes):
                json.key("notes")
                Self.write(notes, &json)
            case .end(let end):
                json.key("end")
                Self.write(end, &json)
            }
        }
        bytes = json.bytes
    }

    private static func write(_ preamble: TablePreamble, _ json: inout JSONText) {
        json.object { json in
            json.member("version", TablePreamble.version)
            json.key("part")
            json.value(preamble.isPart)
            json.key("parameters")
            write(preamble.parameters, &json)
            json.key("notes")
            write(preamble.notes, &json)
            json.key("schema")
            json.list(preamble.schema.kinds) { json, kind in write(kind, &json) }
        }
    }

    /// Pairs as lists of two: keys of notes may repeat.
    private static func write(_ pairs: [TextPair], _ json: inout JSONText) {
        json.list(pairs) { json, pair in
            json.list([pair.key, pair.value]) { json, text in json.value(text) }
        }
    }

    private static func write(_ kind: EventKind, _ json: inout JSONText) {
        json.object { json in
            json.member("number", kind.id.rawValue)
            json.member("name", kind.name)
            json.member("lane", kind.lane.word)
            json.member("role", kind.role.word)
            json.member("meaning", kind.meaning)
            json.key("columns")
            json.list(kind.columns) { json, column in
                json.object { json in
                    json.member("name", column.name)
                    json.member("type", column.type.word)
                    json.member("unit", column.unit.symbol)
                    if case .label(let labels) = column.type {
                        json.key("labels")
                        json.list(labels) { json, label in json.value(label) }
                    }
                }
            }
        }
    }

    private static func write(_ piece: SnapshotPiece, _ json: inout JSONText) {
        json.object { json in
            json.member("name", piece.name)
            json.member("total_bytes", piece.totalBytes)
            json.member("offset", piece.offset)
            json.member("bytes", piece.rawBytes)
            json.member("zstd_base64", Base64.text(piece.frame))
        }
    }

    private static func write(_ loss: TableLoss, _ json: inout JSONText) {
        json.object { json in
            json.member("kind", loss.kind)
            json.member("begin_ns", loss.beginNs)
            json.member("end_ns", loss.endNs)
            json.member("count", loss.count)
        }
    }

    private static func write(_ end: TableEnd, _ json: inout JSONText) {
        json.object { json in
            json.member("events", end.events)
            guard !end.contentID.isEmpty else { return }
            json.member("input_id", end.inputID)
            json.member("outcome_id", end.outcomeID)
            json.member("content_id", end.contentID)
        }
    }
}

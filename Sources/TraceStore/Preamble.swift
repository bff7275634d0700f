import TraceCore
import TraceFormat

/// The records that every trace starts with.
enum Preamble {
    /// Reads header, schema and parameters.
    ///
    /// - Throws: `StoreError.format`: without them nothing of the file can be understood.
    static func read(_ input: inout RecordInput) throws(StoreError) -> TraceDescription {
        _ = try body(.header, &input) { (body) throws(FormatError) in
            try HeaderRecord(body: body)
        }
        let schema = try body(.schema, &input) { (body) throws(FormatError) in
            try SchemaRecord.decode(body)
        }
        let parameters = try body(.parameters, &input) { (body) throws(FormatError) in
            try PairsRecord.decodeParameters(body)
        }
        return TraceDescription(schema: schema, parameters: parameters)
    }

    private static func body<Content>(
        _ type: RecordType, _ input: inout RecordInput,
        _ decode: (RecordBody) throws(FormatError) -> Content
    ) throws(StoreError) -> Content {
        let path = input.source.path
        switch try input.readHead() {
        case .end:
            throw .format(
                type == .header ? .notATrace : truncated(type, input, 0), path: path)
        case .cut(let bytes):
            let isShort = bytes < Int64(RecordHead.byteCount) && type == .header
            throw .format(
                isShort ? .notATrace : truncated(type, input, bytes), path: path)
        case .damaged(let error):
            throw .format(type == .header ? .notATrace : error, path: path)
        case .record(let head):
            guard head.type == type.rawValue, head.dataBytes == 0 else {
                guard type != .header || head.type != RecordType.summary.rawValue else {
                    throw .format(.isSummary, path: path)
                }
                let misplaced = FormatError.misplacedRecord(type: head.type, offset: input.offset)
                throw .format(type == .header ? .notATrace : misplaced, path: path)
            }
            if let bytes = try input.load(Int(head.recordBytes)) {
                throw .format(truncated(type, input, bytes), path: path)
            }
            do {
                let body = try RecordBody(
                    record: input.bytes, head: head, fileOffset: input.offset)
                let content = try decode(body)
                input.advance()
                return content
            } catch {
                throw .format(error, path: path)
            }
        }
    }

    private static func truncated(
        _ type: RecordType, _ input: RecordInput, _ bytes: Int64
    ) -> FormatError {
        .truncated(
            field: "\(type)", offset: input.offset,
            needed: max(Int64(RecordHead.byteCount), input.extent), available: bytes)
    }
}

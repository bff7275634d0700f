import KernelTraces
import TraceImport
import TraceStore

/// Tells by the first bytes what an input is.
enum FormGuess {
    /// Bytes that are looked at.
    static let bytes = 1 << 16

    /// The form of an input that begins like this, or `nil` where that does not show.
    static func form(_ beginning: [UInt8]) -> ImportForm? {
        if beginning.starts(with: TraceDatFile.magic) { return .traceDat }
        if beginning.starts(with: "#ktls-trace ".utf8) { return .csv }
        if beginning.starts(with: "{\"e\":\"".utf8) { return .freebsdDtrace }
        if beginning.first == UInt8(ascii: "{") { return .ndjson }
        if let text = TextForm.guess(beginning) { return ImportForm(rawValue: text.rawValue) }
        let first = beginning.split(separator: UInt8(ascii: "\n")).first { $0.first != 0x23 } ?? []
        let columns = first.split(separator: UInt8(ascii: ",")).map {
            String(decoding: $0, as: UTF8.self).filter { $0 != "\"" && $0 != "\r" }
        }
        return columns.contains("time_ns") && columns.contains("kind") ? .csv : nil
    }
}

/// A source whose first bytes have been looked at; a stream can still be read from its start.
final class HeadSource: ByteSource {
    let head: [UInt8]
    private let source: any ByteSource

    init(_ source: any ByteSource) throws(StoreError) {
        self.source = source
        var head = [UInt8](repeating: 0, count: FormGuess.bytes)
        let count = try source.read(at: 0, into: &head, at: 0, count: head.count)
        self.head = Array(head[..<count])
    }

    var path: String { source.path }
    var length: Int64? { source.length }

    func read(
        at offset: Int64, into buffer: inout [UInt8], at start: Int, count: Int
    ) throws(StoreError) -> Int {
        let fromHead = max(0, min(count, head.count - Int(min(offset, Int64(head.count)))))
        if fromHead > 0 {
            let first = Int(offset)
            buffer.replaceSubrange(
                start..<start + fromHead, with: head[first..<first + fromHead])
        }
        // A head that is shorter than was asked for is the whole source.
        guard fromHead < count, head.count == FormGuess.bytes else { return fromHead }
        return try fromHead
            + source.read(
                at: offset + Int64(fromHead), into: &buffer, at: start + fromHead,
                count: count - fromHead)
    }
}

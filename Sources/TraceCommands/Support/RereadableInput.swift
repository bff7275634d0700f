import TraceStore

/// An input that can be read from its start more than once.
final class RereadableInput {
    private static let chunkBytes = 1 << 18

    private let path: String
    private var kept: [UInt8]?

    /// - Parameter source: has not been read yet; a path can be opened once more.
    init(_ source: any ByteSource) throws {
        path = source.path
        guard path == "-" else { return }
        var bytes: [UInt8] = []
        try Self.forEachChunk(of: source) { bytes += $0 }
        kept = bytes
    }

    /// The first bytes.
    func beginning() throws -> [UInt8] {
        if let kept { return Array(kept.prefix(16)) }
        let source = try reporting { try SourceFile.open(path) }
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = try reporting { try source.read(at: 0, into: &bytes, at: 0, count: 16) }
        return Array(bytes[..<count])
    }

    /// Hands all bytes to `body`, piece by piece.
    func forEachChunk(_ body: ([UInt8]) throws -> Void) throws {
        if let kept {
            try body(kept)
            return
        }
        try Self.forEachChunk(of: try reporting { try SourceFile.open(path) }, body)
    }

    /// Hands all bytes of a source to `body`, piece by piece.
    static func forEachChunk(
        of source: any ByteSource, _ body: ([UInt8]) throws -> Void
    ) throws {
        var buffer = [UInt8](repeating: 0, count: chunkBytes)
        var offset: Int64 = 0
        while true {
            let count = try reporting {
                try source.read(at: offset, into: &buffer, at: 0, count: chunkBytes)
            }
            if count == 0 { return }
            offset += Int64(count)
            try body(count == buffer.count ? buffer : Array(buffer[..<count]))
        }
    }
}

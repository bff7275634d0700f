/// Reads numbers and texts one after the other, from a file or from memory.
struct ByteCursor {
    /// No text in a file's structure is longer.
    private static let textBytesMax = 4096

    private let access: any FileAccess
    /// What is added to offsets for errors: a place in a compressed section means little.
    private let errorOffset: Int64?
    private(set) var position: Int64

    init(_ access: any FileAccess, at position: Int64) {
        self.access = access
        self.position = position
        errorOffset = nil
    }

    /// Reads bytes that stand for a section that begins at an offset of the file.
    init(_ bytes: [UInt8], ofSectionAt offset: Int64) {
        access = SectionBytes(bytes: bytes)
        position = 0
        errorOffset = offset
    }

    func fault(_ problem: ContainerProblem) -> KernelTraceError {
        .container(offset: errorOffset ?? position, problem: problem)
    }

    mutating func skip(_ count: UInt64) throws(KernelTraceError) {
        guard count <= UInt64(Int64.max - position) else { throw fault(.truncated) }
        position += Int64(count)
    }

    /// So many bytes, all of them.
    mutating func bytes(_ count: UInt64, atMost largest: Int) throws(KernelTraceError) -> [UInt8] {
        guard count <= UInt64(largest) else { throw fault(.tooLarge) }
        let bytes = try access.read(at: position, count: Int(count))
        guard bytes.count == Int(count) else { throw fault(.truncated) }
        position += Int64(count)
        return bytes
    }

    mutating func number16() throws(KernelTraceError) -> UInt16 {
        let found = try bytes(2, atMost: 2)
        return loadUInt16(found.span, 0)
    }

    mutating func number32() throws(KernelTraceError) -> UInt32 {
        let found = try bytes(4, atMost: 4)
        return loadUInt32(found.span, 0)
    }

    mutating func number64() throws(KernelTraceError) -> UInt64 {
        let found = try bytes(8, atMost: 8)
        return loadUInt64(found.span, 0)
    }

    /// A place in the file.
    mutating func offset() throws(KernelTraceError) -> Int64 {
        let number = try number64()
        guard let offset = Int64(exactly: number) else { throw fault(.truncated) }
        return offset
    }

    /// A text up to a zero byte.
    mutating func text() throws(KernelTraceError) -> String {
        let piece = try access.read(at: position, count: Self.textBytesMax)
        guard let end = piece.firstIndex(of: 0) else {
            throw fault(piece.count < Self.textBytesMax ? .truncated : .tooLarge)
        }
        position += Int64(end) + 1
        return string(piece[..<end])
    }
}

/// How a file is read and its parts are decompressed; neither is done here.
public protocol FileAccess {
    /// The methods of compression that are known, such as `zstd`.
    var methods: Set<String> { get }
    /// Gives bytes of the file from an offset, fewer only where the file ends.
    ///
    /// - Throws: `container` where it cannot be read.
    func read(at offset: Int64, count: Int) throws(KernelTraceError) -> [UInt8]
    /// Decompresses bytes to a known size; `nil` where that fails.
    func decompress(_ method: String, _ bytes: [UInt8], count: Int) -> [UInt8]?
}

/// A decompressed section.
private struct SectionBytes: FileAccess {
    let bytes: [UInt8]
    var methods: Set<String> { [] }

    func read(at offset: Int64, count: Int) throws(KernelTraceError) -> [UInt8] {
        let start = Int(min(offset, Int64(bytes.count)))
        return Array(bytes[start..<min(start + count, bytes.count)])
    }

    func decompress(_ method: String, _ bytes: [UInt8], count: Int) -> [UInt8]? { nil }
}

/// A file of `trace-cmd`, version 6 or 7: what it says about its recording, and where the ring
/// buffers are.
public struct TraceDatFile: Sendable {
    /// The bytes with which every such file begins.
    public static let magic: [UInt8] = [0x17, 0x08, 0x44] + Array("tracing".utf8)

    /// The ring buffers of one instance.
    public struct Buffer: Sendable {
        /// The instance's name, empty for the top one.
        public let name: String
        /// What its clock is, such as `mono`; empty where the file does not say.
        public let clock: String
        /// Its CPUs.
        public let cpus: [CpuData]
        let method: String?
    }

    /// Where the data of one CPU is.
    public struct CpuData: Sendable {
        /// The CPU.
        public let cpu: Int32
        let offset: Int64
        let size: UInt64
    }

    /// The version of the file.
    public let version: Int
    /// Formats, layout, names and counts.
    public let description: RecordingDescription
    /// All instances.
    public let buffers: [Buffer]
    /// The kernel and the host, as `uname` tells; empty where the file does not say.
    public let system: String

    /// Reads everything but the events.
    ///
    /// - Throws: `container`, `description`.
    public init(_ access: any FileAccess) throws(KernelTraceError) {
        var cursor = ByteCursor(access, at: 0)
        let start = try access.read(at: 0, count: Self.magic.count)
        guard start == Self.magic else { throw cursor.fault(.notTraceDat) }
        try cursor.skip(UInt64(Self.magic.count))
        let version = try cursor.text()
        guard version == "6" || version == "7" else { throw cursor.fault(.unknownVersion) }
        guard try cursor.bytes(1, atMost: 1) == [0] else { throw cursor.fault(.bigEndian) }
        try cursor.skip(1)
        // The host's page; a ring buffer's own description is more exact.
        _ = try cursor.number32()
        var contents = TraceDatContents()
        if version == "6" {
            try contents.readVersion6(&cursor, access)
        } else {
            try contents.readVersion7(&cursor, access)
        }
        guard let layout = try contents.layout() else { throw cursor.fault(.unexpectedSection) }
        guard contents.buffers.contains(where: { !$0.cpus.isEmpty }) else {
            throw cursor.fault(contents.hasText ? .latencyText : .noBuffer)
        }
        var description = RecordingDescription(
            formats: contents.formats, layout: layout, taskNames: contents.taskNames)
        description.statistics = contents.statistics
        self.version = version == "6" ? 6 : 7
        self.description = description
        buffers = contents.buffers
        system = contents.system
    }

    /// The CPUs of all instances, one after the other: the lanes of `source`.
    public var cpus: [Int32] { buffers.flatMap { $0.cpus.map(\.cpu) } }

    /// The ring buffers of all instances.
    public func source(_ access: any FileAccess) -> TraceDatSource { TraceDatSource(self, access) }
}

/// Gives the ring buffers of a file, decompressed, a piece at a time.
public struct TraceDatSource: RingSource {
    private struct Lane {
        var position: Int64
        var rest: UInt64
        var method: String?
        /// Compressed pieces that are still to come; `nil` before their number was read.
        var pieces: UInt32?
    }

    private static let pieceBytes = 1 << 18
    private static let compressedBytesMax = 1 << 24

    private let access: any FileAccess
    private var lanes: [Lane]

    init(_ file: TraceDatFile, _ access: any FileAccess) {
        self.access = access
        lanes = file.buffers.flatMap { buffer in
            buffer.cpus.map { Lane(position: $0.offset, rest: $0.size, method: buffer.method) }
        }
    }

    /// The next bytes of a lane.
    ///
    /// - Throws: `container` where the file is cut off or a piece cannot be decompressed.
    public mutating func nextBytes(lane: Int) throws(KernelTraceError) -> [UInt8]? {
        guard lanes[lane].rest > 0 else { return nil }
        if let method = lanes[lane].method { return try nextPiece(lane, method) }
        let count = Int(min(lanes[lane].rest, UInt64(Self.pieceBytes)))
        let bytes = try access.read(at: lanes[lane].position, count: count)
        guard !bytes.isEmpty else {
            throw .container(offset: lanes[lane].position, problem: .truncated)
        }
        lanes[lane].position += Int64(bytes.count)
        lanes[lane].rest -= UInt64(bytes.count)
        return bytes
    }

    private mutating func nextPiece(
        _ lane: Int, _ method: String
    ) throws(KernelTraceError) -> [UInt8]? {
        var cursor = ByteCursor(access, at: lanes[lane].position)
        if lanes[lane].pieces == nil { lanes[lane].pieces = try cursor.number32() }
        guard let pieces = lanes[lane].pieces, pieces > 0 else {
            lanes[lane].rest = 0
            return nil
        }
        let size = try cursor.number32()
        let plainSize = try cursor.number32()
        guard plainSize <= UInt32(Self.compressedBytesMax) else { throw cursor.fault(.tooLarge) }
        let bytes = try cursor.bytes(UInt64(size), atMost: Self.compressedBytesMax)
        guard let plain = access.decompress(method, bytes, count: Int(plainSize)),
            plain.count == Int(plainSize)
        else { throw cursor.fault(.badCompression) }
        lanes[lane].position = cursor.position
        lanes[lane].pieces = pieces - 1
        return plain
    }
}

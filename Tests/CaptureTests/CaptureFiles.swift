import Foundation
import KernelTraces
import TraceCompression

/// Files of a recording, decompressed.
enum CaptureFiles {
    struct CannotDecompress: Error { let path: String }

    /// A file, or the one with `.xz` behind its name.
    static func bytes(_ directory: URL, _ name: String) throws -> [UInt8] {
        let url = directory.appending(path: name)
        if FileManager.default.fileExists(atPath: url.path) {
            return Array(try Data(contentsOf: url))
        }
        return try decompress(directory.appending(path: name + ".xz"))
    }

    private static func decompress(_ url: URL) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["xz", "-dc", url.path]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        var bytes: [UInt8] = []
        while let piece = try pipe.fileHandleForReading.read(upToCount: 1 << 20), !piece.isEmpty {
            bytes.append(contentsOf: piece)
        }
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CannotDecompress(path: url.path) }
        return bytes
    }
}

/// A folder `raw`: per-CPU ring buffers with what describes them.
struct RawFolder {
    let description: RecordingDescription
    let cpus: [Int32]
    private let buffers: [[UInt8]]

    init(_ folder: URL) throws {
        let files = try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
        var formats = EventFormats()
        for file in files where file.hasSuffix("/format") {
            try formats.add(try EventFormat(try CaptureFiles.bytes(folder, file)))
        }
        let layout = try RingLayout(
            headerPage: try CaptureFiles.bytes(folder, "header_page"),
            headerEvent: try CaptureFiles.bytes(folder, "header_event"))
        let names = RecordingDescription.taskNames(
            try CaptureFiles.bytes(folder, "saved_cmdlines"))
        var description = RecordingDescription(
            formats: formats, layout: layout, taskNames: names)
        let counts = folder.deletingLastPathComponent().appending(path: "ring_stats.txt")
        if let bytes = try? Data(contentsOf: counts) { description.statistics.add(Array(bytes)) }
        self.description = description
        var cpus: [Int32] = []
        var buffers: [[UInt8]] = []
        for cpu in 0..<Int32(64) {
            let name = "trace_pipe_raw.cpu\(cpu).raw"
            guard files.contains(where: { $0.hasPrefix(name) }) else { continue }
            cpus.append(cpu)
            buffers.append(try CaptureFiles.bytes(folder, name))
        }
        self.cpus = cpus
        self.buffers = buffers
    }

    func source(pieceBytes: Int) -> MemorySource {
        MemorySource(buffers: buffers, pieceBytes: pieceBytes)
    }
}

/// Ring buffers in memory.
struct MemorySource: RingSource {
    private let buffers: [[UInt8]]
    private let pieceBytes: Int
    private var positions: [Int]

    init(buffers: [[UInt8]], pieceBytes: Int) {
        self.buffers = buffers
        self.pieceBytes = pieceBytes
        positions = [Int](repeating: 0, count: buffers.count)
    }

    mutating func nextBytes(lane: Int) throws(KernelTraceError) -> [UInt8]? {
        let start = positions[lane]
        let end = min(start + pieceBytes, buffers[lane].count)
        positions[lane] = end
        return start == end ? nil : Array(buffers[lane][start..<end])
    }
}

/// A file in memory.
struct FileBytes: FileAccess {
    private let bytes: [UInt8]
    let methods: Set<String> = ["zstd"]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func read(at offset: Int64, count: Int) throws(KernelTraceError) -> [UInt8] {
        let start = Int(min(offset, Int64(bytes.count)))
        return Array(bytes[start..<min(start + count, bytes.count)])
    }

    func decompress(_ method: String, _ packed: [UInt8], count: Int) -> [UInt8]? {
        var plain = [UInt8](repeating: 0, count: count)
        var codec = ZstdCodec()
        guard (try? codec.decompress(packed, 0..<packed.count, into: &plain, count: count)) != nil
        else { return nil }
        return plain
    }
}

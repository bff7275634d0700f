import KernelTraces
import TraceStore

/// A folder with the ring buffers of a kernel, as tracefs gives them.
///
/// It holds `header_page`, `header_event`, the formats as `formats/SYSTEM/EVENT/format` or
/// `events/SYSTEM/EVENT/format`, and a dump for each CPU: `trace_pipe_raw.cpuN.raw`, or
/// `per_cpu/cpuN/trace_pipe_raw`. There may be `saved_cmdlines`, and the ring buffers' counts in
/// `ring_stats.txt`, in the folder or beside it, or in `per_cpu/cpuN/stats`.
struct RingFolder {
    let description: RecordingDescription
    let cpus: [Int32]
    private let paths: [String]

    private static let cpusMax: Int32 = 8192
    private static let textBytesMax = 1 << 24

    init(_ folder: String) throws {
        func text(_ name: String) throws -> [UInt8]? {
            let path = FileNames.join(folder, name)
            guard FileNames.exists(path) else { return nil }
            return try Self.bytes(path)
        }
        if FileNames.inFolder(folder) == nil {
            _ = try reporting { try SourceFile.open(folder) }
            throw CommandFailure(.badData, "\(folder): not a folder of ring buffers")
        }
        func needed(_ name: String) throws -> [UInt8] {
            if let bytes = try text(name) ?? text("events/" + name) { return bytes }
            throw CommandFailure(
                .badData, "\(folder): no file \(name); this is no folder of ring buffers")
        }
        let layout = try RingLayout(
            headerPage: try needed("header_page"), headerEvent: try needed("header_event"),
            subBufferBytes: try Self.subBufferBytes(try text("buffer_subbuf_size_kb")))
        var description = RecordingDescription(
            formats: try Self.formats(folder), layout: layout,
            taskNames: RecordingDescription.taskNames(try text("saved_cmdlines") ?? []))
        let (cpus, paths) = try Self.dumps(folder)
        for name in ["ring_stats.txt", "../ring_stats.txt"]
            + cpus.map({ "per_cpu/cpu\($0)/stats" })
        where !(name.hasPrefix("..") && description.statistics.isKnown) {
            if let counts = try text(name) { description.statistics.add(counts) }
        }
        self.description = description
        self.cpus = cpus
        self.paths = paths
    }

    private static func subBufferBytes(_ kibibytes: [UInt8]?) throws -> Int? {
        guard let kibibytes else { return nil }
        let digits = String(decoding: kibibytes, as: UTF8.self).filter { !$0.isWhitespace }
        guard let number = Int(digits), 1...1024 ~= number else {
            throw CommandFailure(.badData, "buffer_subbuf_size_kb: not a number of KiB: \(digits)")
        }
        return number * 1024
    }

    private static func formats(_ folder: String) throws -> EventFormats {
        var formats = EventFormats()
        for top in ["formats", "events"] {
            let root = FileNames.join(folder, top)
            for system in FileNames.inFolder(root) ?? [] {
                let path = FileNames.join(root, system)
                for event in FileNames.inFolder(path) ?? [] {
                    let file = FileNames.join(FileNames.join(path, event), "format")
                    guard FileNames.exists(file) else { continue }
                    let text = try bytes(file)
                    do throws(KernelTraceError) {
                        try formats.add(try EventFormat(text))
                    } catch {
                        throw CommandFailure(.badData, "\(file): \(error.sentence)")
                    }
                }
            }
        }
        return formats
    }

    private static func dumps(_ folder: String) throws -> (cpus: [Int32], paths: [String]) {
        var found: [(cpu: Int32, path: String)] = []
        for name in FileNames.inFolder(folder) ?? [] where name.hasPrefix("trace_pipe_raw.cpu") {
            let rest = name.dropFirst("trace_pipe_raw.cpu".count)
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            guard let cpu = Int32(digits), cpu < cpusMax else { continue }
            let suffix = rest.dropFirst(digits.count)
            guard suffix.isEmpty || suffix == ".raw" else {
                throw CommandFailure(
                    .badData, "\(folder)/\(name): not a raw dump; decompress it first")
            }
            found.append((cpu, FileNames.join(folder, name)))
        }
        let perCpu = FileNames.join(folder, "per_cpu")
        for name in FileNames.inFolder(perCpu) ?? [] where name.hasPrefix("cpu") {
            let path = FileNames.join(FileNames.join(perCpu, name), "trace_pipe_raw")
            guard let cpu = Int32(name.dropFirst(3)), 0..<cpusMax ~= cpu, FileNames.exists(path)
            else { continue }
            found.append((cpu, path))
        }
        guard !found.isEmpty else {
            throw CommandFailure(.badData, "\(folder): no dump of a CPU's ring buffer")
        }
        found.sort { $0.cpu < $1.cpu }
        return (found.map(\.cpu), found.map(\.path))
    }

    /// All of a small file.
    private static func bytes(_ path: String) throws -> [UInt8] {
        let source = try reporting { try SourceFile.open(path) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        var count = 0
        while true {
            let taken = try reporting {
                try source.read(
                    at: Int64(count), into: &bytes, at: count, count: bytes.count - count)
            }
            count += taken
            guard count == bytes.count else { return Array(bytes[..<count]) }
            guard count < textBytesMax else {
                throw CommandFailure(.badData, "\(path): too large for a file of tracefs")
            }
            bytes += [UInt8](repeating: 0, count: bytes.count)
        }
    }

    /// The dumps from their starts.
    func source() throws -> RingFolderSource {
        RingFolderSource(try paths.map { path in try reporting { try SourceFile.open(path) } })
    }
}

/// Reads the dumps of a folder.
struct RingFolderSource: RingSource {
    private static let pieceBytes = 1 << 18

    /// What kept a dump from being read.
    private(set) var failure: StoreError?
    private let sources: [any ByteSource]
    private var offsets: [Int64]

    init(_ sources: [any ByteSource]) {
        self.sources = sources
        offsets = [Int64](repeating: 0, count: sources.count)
    }

    mutating func nextBytes(lane: Int) throws(KernelTraceError) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: Self.pieceBytes)
        do throws(StoreError) {
            let count = try sources[lane].read(
                at: offsets[lane], into: &bytes, at: 0, count: bytes.count)
            offsets[lane] += Int64(count)
            if count < bytes.count { bytes.removeLast(bytes.count - count) }
            return count == 0 ? nil : bytes
        } catch {
            failure = error
            throw .container(offset: offsets[lane], problem: .unreadable)
        }
    }
}

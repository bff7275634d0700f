import KernelTraces
import TraceCompression
import TraceCore
import TraceImport
import TraceStore

/// Ring buffers of a kernel: a `trace.dat` file, or a folder with a dump for each CPU.
enum RingInput {
    case file(TraceDatFile, SourceAccess)
    case folder(RingFolder)

    /// Opens a `trace.dat` file; a stream is kept in memory, because its parts are not in order.
    init(file source: any ByteSource) throws {
        let access = SourceAccess(try source.length == nil ? Self.inMemory(source) : source)
        self = .file(
            try access.reporting { () throws(KernelTraceError) in
                try TraceDatFile(access)
            }, access)
    }

    private static func inMemory(_ source: any ByteSource) throws -> MemorySource {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = try source.read(
                at: Int64(bytes.count), into: &chunk, at: 0, count: chunk.count)
            bytes += chunk[..<count]
            if count < chunk.count { break }
        }
        return MemorySource(bytes, path: source.path)
    }

    /// Hands all events to a sink.
    ///
    /// - Parameter keepsGood: what is good beside a fault is kept, and the faults are returned.
    func read(
        _ options: FtraceImportOptions, keepsGood: Bool, into sink: inout some EventSink & ~Copyable
    ) throws -> (result: FtraceImportResult, faults: [KernelTraceError]) {
        switch self {
        case .file(let file, let access):
            var source = file.source(access)
            var importer = KernelRecordImporter(file.description, options: options)
            let faults = try importer.consume(
                &source, cpus: file.cpus, keepsGood: keepsGood, into: &sink)
            if let failure = access.failure { throw failure }
            return (importer.finish(into: &sink), faults)
        case .folder(let folder):
            var source = try folder.source()
            var importer = KernelRecordImporter(folder.description, options: options)
            let faults = try importer.consume(
                &source, cpus: folder.cpus, keepsGood: keepsGood, into: &sink)
            if let failure = source.failure { throw failure }
            return (importer.finish(into: &sink), faults)
        }
    }

    /// What is noted about the host.
    var notes: [TextPair] {
        guard case .file(let file, _) = self else { return [] }
        let clocks = file.buffers.map(\.clock).filter { !$0.isEmpty }
        return [TextPair("import.trace_dat_version", String(file.version))]
            + (file.system.isEmpty ? [] : [TextPair("host.system", file.system)])
            + (clocks.first.map { [TextPair("host.trace_clock", $0)] } ?? [])
    }
}

/// Reads parts of a source for who may not know about files.
final class SourceAccess: FileAccess {
    let methods: Set<String> = ["zstd"]
    /// What kept the source from being read.
    private(set) var failure: StoreError?
    private let source: any ByteSource

    init(_ source: any ByteSource) { self.source = source }

    func read(at offset: Int64, count: Int) throws(KernelTraceError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        do throws(StoreError) {
            let taken = try source.read(at: offset, into: &bytes, at: 0, count: count)
            if taken < count { bytes.removeLast(count - taken) }
            return bytes
        } catch {
            failure = error
            throw .container(offset: offset, problem: .unreadable)
        }
    }

    func decompress(_ method: String, _ bytes: [UInt8], count: Int) -> [UInt8]? {
        var plain = [UInt8](repeating: 0, count: count)
        var codec = ZstdCodec()
        guard (try? codec.decompress(bytes, 0..<bytes.count, into: &plain, count: count)) != nil
        else { return nil }
        return plain
    }

    /// Runs `body`; where the source could not be read, that is the error.
    func reporting<Result>(_ body: () throws(KernelTraceError) -> Result) throws -> Result {
        do throws(KernelTraceError) {
            return try body()
        } catch {
            throw failure.map { $0 as any Error } ?? error
        }
    }
}

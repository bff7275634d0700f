public import FuzzProperties
import KernelTraceTestSupport
import KernelTraces
import TraceCompression

/// Any bytes, taken for a file of `trace-cmd`.
public enum TraceDatTarget {
    /// Checks that what can be read of a file is imported and counted.
    ///
    /// - Throws: `BrokenProperty`.
    public static func check(_ bytes: [UInt8]) throws(BrokenProperty) {
        let access = FileBytes(bytes)
        let file: TraceDatFile
        do {
            file = try TraceDatFile(access)
        } catch {
            return
        }
        try require(6...7 ~= file.version, "version \(file.version)")
        try require(!file.cpus.isEmpty, "a file without CPUs is accepted")
        let outcome = try checkImports(file.source(access), file.cpus, file.description)
        try require(outcome.faults.count <= file.cpus.count, "more faults than CPUs")
    }

    /// What a sound file comes to.
    ///
    /// - Throws: `BrokenProperty` where it is refused.
    static func outcome(_ bytes: [UInt8]) throws(BrokenProperty) -> RingOutcome {
        let access = FileBytes(bytes)
        do {
            let file = try TraceDatFile(access)
            return imported(file.source(access), file.cpus, file.description, keepsGood: true)
        } catch {
            throw BrokenProperty("a sound file is refused: \(error)")
        }
    }
}

/// A file in memory.
struct FileBytes: FileAccess {
    /// Compression as `trace-cmd` has it.
    static let zstd: TraceDatWriter.Method = ("zstd", { packed($0) })
    /// Compression that leaves bytes as they are, so that a fuzzer can change them.
    static let same: TraceDatWriter.Method = ("same", { $0 })

    let methods: Set<String> = ["zstd", "same"]
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func read(at offset: Int64, count: Int) throws(KernelTraceError) -> [UInt8] {
        let start = Int(min(offset, Int64(bytes.count)))
        return Array(bytes[start..<min(start + count, bytes.count)])
    }

    func decompress(_ method: String, _ packed: [UInt8], count: Int) -> [UInt8]? {
        guard method == "zstd" else { return packed.count == count ? packed : nil }
        var plain = [UInt8](repeating: 0, count: count)
        var codec = ZstdCodec()
        guard (try? codec.decompress(packed, 0..<packed.count, into: &plain, count: count)) != nil
        else { return nil }
        return plain
    }

    private static func packed(_ bytes: [UInt8]) -> [UInt8] {
        var frame = [UInt8](repeating: 0, count: bytes.count + 512)
        var codec = ZstdCodec()
        let limit = frame.count
        let count = try? codec.compress(bytes, 0..<bytes.count, into: &frame, limit: limit)
        return Array(frame[..<(count.flatMap { $0 } ?? 0)])
    }
}

import KernelTraceTestSupport
import KernelTraces
import Testing

/// A file in memory; its compression turns the bytes around.
private struct TurnedFile: FileAccess {
    static let method: TraceDatWriter.Method = ("turned", { $0.reversed() })

    let bytes: [UInt8]
    let methods: Set<String> = ["turned"]

    func read(at offset: Int64, count: Int) throws(KernelTraceError) -> [UInt8] {
        let start = Int(min(offset, Int64(bytes.count)))
        return Array(bytes[start..<min(start + count, bytes.count)])
    }

    func decompress(_ method: String, _ bytes: [UInt8], count: Int) -> [UInt8]? {
        method == "turned" && bytes.count == count ? bytes.reversed() : nil
    }
}

@Suite struct TraceDatTests {
    private let kernel = MadeUpKernel()

    private var writer: TraceDatWriter {
        var writer = TraceDatWriter(
            headerPage: RingWriter.Layout().headerPage, formats: kernel.tracepoints.map(\.format))
        writer.taskNames = Array("35 kcompactd0\n".utf8)
        writer.options = [
            (2, Array("CPU: 0\noverrun: 3\n".utf8)), (5, Array("Linux made-up".utf8)),
        ]
        return writer
    }

    private func rings(_ events: Int) -> [UInt8] {
        var writer = RingWriter()
        let record = kernel.tracepoints[0].record(pid: 35, [:])
        for number in 0..<events { writer.event(UInt64(number), record) }
        writer.endSubBuffer()
        return writer.bytes
    }

    @Test func filesOfBothVersionsSayTheSame() throws {
        let cpus = [rings(500), [], rings(7)]
        let others = [rings(3), rings(90), []]
        var writer = writer
        writer.instances = [("other", others)]
        for bytes in [
            writer.version6(cpus), writer.version7(cpus), writer.version7(cpus, TurnedFile.method),
        ] {
            let access = TurnedFile(bytes: bytes)
            let file = try TraceDatFile(access)
            #expect(file.description.formats.list.count == kernel.tracepoints.count)
            #expect(file.description.taskNames == [35: "kcompactd0"])
            #expect(file.description.statistics.lost == 3)
            #expect(file.system == "Linux made-up")
            #expect(file.buffers.map(\.name) == ["", "other"])
            #expect(file.cpus == [0, 1, 2, 0, 1, 2])
            var source = file.source(access)
            for (lane, cpu) in (cpus + others).enumerated() {
                var found: [UInt8] = []
                while let piece = try source.nextBytes(lane: lane) { found += piece }
                #expect(found == cpu)
            }
        }
    }

    @Test func aSectionIsNotReadOverAndOver() throws {
        var writer = writer
        writer.taskNames = [UInt8](repeating: 0x20, count: 1 << 20)
        let once = writer.version7([rings(1)])
        _ = try TraceDatFile(TurnedFile(bytes: once))
        // Where the names are stands in the option with their number.
        let key: [UInt8] = [21, 0, 8, 0, 0, 0]
        let start = try #require(once.indices.last { once[$0...].starts(with: key) })
        let place = Array(once[start + 6..<start + 14])
        writer.options += [(id: UInt16, bytes: [UInt8])](repeating: (21, place), count: 64)
        let bytes = writer.version7([rings(1)])
        #expect {
            try TraceDatFile(TurnedFile(bytes: bytes))
        } throws: { error in
            guard case .container(_, .tooLarge) = error as? KernelTraceError else { return false }
            return true
        }
    }
}

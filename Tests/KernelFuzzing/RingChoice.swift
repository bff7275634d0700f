import FuzzProperties
import KernelTraceTestSupport
import KernelTraces

/// Which kernel recorded, and how its buffers are laid out, by the first bytes of an input.
struct RingChoice {
    static let sizes = [64, 128, 256, 512, 1024, 4096, 100, 16_384]

    let layout: RingWriter.Layout
    let kernel: MadeUpKernel
    let cpuCount: Int
    /// Whether events are scripted, so that sub-buffers are sound.
    let isScript: Bool
    private let formats: EventFormats
    private let headerEvent: [UInt8]
    /// Whether `header_page` tells another size than that of the sub-buffers, which is given.
    private let hasOwnSize: Bool

    /// Kernels of all traits, with all tracepoints or some, and their formats, read once.
    private static let kernels = (0..<32).map { bits in
        var traits = MadeUpKernel.Traits()
        traits.hasLockDepth = bits & 1 != 0
        traits.showsPages = bits & 2 != 0
        traits.locatesNames = bits & 4 != 0
        // With fewer formats an import begins sooner.
        let kernel = MadeUpKernel(traits, part: bits / 8 == 3 ? nil : bits / 8)
        var formats = EventFormats()
        for tracepoint in kernel.tracepoints {
            // One that is refused is missed by every input.
            if let format = try? EventFormat(tracepoint.format) { try? formats.add(format) }
        }
        return (kernel, formats)
    }

    init(_ script: inout ByteScript) {
        var layout = RingWriter.Layout()
        layout.subBufferBytes = script.choice(Self.sizes)
        let shape = script.byte()
        switch shape % 4 {
        case 1: (layout.usedSize, layout.dataOffset) = (4, 12)
        case 2: (layout.timeOffset, layout.usedOffset) = (8, 0)
        case 3:
            (layout.timeOffset, layout.usedOffset, layout.usedSize, layout.dataOffset) =
                (4, 12, 4, 20)
        default: break
        }
        self.layout = layout
        let bits = script.byte()
        (kernel, formats) = Self.kernels[Int(bits & 31)]
        let last = script.byte()
        cpuCount = 1 + Int(last & 3)
        isScript = last & 0x80 != 0
        hasOwnSize = !isScript && shape & 0x80 != 0
        headerEvent = isScript ? RingWriter.headerEvent : Self.headerEvent(shape / 4 % 4)
    }

    /// The usual bits of an event's word, or others.
    private static func headerEvent(_ choice: UInt8) -> [UInt8] {
        let text = String(decoding: RingWriter.headerEvent, as: UTF8.self)
        let lines =
            switch choice {
            case 1:
                text.replacing("  5 bits", with: "  8 bits").replacing(" 27 bits", with: " 24 bits")
            case 2: text.replacing("\ttime_stamp : type == 31\n", with: "")
            case 3: text.replacing("== 28", with: "== 7")
            default: text
            }
        return Array(lines.utf8)
    }

    func description() throws(BrokenProperty) -> RecordingDescription {
        try require(
            formats.list.count == kernel.tracepoints.count, "a made-up format is refused")
        var page = layout
        if hasOwnSize { page.subBufferBytes = 4096 }
        do {
            return RecordingDescription(
                formats: formats,
                layout: try RingLayout(
                    headerPage: page.headerPage, headerEvent: headerEvent,
                    subBufferBytes: hasOwnSize ? layout.subBufferBytes : nil),
                taskNames: RecordingDescription.taskNames(Self.taskNames))
        } catch {
            throw BrokenProperty("a made-up kernel is refused: \(error)")
        }
    }

    /// A file of `trace-cmd` that says the same.
    var file: TraceDatWriter {
        var file = TraceDatWriter(
            headerPage: layout.headerPage, formats: kernel.tracepoints.map(\.format))
        file.taskNames = Self.taskNames
        return file
    }

    private static let taskNames = Array("35 kcompactd0\n45 kswapd0\n1001 fs-tlsd\n".utf8)

    /// Sub-buffers, given to the CPUs in turn; the last one may be cut off.
    func dealt(_ bytes: [UInt8]) -> [[UInt8]] {
        var cpus = [[UInt8]](repeating: [], count: cpuCount)
        for (number, start) in stride(from: 0, to: bytes.count, by: layout.subBufferBytes)
            .enumerated()
        {
            cpus[number % cpuCount] +=
                bytes[start..<min(start + layout.subBufferBytes, bytes.count)]
        }
        return cpus
    }
}

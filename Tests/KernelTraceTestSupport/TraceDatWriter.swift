/// Makes a file of `trace-cmd`, version 6 or 7.
public struct TraceDatWriter {
    /// A method of compression: its name, and what it makes of bytes.
    public typealias Method = (name: String, pack: @Sendable ([UInt8]) -> [UInt8])

    /// The file `header_page`.
    public var headerPage: [UInt8]
    /// The file `header_event`.
    public var headerEvent = RingWriter.headerEvent
    /// Format files.
    public var formats: [[UInt8]]
    /// The file `saved_cmdlines`.
    public var taskNames: [UInt8] = []
    /// Options with their numbers, such as counts of a CPU's buffer (2).
    public var options: [(id: UInt16, bytes: [UInt8])] = []
    /// Instances beside the top one, with as many CPUs.
    public var instances: [(name: String, cpus: [[UInt8]])] = []

    private var file: [UInt8] = []

    /// Makes a writer for a recording that is described like this.
    public init(headerPage: [UInt8], formats: [[UInt8]]) {
        self.headerPage = headerPage
        self.formats = formats
    }

    /// A file of version 6 with the sub-buffers of these CPUs.
    public func version6(_ cpus: [[UInt8]]) -> [UInt8] {
        var writer = self
        writer.begin("6")
        writer.file += writer.headers + Self.word32(0) + writer.systems
        // No symbols, and no formats of trace_printk.
        writer.file += Self.word32(0) + Self.word32(0)
        writer.file += Self.word64(taskNames.count) + taskNames
        writer.file += Self.word32(cpus.count) + Self.text("options  ")
        for option in options { writer.file += Self.option(option.id, option.bytes) }
        var places: [Int] = []
        for instance in instances {
            places.append(writer.file.count + 6)
            writer.file += Self.option(3, Self.word64(0) + Self.text(instance.name))
        }
        writer.file += Self.word16(0)
        writer.addData(cpus)
        for (place, instance) in zip(places, instances) {
            writer.put(writer.file.count, at: place)
            writer.addData(instance.cpus)
        }
        return writer.file
    }

    /// Adds the places of all CPUs' data in version 6, and the data.
    private mutating func addData(_ cpus: [[UInt8]]) {
        file += Self.text("flyrecord")
        var offset = file.count + cpus.count * 16
        for cpu in cpus {
            file += Self.word64(offset) + Self.word64(cpu.count)
            offset += cpu.count
        }
        file += cpus.flatMap { $0 }
    }

    private mutating func put(_ value: Int, at place: Int) {
        file.replaceSubrange(place..<place + 8, with: Self.word64(value))
    }

    /// A file of version 7 with the sub-buffers of these CPUs.
    public func version7(_ cpus: [[UInt8]], _ method: Method? = nil) -> [UInt8] {
        var writer = self
        writer.begin("7")
        writer.file += Self.text(method?.name ?? "none") + Self.text("1")
        let start = writer.file.count
        writer.file += Self.word64(0)
        var places: [UInt8] = []
        for (id, bytes) in [
            (16, headers), (17, Self.word32(0)), (18, systems),
            (21, Self.word64(taskNames.count) + taskNames),
        ] as [(UInt16, [UInt8])] {
            places += Self.option(id, Self.word64(writer.file.count))
            writer.file += Self.section(id, bytes, method)
        }
        for option in options { places += Self.option(option.id, option.bytes) }
        for (name, cpus) in [("", cpus)] + instances {
            places += Self.option(3, writer.addBuffer(name, cpus, method))
        }
        places += Self.option(0, Self.word64(0))
        writer.put(writer.file.count, at: start)
        return writer.file + Self.section(0, places, method)
    }

    private mutating func begin(_ version: String) {
        file = [0x17, 0x08, 0x44] + Self.text("tracing" + version)
        // Little-endian, numbers of 64 bits, and the host's page.
        file += [0, 8] + Self.word32(4096)
    }

    private var headers: [UInt8] {
        Self.text("header_page") + Self.word64(headerPage.count) + headerPage
            + Self.text("header_event") + Self.word64(headerEvent.count) + headerEvent
    }

    /// Formats of the tracer itself, of which there are none, and of one system.
    private var systems: [UInt8] {
        let list = formats.flatMap { Self.word64($0.count) + $0 }
        return Self.word32(1) + Self.text("made_up") + Self.word32(formats.count) + list
    }

    /// Adds the data of an instance's CPUs in version 7, and gives the option that tells where it is.
    private mutating func addBuffer(
        _ name: String, _ cpus: [[UInt8]], _ method: Method?
    ) -> [UInt8] {
        var option = Self.word64(file.count) + Self.text(name) + Self.text("mono")
        option += Self.word32(0) + Self.word32(cpus.count)
        file += Self.word16(3) + Self.word16(method == nil ? 0 : 1) + Self.word32(0)
        file += Self.word64(0)
        for (number, cpu) in cpus.enumerated() {
            let data = method.map { Self.pieces(cpu, $0) } ?? cpu
            option += Self.word32(number) + Self.word64(file.count) + Self.word64(data.count)
            file += data
        }
        return option
    }

    /// Bytes as compressed pieces of at most 1024.
    private static func pieces(_ bytes: [UInt8], _ method: Method) -> [UInt8] {
        let starts = stride(from: 0, to: bytes.count, by: 1024)
        return starts.reduce(word32(Array(starts).count)) { data, start in
            data + packed(Array(bytes[start..<min(start + 1024, bytes.count)]), method)
        }
    }

    private static func packed(_ bytes: [UInt8], _ method: Method) -> [UInt8] {
        let packed = method.pack(bytes)
        return word32(packed.count) + word32(bytes.count) + packed
    }

    private static func section(_ id: UInt16, _ bytes: [UInt8], _ method: Method?) -> [UInt8] {
        let content = method.map { packed(bytes, $0) } ?? bytes
        return word16(id) + word16(method == nil ? 0 : 1) + word32(0) + word64(content.count)
            + content
    }

    private static func option(_ id: UInt16, _ bytes: [UInt8]) -> [UInt8] {
        word16(id) + word32(bytes.count) + bytes
    }

    private static func text(_ text: String) -> [UInt8] { Array(text.utf8) + [0] }
    private static func word16(_ value: UInt16) -> [UInt8] { word(UInt64(value), 2) }
    private static func word32(_ value: Int) -> [UInt8] { word(UInt64(value), 4) }
    private static func word64(_ value: Int) -> [UInt8] { word(UInt64(value), 8) }
    private static func word(_ value: UInt64, _ size: Int) -> [UInt8] {
        (0..<size).map { UInt8(truncatingIfNeeded: value >> UInt64($0 * 8)) }
    }
}

/// What the parts of a `trace.dat` file say, while it is read.
struct TraceDatContents {
    /// Sections beyond these are not of this world.
    private static let sectionBytesMax = 1 << 26
    private static let countMax: UInt32 = 1 << 16

    var formats = EventFormats()
    var taskNames: [Int32: String] = [:]
    var statistics = RingStatistics()
    var buffers: [TraceDatFile.Buffer] = []
    var system = ""
    var hasText = false
    private var headerPage: [UInt8]?
    private var headerEvent: [UInt8] = []
    private var clock = ""
    private var subBufferBytes: Int?
    private var cpuCount = 0
    private var sectionBytes: UInt64 = 0

    func layout() throws(KernelTraceError) -> RingLayout? {
        guard let headerPage else { return nil }
        return try RingLayout(
            headerPage: headerPage, headerEvent: headerEvent, subBufferBytes: subBufferBytes)
    }

    // MARK: Parts that both versions have

    private mutating func readHeaders(_ cursor: inout ByteCursor) throws(KernelTraceError) {
        headerPage = try named("header_page", &cursor)
        headerEvent = try named("header_event", &cursor)
    }

    private func named(
        _ name: String, _ cursor: inout ByteCursor
    ) throws(KernelTraceError) -> [UInt8] {
        guard try cursor.text() == name else { throw cursor.fault(.unexpectedSection) }
        return try cursor.bytes(try cursor.number64(), atMost: EventFormat.bytesMax)
    }

    private mutating func readFormats(_ cursor: inout ByteCursor) throws(KernelTraceError) {
        let count = try cursor.number32()
        guard count <= Self.countMax else { throw cursor.fault(.tooLarge) }
        for _ in 0..<count {
            let bytes = try cursor.bytes(try cursor.number64(), atMost: EventFormat.bytesMax)
            try formats.add(try EventFormat(bytes))
        }
    }

    private mutating func readSystems(_ cursor: inout ByteCursor) throws(KernelTraceError) {
        let count = try cursor.number32()
        guard count <= Self.countMax else { throw cursor.fault(.tooLarge) }
        for _ in 0..<count {
            _ = try cursor.text()
            try readFormats(&cursor)
        }
    }

    /// Counts CPUs of all instances, before memory is taken for them.
    private mutating func addCpus(
        _ count: UInt32, _ cursor: ByteCursor
    ) throws(KernelTraceError) {
        cpuCount += Int(count)
        guard cpuCount <= Int(Self.countMax) else { throw cursor.fault(.tooLarge) }
    }

    private mutating func readNames(_ cursor: inout ByteCursor) throws(KernelTraceError) {
        let bytes = try cursor.bytes(try cursor.number64(), atMost: Self.sectionBytesMax)
        taskNames = RecordingDescription.taskNames(bytes)
    }

    private mutating func readOption(_ id: UInt16, _ bytes: [UInt8]) {
        let text = bytes.prefix { $0 != 0 }
        switch id {
        case 2: statistics.add(Array(text))
        case 4:
            // All clocks of the kernel, the one in use in brackets.
            let chosen = text.drop { $0 != UInt8(ascii: "[") }.dropFirst()
            clock = string(chosen.prefix { $0 != UInt8(ascii: "]") })
        case 5: system = string(text)
        default: break
        }
    }

    // MARK: Version 6

    mutating func readVersion6(
        _ cursor: inout ByteCursor, _ access: any FileAccess
    ) throws(KernelTraceError) {
        try readHeaders(&cursor)
        try readFormats(&cursor)
        try readSystems(&cursor)
        // Symbols of the kernel, and formats of trace_printk.
        for _ in 0..<2 { try cursor.skip(UInt64(try cursor.number32())) }
        try readNames(&cursor)
        let cpus = try cursor.number32()
        guard cpus <= Self.countMax else { throw cursor.fault(.tooLarge) }
        var instances: [(offset: Int64, name: String)] = []
        var part = try cursor.text()
        if part == "options  " {
            try readOptions6(&cursor, &instances)
            part = try cursor.text()
        }
        guard part != "latency  " else { throw cursor.fault(.latencyText) }
        guard part == "flyrecord" else { throw cursor.fault(.unexpectedSection) }
        try readBuffer6("", cpus, &cursor)
        for instance in instances {
            var cursor = ByteCursor(access, at: instance.offset)
            guard try cursor.text() == "flyrecord" else {
                throw cursor.fault(.unexpectedSection)
            }
            try readBuffer6(instance.name, cpus, &cursor)
        }
    }

    private mutating func readOptions6(
        _ cursor: inout ByteCursor, _ instances: inout [(offset: Int64, name: String)]
    ) throws(KernelTraceError) {
        while true {
            let id = try cursor.number16()
            guard id != 0 else { return }
            let size = try cursor.number32()
            let start = cursor.position
            let bytes = try cursor.bytes(UInt64(size), atMost: Self.sectionBytesMax)
            guard id == 3 else {
                readOption(id, bytes)
                continue
            }
            guard instances.count < Int(Self.countMax) else { throw cursor.fault(.tooLarge) }
            var option = ByteCursor(bytes, ofSectionAt: start)
            instances.append((try option.offset(), try option.text()))
        }
    }

    private mutating func readBuffer6(
        _ name: String, _ count: UInt32, _ cursor: inout ByteCursor
    ) throws(KernelTraceError) {
        try addCpus(count, cursor)
        var cpus: [TraceDatFile.CpuData] = []
        for cpu in 0..<count {
            let offset = try cursor.offset()
            let size = try cursor.number64()
            cpus.append(TraceDatFile.CpuData(cpu: Int32(cpu), offset: offset, size: size))
        }
        buffers.append(TraceDatFile.Buffer(name: name, clock: clock, cpus: cpus, method: nil))
    }

    // MARK: Version 7

    mutating func readVersion7(
        _ cursor: inout ByteCursor, _ access: any FileAccess
    ) throws(KernelTraceError) {
        let method = try cursor.text()
        _ = try cursor.text()
        guard method == "none" || access.methods.contains(method) else {
            throw cursor.fault(.unknownCompression(method))
        }
        var next = try cursor.offset()
        var seen: Set<Int64> = []
        while next != 0 {
            guard seen.insert(next).inserted, seen.count <= Int(Self.countMax) else {
                throw .container(offset: next, problem: .circularSections)
            }
            next = try readOptions7(next, method, access)
        }
    }

    /// The bytes of a section, decompressed.
    ///
    /// All of them together are limited: a file could name the same one over and over.
    private mutating func section(
        _ id: UInt16, at offset: Int64, _ method: String, _ access: any FileAccess
    ) throws(KernelTraceError) -> ByteCursor {
        var cursor = ByteCursor(access, at: offset)
        guard try cursor.number16() == id else { throw cursor.fault(.unexpectedSection) }
        let isCompressed = try cursor.number16() & 1 != 0
        _ = try cursor.number32()
        let size = try cursor.number64()
        guard isCompressed else {
            try addSection(size, cursor)
            let bytes = try cursor.bytes(size, atMost: Self.sectionBytesMax)
            return ByteCursor(bytes, ofSectionAt: offset)
        }
        let packedSize = try cursor.number32()
        let plainSize = try cursor.number32()
        try addSection(UInt64(plainSize), cursor)
        let packed = try cursor.bytes(UInt64(packedSize), atMost: Self.sectionBytesMax)
        guard let plain = access.decompress(method, packed, count: Int(plainSize)),
            plain.count == Int(plainSize)
        else { throw cursor.fault(.badCompression) }
        return ByteCursor(plain, ofSectionAt: offset)
    }

    private mutating func addSection(
        _ bytes: UInt64, _ cursor: ByteCursor
    ) throws(KernelTraceError) {
        guard bytes <= UInt64(Self.sectionBytesMax) - sectionBytes else {
            throw cursor.fault(.tooLarge)
        }
        sectionBytes += bytes
    }

    /// Reads a section of options, and gives the place of the next one, 0 where there is none.
    private mutating func readOptions7(
        _ start: Int64, _ method: String, _ access: any FileAccess
    ) throws(KernelTraceError) -> Int64 {
        var options = try section(0, at: start, method, access)
        while true {
            let id = try options.number16()
            let size = try options.number32()
            let bytes = try options.bytes(UInt64(size), atMost: Self.sectionBytesMax)
            var option = ByteCursor(bytes, ofSectionAt: start)
            switch id {
            case 0: return size >= 8 ? try option.offset() : 0
            case 3: try readBuffer7(&option, method, access)
            case 16...18, 21:
                var part = try section(id, at: try option.offset(), method, access)
                try readSection7(id, &part)
            case 22: hasText = true
            default: readOption(id, bytes)
            }
        }
    }

    private mutating func readSection7(
        _ id: UInt16, _ part: inout ByteCursor
    ) throws(KernelTraceError) {
        switch id {
        case 16: try readHeaders(&part)
        case 17: try readFormats(&part)
        case 18: try readSystems(&part)
        default: try readNames(&part)
        }
    }

    private mutating func readBuffer7(
        _ option: inout ByteCursor, _ method: String, _ access: any FileAccess
    ) throws(KernelTraceError) {
        let start = try option.offset()
        let name = try option.text()
        let clock = try option.text()
        // The size of its sub-buffers, which can differ from what the kernel's description says.
        let pageBytes = Int(try option.number32())
        guard pageBytes == 0 || subBufferBytes == nil || subBufferBytes == pageBytes else {
            throw option.fault(.unexpectedSection)
        }
        if pageBytes > 0 { subBufferBytes = pageBytes }
        let count = try option.number32()
        try addCpus(count, option)
        var header = ByteCursor(access, at: start)
        guard try header.number16() == 3 else { throw header.fault(.unexpectedSection) }
        let isCompressed = try header.number16() & 1 != 0
        var cpus: [TraceDatFile.CpuData] = []
        for _ in 0..<count {
            let cpu = try option.number32()
            guard let cpu = Int32(exactly: cpu) else { throw option.fault(.tooLarge) }
            let offset = try option.offset()
            let size = try option.number64()
            cpus.append(TraceDatFile.CpuData(cpu: cpu, offset: offset, size: size))
        }
        buffers.append(
            TraceDatFile.Buffer(
                name: name, clock: clock, cpus: cpus, method: isCompressed ? method : nil))
    }
}

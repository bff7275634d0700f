import KernelTraces

/// The ring of one CPU.
struct CpuRing {
    let cpu: Int32
    /// Its binary pipe, open without waiting.
    let descriptor: Int32
    /// What it had lost when it was asked last.
    private var lost: UInt64 = 0

    private init(cpu: Int32, descriptor: Int32) {
        self.cpu = cpu
        self.descriptor = descriptor
    }

    /// Opens the rings of an instance, ascending by CPU; CPUs without one are left out.
    static func open(_ instance: String) -> [CpuRing] {
        HostCalls.names(in: "\(instance)/per_cpu")
            .compactMap { $0.hasPrefix("cpu") ? Int32($0.dropFirst(3)) : nil }
            .sorted()
            .compactMap { cpu in
                let path = "\(instance)/per_cpu/cpu\(cpu)/trace_pipe_raw"
                let descriptor = HostCalls.openToRead(path)
                return descriptor < 0 ? nil : CpuRing(cpu: cpu, descriptor: descriptor)
            }
    }

    /// Events lost since the last call.
    mutating func takeLosses(_ instance: String) -> UInt64 {
        guard case .success(let bytes) = HostFile.bytes("\(instance)/per_cpu/cpu\(cpu)/stats")
        else { return 0 }
        var statistics = RingStatistics()
        statistics.add(bytes)
        defer { lost = statistics.lost }
        return statistics.lost > lost ? statistics.lost - lost : 0
    }
}

/// How large rings are where nobody says it.
enum RingSize {
    static let wantedBytes = 4 << 20
    private static let leastBytes = 64 << 10
    /// All rings together take at most this part of the memory that is available.
    private static let share = 32

    /// Bytes of the ring of each of so many CPUs, as memory allows.
    static func standardBytes(cpus: Int) -> Int {
        standardBytes(cpus: cpus, availableBytes: MemoryFacts.availableBytes)
    }

    static func standardBytes(cpus: Int, availableBytes: Int64?) -> Int {
        guard let availableBytes, cpus > 0 else { return wantedBytes }
        let fitting = Int(availableBytes / Int64(share * cpus)) & ~4095
        return min(wantedBytes, max(leastBytes, fitting))
    }
}

/// What `/proc/meminfo` says of the machine.
enum MemoryFacts {
    static var availableBytes: Int64? { value("MemAvailable:") }
    static var totalBytes: Int64? { value("MemTotal:") }

    private static func value(_ name: String) -> Int64? {
        guard case .success(let bytes) = HostFile.bytes("/proc/meminfo") else { return nil }
        return value(name, bytes)
    }

    static func value(_ name: String, _ bytes: [UInt8]) -> Int64? {
        var scan = TextScan(bytes)
        while var line = scan.line() {
            guard line.take(name) else { continue }
            guard let kilobytes = line.number() else { return nil }
            let (product, overflows) = kilobytes.multipliedReportingOverflow(by: 1024)
            return overflows ? nil : product
        }
        return nil
    }
}

import Glibc
public import KernelTraces

/// The tracing of a host: an instance of tracefs with our tracepoints, and its rings to be read.
///
/// Nothing outside the instance is changed. It is removed with this value at the latest.
public final class HostTracing {
    /// What is asked for.
    public struct Options: Sendable {
        /// Where tracefs is mounted; `nil` looks for it.
        public var tracefs: String?
        /// How much is recorded, 0 to 3.
        public var detail: Int
        /// Bytes of the ring of each CPU; `nil` is 4 MiB, or less where memory is short.
        public var ringBytes: Int?

        /// Makes options.
        public init(tracefs: String? = nil, detail: Int = 1, ringBytes: Int? = nil) {
            self.tracefs = tracefs
            self.detail = detail
            self.ringBytes = ringBytes
        }
    }

    /// What is recorded.
    public let plan: TracepointPlan
    /// The formats of what is recorded, and of marks.
    public let formats: EventFormats
    /// Where things are in what one read gives.
    public let layout: RingLayout
    /// CPUs with a ring, ascending.
    public let cpus: [Int32]
    /// Bytes of the ring of each CPU.
    public let ringBytes: Int
    /// Instances of recordings that were killed: which were removed, and which could not be.
    public let staleInstances: (removed: [String], left: [String])

    /// The folder of tracefs.
    public let tracefs: String

    private let instance: TraceInstance
    private var rings: [CpuRing]
    private var buffer: [UInt8]

    /// Makes the instance and sets it up, with tracing still off.
    ///
    /// - Throws: `LinuxHostError`.
    public init(_ options: Options) throws(LinuxHostError) {
        tracefs = try TracefsFolder.find(options.tracefs)
        staleInstances = StaleInstances.remove(tracefs: tracefs)
        let instance = try TraceInstance(tracefs: tracefs, name: HostProcess.instanceName)
        self.instance = instance
        let known = TracepointFolder(tracefs: tracefs)
        plan = TracepointPlan(detail: options.detail) { known.fields($0) }
        guard !plan.tracepoints.isEmpty else { throw .noTracepoints(path: tracefs) }
        formats = try known.formats(plan.tracepoints.map(\.path) + ["ftrace/print"])
        layout = try known.layout(subBufferBytes: Self.subBufferBytes(instance))
        rings = CpuRing.open(instance.path)
        cpus = rings.map(\.cpu)
        ringBytes = options.ringBytes ?? RingSize.standardBytes(cpus: rings.count)
        buffer = [UInt8](repeating: 0, count: layout.subBufferBytes)
        try Self.setUp(instance, plan, ringBytes)
    }

    deinit { _ = remove() }

    private static func setUp(
        _ instance: TraceInstance, _ plan: TracepointPlan, _ ringBytes: Int
    ) throws(LinuxHostError) {
        try instance.write(String(max(1, ringBytes >> 10)), to: "buffer_size_kb")
        try instance.write("mono", to: "trace_clock")
        // A wait for events ends when a quarter of a ring is full; the rest is a matter of time.
        instance.writeIfThere("25", to: "buffer_percent")
        for tracepoint in plan.tracepoints {
            let folder = "events/\(tracepoint.path)"
            if let filter = tracepoint.filter { try instance.write(filter, to: folder + "/filter") }
            try instance.write("1", to: folder + "/enable")
        }
    }

    /// What one read of a ring gives: a page, or what newer kernels call a sub-buffer.
    private static func subBufferBytes(_ instance: TraceInstance) -> Int {
        let kilobytes = HostFile.text("\(instance.path)/buffer_subbuf_size_kb").flatMap { Int($0) }
        return max(HostCalls.pageBytes, (kilobytes ?? 0) << 10)
    }

    /// Turns tracing on.
    ///
    /// - Returns: The clocks at the mark that the trace begins with.
    /// - Throws: `LinuxHostError`.
    public func start() throws(LinuxHostError) -> ClockMark {
        try instance.write("1", to: "tracing_on")
        return mark()
    }

    /// Writes a mark into the trace that tells the wall clock's time.
    private func mark() -> ClockMark {
        let mark = ClockMark.now
        instance.writeIfThere(mark.text, to: "trace_marker")
        return mark
    }

    /// Waits until there is much to read, a signal comes, or the time is over.
    public func wait(milliseconds: Int32) {
        HostCalls.wait(for: rings.map(\.descriptor), milliseconds: milliseconds)
    }

    /// Reads everything that is there.
    ///
    /// A CPU that writes faster than it is read is left after as many sub-buffers as its ring has.
    ///
    /// - Parameter body: Takes a sub-buffer of a CPU.
    /// - Throws: `LinuxHostError`, and what `body` throws.
    public func drain(
        _ body: (_ cpu: Int32, _ subBuffer: ArraySlice<UInt8>) throws -> Void
    ) throws {
        let readsMax = 2 * max(1, ringBytes / layout.subBufferBytes) + 2
        // Taken out of self while it is filled, and put back for its memory.
        var buffer: [UInt8] = []
        swap(&buffer, &self.buffer)
        defer { swap(&buffer, &self.buffer) }
        for ring in rings {
            for _ in 0..<readsMax {
                let count = HostCalls.read(ring.descriptor, &buffer)
                if count == 0 || count == -Int(EAGAIN) || count == -Int(ENODEV) { break }
                guard count > 0 else {
                    throw LinuxHostError.system(
                        step: "reading the ring of CPU \(ring.cpu)", path: instance.path,
                        errno: Int32(-count))
                }
                try body(ring.cpu, buffer[..<count])
            }
        }
    }

    /// Events that the rings have lost since the last call.
    public func takeLosses() -> UInt64 {
        var lost: UInt64 = 0
        for position in rings.indices { lost &+= rings[position].takeLosses(instance.path) }
        return lost
    }

    /// Has the switches of these threads recorded, besides those of the reclaim threads.
    ///
    /// - Returns: Whether the kernel does so. Otherwise it records those of the reclaim threads only.
    public func recordSwitches(of threads: [Int32]) -> Bool {
        let filter = SchedulerFilter.switches(of: threads)
        let folder = "\(instance.path)/events/\(TracepointWish.switchPath)"
        if HostFile.write(filter, to: folder + "/filter") == 0 { return true }
        // A kernel that cannot read a filter takes none in its place, and would record all.
        if HostFile.write(SchedulerFilter.switches(of: []), to: folder + "/filter") != 0 {
            _ = HostFile.write("0", to: folder + "/enable")
        }
        return false
    }

    /// Processor time of this process so far in nanoseconds, of all its threads.
    public static var processorNs: Int64 { HostCalls.processorNs }

    /// The most memory that this process has had at once, in bytes.
    public static var peakMemoryBytes: Int64 { HostCalls.peakMemoryBytes }

    /// Ends the tracing; what is in the rings can still be read.
    ///
    /// - Returns: The clocks at the mark that the trace ends with.
    public func stop() -> ClockMark {
        let mark = mark()
        instance.writeIfThere("0", to: "tracing_on")
        return mark
    }

    /// Gives everything back.
    ///
    /// - Returns: What could not be removed, or `nil`.
    public func remove() -> String? {
        for ring in rings { HostCalls.close(ring.descriptor) }
        rings = []
        return instance.remove() == 0 ? nil : instance.path
    }
}

/// The clocks at a mark in the trace.
public struct ClockMark: Equatable, Sendable {
    /// The monotonic clock, which is the trace's, in nanoseconds.
    public var monotonicNs: Int64
    /// Nanoseconds since 1970.
    public var wallNs: Int64

    /// The clocks as they are.
    public static var now: ClockMark {
        ClockMark(monotonicNs: HostCalls.monotonicNs, wallNs: HostCalls.wallNs)
    }

    /// What a mark looks like in the trace; imports of other recorders' traces know it, too.
    var text: String { "ktls-trace sync mono=\(monotonicNs) real=\(wallNs)" }
}

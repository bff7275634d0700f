public import TraceCore

/// What the engine computes with, apart from the host, the inputs and the policy.
///
/// Costs are the estimates of engine specification 7.3; each can be set by its name.
public struct ModelParameters: Sendable, Equatable {
    /// One setting, in the `model` group.
    public typealias Field = SettingField<ModelParameters>

    /// Keys the engine's own draws (dispatch); separate from the scenario's seed.
    public var salt: Int64 = 1
    /// Kernel ticks per second.
    public var hz: Int64 = 1000
    /// The tick counter at the start: 600 s before the wrap, as in FreeBSD (engine specification
    /// 2), whatever `hz` is, until it is set.
    public var ticksAtStart: Int64 {
        get { chosenTicksAtStart ?? Int64(Int32.max) - 600 * hz }
        set { chosenTicksAtStart = newValue }
    }
    private var chosenTicksAtStart: Int64?
    /// Interval of `sample` and `service` events.
    public var sampleIntervalNs: Int64 = 100_000_000
    /// Interval of `counter` events.
    public var counterIntervalNs: Int64 = 1_000_000_000
    /// Longest stretch of a scan or of relocations that runs as one step against live state.
    public var sliceNs: Int64 = 1_000_000
    /// Cost of one visited page in a scan.
    public var scanVisitNs: Int64 = 60
    /// Added cost of a visited page that has an object.
    public var scanObjectLockNs: Int64 = 40
    /// Cost of relocating one page.
    public var relocatePageNs: Int64 = 2500
    /// Cost of looking at one page of a run that needs no move.
    public var checkPageNs: Int64 = 100
    /// Length of one turn of the old thread's spin.
    public var spinTurnNs: Int64 = 600
    /// Added length of such a turn for each queued reservation it walks past.
    public var partpopStepNs: Int64 = 30
    /// Cost of a buffer from the CPU's cache.
    public var hitCpuNs: Int64 = 30
    /// Cost of a buffer from the domain's list.
    public var hitListNs: Int64 = 200
    /// Cost of a successful import.
    public var importNs: Int64 = 900
    /// Cost of a failed import.
    public var importFailNs: Int64 = 1200
    /// Cost of one fallback page.
    public var fallbackPageNs: Int64 = 250
    /// Time to encrypt one record.
    public var encryptRecordNs: Int64 = 5000
    /// Time between clearing `running` and being on the sleep queue.
    public var lostWakeupWindowNs: Int64 = 500
    /// Cost of switching to the reclaim thread when it waited for a busy CPU.
    public var contextSwitchNs: Int64 = 2000
    /// Longest stretch of a worker before a waiting thread gets the CPU.
    public var workerSliceNs: Int64 = 10_000_000
    /// Share of each CPU's time taken by threads outside the model, in millionths.
    public var otherLoadPpm: Int64 = 100_000
    /// Window in which such a thread runs once on each CPU.
    public var otherWindowNs: Int64 = 1_000_000
    /// Buffers asked for when a bucket is filled (`bucket_size` at the start).
    public var bucketSize: Int64 = 1
    /// 1: the bucket size grows with contention and shrinks with reclaims. 0: it stays.
    public var bucketGrowth: Int64 = 1
    /// How long a CPU that touches a domain's list of buckets holds its lock.
    public var zoneLockNs: Int64 = 150

    /// Is there a page daemon in each domain? 0 or 1.
    public var pageDaemon: Int64 = 0
    /// Cost of evicting one page; an estimate.
    public var evictPageNs: Int64 = 1000
    /// Pages per second and domain that the laundry writes; an estimate.
    public var launderPagesPerSecond: Int64 = 5120
    /// Pages that a page cache takes at a time, and half of what it holds at most; 0 = no caches.
    public var pgcachePages: Int64 = 0

    /// Makes the defaults.
    public init() {}

    /// Equal when every setting has the same value, whether chosen or the default.
    public static func == (left: Self, right: Self) -> Bool {
        fields.allSatisfy { left[keyPath: $0.path] == right[keyPath: $0.path] }
    }

    /// All settings, in the order of their names.
    public static var fields: [Field] {
        let cost: ClosedRange<Int64> = 0...1_000_000_000
        return [
            Field("bucket_growth", \.bucketGrowth, 0...1, "does the bucket size change"),
            Field("bucket_size", \.bucketSize, 1...254, "buffers per bucket import"),
            Field("check_page_ns", \.checkPageNs, cost, "look at a page of a run"),
            Field("context_switch_ns", \.contextSwitchNs, cost, "switch after a wait for a CPU"),
            Field(
                "counter_interval_ns", \.counterIntervalNs, 1_000_000...3_600_000_000_000,
                "time between readings of FreeBSD's counters"),
            Field("encrypt_record_ns", \.encryptRecordNs, cost, "encrypt one record"),
            Field("evict_page_ns", \.evictPageNs, 1...1_000_000, "evict one page"),
            Field("fallback_page_ns", \.fallbackPageNs, cost, "one fallback page"),
            Field("hit_cpu_ns", \.hitCpuNs, cost, "a buffer from the CPU's cache"),
            Field("hit_list_ns", \.hitListNs, cost, "a buffer from the domain's list"),
            Field("hz", \.hz, 1...10_000, "kernel ticks per second"),
            Field("import_fail_ns", \.importFailNs, cost, "a failed import"),
            Field("import_ns", \.importNs, cost, "a successful import"),
            Field(
                "launder_pages_per_second", \.launderPagesPerSecond, 0...10_000_000,
                "pages the laundry writes"),
            Field("lost_wakeup_window_ns", \.lostWakeupWindowNs, cost, "running=0 to asleep"),
            Field("other_load_ppm", \.otherLoadPpm, 0...990_000, "CPU share of other threads"),
            Field("other_window_ns", \.otherWindowNs, 1000...1_000_000_000, "their period"),
            Field("page_daemon", \.pageDaemon, 0...1, "a page daemon in each domain"),
            Field("pgcache_pages", \.pgcachePages, 0...256, "batch of a CPU's page cache"),
            Field("partpop_step_ns", \.partpopStepNs, 0...1_000_000, "a queued reservation"),
            Field("relocate_page_ns", \.relocatePageNs, cost, "relocate one page"),
            Field("salt", \.salt, 0...Int64.max, "key of the engine's own draws"),
            Field(
                "sample_interval_ns", \.sampleIntervalNs, 1_000_000...3_600_000_000_000,
                "time between samples"),
            Field("scan_object_lock_ns", \.scanObjectLockNs, cost, "object lock in a scan"),
            Field("scan_visit_ns", \.scanVisitNs, 1...1_000_000, "visit one page in a scan"),
            Field("slice_ns", \.sliceNs, 1000...1_000_000_000, "longest uninterrupted step"),
            Field("spin_turn_ns", \.spinTurnNs, 1...1_000_000, "one turn of the old spin"),
            Field(
                "ticks_at_start", \.ticksAtStart, Int64(Int32.min)...Int64(Int32.max),
                "tick counter at the start"),
            Field("worker_slice_ns", \.workerSliceNs, cost, "longest worker stretch"),
            Field("zone_lock_ns", \.zoneLockNs, cost, "a list's lock is held"),
        ]
    }

    /// Changes one setting by its name, without the group.
    ///
    /// - Throws: `ParameterError.unknown`, `.outOfRange`.
    public mutating func set(_ name: String, to value: Int64) throws(ParameterError) {
        try Field.change(name, to: value, of: &self, fields: Self.fields, group: "model")
    }

    /// Writes all settings into the `model` group.
    public func write(to parameters: inout ParameterList) {
        for field in Self.fields {
            parameters.set("model." + field.name, self[keyPath: field.path])
        }
        parameters["model.costs"] = "estimated"
        parameters["model.arrivals"] = "open"
    }

    /// Reads the settings back; those that are missing keep their defaults.
    ///
    /// - Throws: `ParameterError.outOfRange` for a value that is not a number or not allowed.
    public init(_ parameters: ParameterList) throws(ParameterError) {
        self.init()
        for field in Self.fields {
            let name = "model." + field.name
            guard let text = parameters[name] else { continue }
            guard let value = Int64(text), field.range.contains(value) else {
                throw .outOfRange(name: name, value: text, allowed: field.range)
            }
            self[keyPath: field.path] = value
        }
    }
}

/// What can be wrong with a named setting.
public enum ParameterError: Error, Equatable, Sendable {
    /// Not a number, or outside the allowed values.
    case outOfRange(name: String, value: String, allowed: ClosedRange<Int64>)
    /// A setting that must be there is not.
    case missing(name: String)
    /// A name that nothing reads.
    case unknown(name: String)
    /// Settings that are each allowed and cannot be together.
    case contradiction(problem: String)
}

extension ParameterError: CustomStringConvertible {
    /// One sentence that says what is wrong.
    public var description: String {
        switch self {
        case .outOfRange(let name, let value, let allowed):
            "\(name)=\(value): must be a whole number from \(allowed.lowerBound) to "
                + "\(allowed.upperBound)"
        case .missing(let name): "\(name) is missing"
        case .unknown(let name): "\(name): there is no such setting"
        case .contradiction(let problem): problem
        }
    }
}

/// What an event kind stands for, of the meanings that an analysis reads.
///
/// The raw value is the name of the standard kind, which is what `EventKind.meaning` holds.
enum Meaning: String, CaseIterable {
    case allocFail = "alloc_fail"
    case allocFallback = "alloc_fallback"
    case wakeRequest = "wake_request"
    case wakeSend = "wake_send"
    case threadRun = "thread_run"
    case threadSleep = "thread_sleep"
    case onCPU = "on_cpu"
    case batchBegin = "batch_begin"
    case batchPass = "batch_pass"
    case batchEnd = "batch_end"
    case batchDeferred = "batch_deferred"
    case spinBegin = "spin_begin"
    case spinEnd = "spin_end"
    case waitBegin = "wait_begin"
    case waitEnd = "wait_end"
    case waitSkip = "wait_skip"
    case domainLevel = "domain_level"
    case pageout = "pageout"
    case zoneTrim = "zone_trim"
    case zoneBucket = "zone_bucket"
    case reservationBreak = "reservation_break"
    case sample = "sample"
    case counter = "counter"
    case service = "service"
    case set = "set"
    case threadName = "thread_name"
    case hit = "hit"
    case importCall = "import"
    /// Any other: counted by name, not read.
    case other = ""
}

/// The columns that a meaning is read from.
///
/// Text columns come first and are at most `BoundKind.textSlots`; `label` is the one column of the
/// meaning whose values have names that the standard schema fixes.
struct MeaningColumns {
    var texts: [String] = []
    var label: (name: String, values: [String])?
    var numbers: [String] = []

    /// The names in slot order: texts, then the label column, then the numbers.
    var names: [String] { texts + (label.map { [$0.name] } ?? []) + numbers }
}

// Slot numbers: the position of a column in `MeaningColumns.names` of its meaning.
enum FailSlot { static let requester = 0, gfp = 1, order = 2, largestOrder = 3, thread = 4 }
enum FallbackSlot { static let order = 0 }
enum RequestSlot { static let target = 0, order = 1 }
enum SendSlot { static let effect = 0, target = 1 }
enum ThreadSlot { static let thread = 0, ns = 1 }
enum BeginSlot { static let routine = 0, mode = 1, thread = 2 }
enum PassSlot { static let option = 0, thread = 1, ns = 2, visits = 3 }
enum EndSlot {
    static let routine = 0, result = 1, mode = 2, thread = 3, cpuNs = 4
    /// The first of the columns that `BatchCounters` adds up, in its order.
    static let firstCounter = 5
}
enum DeferredSlot { static let reason = 0, order = 1 }
enum SpinSlot { static let thread = 0, cpuNs = 1, iterations = 2, deficit = 3 }
enum WaitSlot { static let reason = 0, thread = 1, ns = 2, wokenBy = 3 }
enum LevelSlot { static let level = 0, isOn = 1 }
enum PageoutSlot { static let mode = 0, shortage = 1, scanned = 2, freed = 3 }
enum TrimSlot { static let why = 0, buffers = 1 }
enum BreakSlot { static let why = 0, populated = 1 }
enum SampleSlot {
    static let freePages = 0, fallbackPages = 1, wakeups = 2, reclaims = 3
    static let firstOrder = 4, orders = 13
}
enum CounterSlot { static let name = 0, value = 1 }
enum ServiceSlot {
    static let hitsCPU = 1, hitsList = 2, imports = 3, count = 9
}
enum ImportSlot { static let got = 0 }
enum NameSlot { static let name = 0, role = 1, thread = 2 }

extension Meaning {
    private static let modes = ["daemon", "direct"]

    /// The columns that the analyses read from events of this meaning.
    var columns: MeaningColumns {
        switch self {
        case .allocFail:
            MeaningColumns(
                texts: ["requester", "gfp"], numbers: ["order", "largest_order", "thread"])
        case .allocFallback: MeaningColumns(numbers: ["order"])
        case .wakeRequest: MeaningColumns(texts: ["target"], numbers: ["order"])
        case .wakeSend:
            MeaningColumns(
                label: ("effect", ["woke", "no_sleeper", "lost", "suppressed"]),
                numbers: ["target"])
        case .threadRun, .threadSleep, .spinBegin, .waitSkip: MeaningColumns(numbers: ["thread"])
        case .onCPU: MeaningColumns(numbers: ["thread", "ns"])
        case .batchBegin:
            MeaningColumns(
                texts: ["routine"], label: ("mode", Self.modes), numbers: ["thread"])
        case .batchPass:
            MeaningColumns(
                label: ("option", ["any", "no_reservations", "no_superpages"]),
                numbers: ["thread", "ns", "visits"])
        case .batchEnd:
            MeaningColumns(
                texts: ["routine", "result"], label: ("mode", Self.modes),
                numbers: ["thread", "cpu_ns"] + BatchCounters.names)
        case .batchDeferred: MeaningColumns(texts: ["reason"], numbers: ["order"])
        case .spinEnd: MeaningColumns(numbers: ["thread", "cpu_ns", "iterations", "deficit"])
        case .waitBegin: MeaningColumns(texts: ["reason"], numbers: ["thread"])
        case .waitEnd: MeaningColumns(texts: ["reason"], numbers: ["thread", "ns", "woken_by"])
        case .domainLevel:
            MeaningColumns(label: ("level", ["min", "severe"]), numbers: ["on"])
        case .pageout:
            MeaningColumns(
                label: ("mode", Self.modes), numbers: ["shortage", "scanned", "freed"])
        case .zoneTrim:
            MeaningColumns(label: ("why", ["idle", "pressure", "drain"]), numbers: ["buffers"])
        case .reservationBreak: MeaningColumns(texts: ["why"], numbers: ["populated"])
        case .sample:
            MeaningColumns(
                numbers: ["free_pages", "fallback_pages", "wakeups", "reclaims"]
                    + (0..<SampleSlot.orders).map { "blocks_\($0)" })
        case .counter, .set: MeaningColumns(texts: ["name"], numbers: ["value"])
        case .service: MeaningColumns(numbers: ServiceCounts.names)
        case .threadName:
            MeaningColumns(
                texts: ["name"],
                label: ("role", ["reclaim", "worker", "requester", "other"]),
                numbers: ["thread"])
        case .importCall: MeaningColumns(numbers: ["got"])
        case .zoneBucket, .hit, .other: MeaningColumns()
        }
    }

    /// Whether it tells of single services, which only a higher detail records.
    var isService: Bool { self == .hit || self == .importCall }
}

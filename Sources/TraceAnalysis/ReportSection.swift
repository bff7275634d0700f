/// One of the reports that an analysis is made of.
public enum ReportSection: String, CaseIterable, Sendable {
    case cpu, wakeups, failures, batches, waits, relief, service, memory, counters, totals

    /// The section that a metric belongs to, by the part of its name before the dot.
    static func of(_ metric: Metric) -> ReportSection {
        switch metric.name.prefix(while: { $0 != "." }) {
        case "cpu": .cpu
        case "wakeup": .wakeups
        case "failure": metric.name == "failure.unanswered" ? .wakeups : .failures
        case "batch": .batches
        case "wait": .waits
        case "relief": .relief
        case "memory": .memory
        case "pageout": .totals
        default: .service
        }
    }
}

/// Some of the reports, as a mask.
struct SectionMask: OptionSet {
    let rawValue: UInt16

    static let cpu = SectionMask(rawValue: 1 << 0)
    static let wakeups = SectionMask(rawValue: 1 << 1)
    static let failures = SectionMask(rawValue: 1 << 2)
    static let batches = SectionMask(rawValue: 1 << 3)
    static let waits = SectionMask(rawValue: 1 << 4)
    static let relief = SectionMask(rawValue: 1 << 5)
    static let service = SectionMask(rawValue: 1 << 6)
    static let memory = SectionMask(rawValue: 1 << 7)
    static let counters = SectionMask(rawValue: 1 << 8)
    static let totals = SectionMask(rawValue: 1 << 9)
    /// Chains are no section of their own: relief follows them, and `AnalysisOptions.worstChains`
    /// asks for the longest.
    static let chains = SectionMask(rawValue: 1 << 10)
    /// What threads do after wakeups, where their runs are recorded; follows from `wakeups`.
    static let runs = SectionMask(rawValue: 1 << 11)

    init(rawValue: UInt16) { self.rawValue = rawValue }

    init(_ section: ReportSection) {
        switch section {
        case .cpu: self = .cpu
        case .wakeups: self = .wakeups
        case .failures: self = .failures
        case .batches: self = .batches
        case .waits: self = .waits
        case .relief: self = .relief
        case .service: self = .service
        case .memory: self = .memory
        case .counters: self = .counters
        case .totals: self = .totals
        }
    }

    /// What has to be followed for what was asked for.
    init(_ options: AnalysisOptions) {
        var mask: SectionMask = []
        for section in options.sections ?? Set(ReportSection.allCases) {
            mask.insert(SectionMask(section))
        }
        if options.worstChains > 0 || mask.contains(.relief) { mask.insert(.chains) }
        // Whose CPU time it is shows in wakeups, and how much of it in the ends of batches; chains
        // begin at failures that wait for a wakeup.
        if mask.contains(.cpu) { mask.formUnion([.wakeups, .batches]) }
        if mask.contains(.chains) { mask.insert(.wakeups) }
        // Limited requests, fallback pages and the ranges of counters come from elsewhere.
        if mask.contains(.failures) { mask.insert(.service) }
        if mask.contains(.service) { mask.insert(.memory) }
        if mask.contains(.totals) { mask.insert(.counters) }
        self = mask
    }
}

extension Meaning {
    /// The reports that events of this meaning take part in.
    var sections: SectionMask {
        switch self {
        case .allocFail: [.failures, .wakeups, .counters, .relief, .chains]
        case .wakeSend: [.wakeups, .chains]
        case .threadRun: [.wakeups, .cpu, .counters, .chains]
        case .threadSleep: [.wakeups, .counters, .chains]
        case .onCPU: [.cpu, .wakeups, .waits]
        case .batchBegin: [.batches, .cpu, .wakeups, .chains, .runs]
        case .batchPass: [.cpu, .batches]
        case .batchEnd: [.batches, .cpu, .counters, .chains, .runs]
        case .spinBegin, .spinEnd: [.cpu, .runs]
        case .waitBegin, .waitEnd, .waitSkip: [.waits]
        case .sample: [.memory, .counters]
        case .service: [.service, .counters, .relief]
        case .batchDeferred: [.batches]
        case .wakeRequest, .allocFallback, .pageout, .zoneTrim, .zoneBucket, .set: [.totals]
        case .reservationBreak, .domainLevel: [.totals, .counters]
        case .counter: [.counters, .totals]
        case .hit: [.relief]
        case .importCall: [.relief, .chains]
        // Names are for all of them.
        case .threadName: SectionMask(rawValue: .max)
        case .other: []
        }
    }

    /// Whether its events' CPUs are looked at, and their causes.
    var needsCPU: Bool { self == .allocFail || self == .service }
    var needsCause: Bool { self == .wakeSend || self == .threadRun || self == .batchBegin }
}

import TraceCore

/// Follows the memory of each domain through its samples.
struct MemoryTracker {
    fileprivate struct State {
        var memory: DomainMemory
        /// Its samples over time; `nil` for domains beyond those that are followed.
        var timeline: MemoryTimeline?
        var lastNs: Int64 = 0
        var lastFallback: Int64 = -1
    }

    /// The domains that are followed over time.
    private static let timelineLimit = 64

    private let window: Window
    private var index = KeyIndex(limit: 4_096)
    private var states: [State] = []
    private(set) var untracked: UInt64 = 0

    init(_ window: Window) { self.window = window }

    mutating func sample(_ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>) {
        guard let position = index.index(of: Int64(header.domain)) else {
            untracked += 1
            return
        }
        if position == states.count {
            states.append(
                State(
                    memory: DomainMemory(domain: header.domain),
                    timeline: position < Self.timelineLimit ? MemoryTimeline() : nil))
        }
        states[position].memory.samples += 1
        func number(_ slot: Int) -> Int64 { kind.number(slot, values, default: -1) }
        states[position].memory.freePages.read(number(SampleSlot.freePages))
        states[position].memory.wakeups.read(number(SampleSlot.wakeups))
        states[position].memory.reclaims.read(number(SampleSlot.reclaims))
        for order in 0..<SampleSlot.orders {
            states[position].memory.blocks[order].read(number(SampleSlot.firstOrder + order))
        }
        let sample = MemoryBin(kind, values)
        states[position].memory.unusablePpm.read(sample.unusablePpm.most)
        states[position].timeline?.add(sample, at: header.timeNs - window.beginNs)
        states[position].fallback(number(SampleSlot.fallbackPages), header.timeNs)
    }

    /// The memory of the domains over time, ascending.
    func finishOverTime() -> [MemoryOverTime] {
        states.compactMap { state in
            state.timeline.map { MemoryOverTime(domain: state.memory.domain, timeline: $0) }
        }.sorted { $0.domain < $1.domain }
    }

    func finish() -> [DomainMemory] {
        states.map(\.memory).sorted { $0.domain < $1.domain }
    }
}

extension MemoryTracker.State {
    /// Adds the trapezoid between this sample and the one before.
    fileprivate mutating func fallback(_ pages: Int64, _ timeNs: Int64) {
        guard pages >= 0 else { return }
        memory.fallbackPages.read(pages)
        if lastFallback >= 0, timeNs > lastNs {
            let ns = timeNs - lastNs
            let doubledMean = UInt128(UInt64(pages)) + UInt128(UInt64(lastFallback))
            let (area, overflow) = doubledMean.multipliedReportingOverflow(
                by: UInt128(UInt64(ns)))
            let (sum, sumOverflow) = memory.doubledFallbackPageNs.addingReportingOverflow(area)
            memory.doubledFallbackPageNs = overflow || sumOverflow ? .max : sum
            memory.coveredNs = memory.coveredNs.addingClamped(ns)
        }
        lastNs = timeNs
        lastFallback = pages
    }
}

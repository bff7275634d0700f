// Rows and parts that hold nothing yet, for those who read summaries back.

extension ThreadWakeups { package init() { self.init(thread: -1) } }
extension ThreadCPU { package init() { self.init(thread: -1) } }
extension StallGroup { package init() { self.init(routine: "") } }
extension DomainCPU { package init() { self.init(domain: -1) } }
extension OrderAndGfpCount { package init() { self.init(order: -1, gfp: "", count: 0) } }
extension BatchGroup { package init() { self.init(routine: "", mode: .unknown) } }
extension DomainBatches { package init() { self.init(domain: -1) } }
extension WaitGroup { package init() { self.init(reason: "") } }
extension StallShare { package init() { self.init(thread: -1) } }
extension WaitShare { package init() { self.init(number: -1) } }
extension NumberedService { package init() { self.init(number: -1, counts: ServiceCounts()) } }
extension DomainMemory { package init() { self.init(domain: -1) } }
extension PageoutTotals { package init() { self.init(mode: .unknown) } }
extension LevelTime { package init() { self.init(level: "", domain: -1) } }
extension CounterRange { package init() { self.init(name: "", first: 0, last: 0, samples: 0) } }
extension CounterRow {
    package init() { self.init(range: CounterRange(), firstNs: 0, lastNs: 0) }
}
extension CounterCheck {
    package init() { self.init(evidence: .failuresTwice, told: 0, gap: nil) }
}
extension NamedThread { package init() { self.init(thread: -1, names: [], role: nil) } }

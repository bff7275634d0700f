/// The state of a host at an instant.
public struct HostReading: Sendable {
    /// When it was read, by the monotonic clock.
    public var monotonicNs: Int64
    var memory: HostMemory
    /// Counters that are not what they were at the last reading; all of them where asked for.
    var counters: [(name: String, value: Int64)]
    /// Settings that have been changed since the last reading.
    var settings: [(name: String, value: Int64)]
}

/// Reads the state of a host now and then.
public struct HostSampler {
    private let threads: [ReclaimThreads.Thread]
    private var known: [String: Int64] = [:]
    private var settings: [String: Int64] = [:]

    /// Makes a sampler; the settings as they are now are taken to be known.
    public init(_ threads: ReclaimThreads) {
        // A thread's numbers in the text would be another's in another namespace.
        self.threads = ThreadNames.areOfThisNamespace ? threads.threads : []
        _ = changedSettings()
    }

    /// Reads everything.
    ///
    /// - Parameter isWhole: Whether counters are to be told that have not changed, too.
    public mutating func read(isWhole: Bool) -> HostReading {
        let memory = HostMemory(
            zoneinfo: Self.bytes("/proc/zoneinfo"), buddyinfo: Self.bytes("/proc/buddyinfo"))
        let counters = readCounters().filter { counter in
            let before = known.updateValue(counter.value, forKey: counter.name)
            return isWhole || before != counter.value
        }
        return HostReading(
            monotonicNs: HostCalls.monotonicNs, memory: memory, counters: counters,
            settings: changedSettings())
    }

    private func readCounters() -> [(name: String, value: Int64)] {
        var counters = VMStatistics.counters(Self.bytes("/proc/vmstat"))
            .map { (name: "vmstat.\($0.name)", value: $0.value) }
        let pressure = MemoryPressure(Self.bytes("/proc/pressure/memory"))
        if let us = pressure.someUs { counters.append(("pressure.memory.some_us", us)) }
        if let us = pressure.fullUs { counters.append(("pressure.memory.full_us", us)) }
        for thread in threads {
            guard let schedule = ThreadSchedule(Self.bytes("/proc/\(thread.number)/schedstat"))
            else { continue }
            counters.append(("schedstat.\(thread.name).cpu_ns", schedule.cpuNs))
            counters.append(("schedstat.\(thread.name).wait_ns", schedule.waitNs))
            counters.append(("schedstat.\(thread.name).stretches", schedule.stretches))
        }
        return counters
    }

    private mutating func changedSettings() -> [(name: String, value: Int64)] {
        HostFacts.settingValues().compactMap { setting in
            guard let value = Int64(setting.value) else { return nil }
            let before = settings.updateValue(value, forKey: setting.name)
            return before == value ? nil : (setting.name, value)
        }
    }

    private static func bytes(_ path: String) -> [UInt8] {
        (try? HostFile.bytes(path).get()) ?? []
    }
}

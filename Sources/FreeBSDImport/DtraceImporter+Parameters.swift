import TraceCore

/// What the first line of the script tells.
struct DtraceHeader {
    var timeNs: Int64?
    var wallNs: Int64?
    var cpus: Int64?
    var domains: Int64?
    var helper: HelperThread?
    /// The sysctl that limits a round of the helper.
    var limit: Int64?

    init() {}

    init(_ json: JSONLine, _ line: Span<UInt8>, timeNs: Int64) {
        self.timeNs = timeNs
        wallNs = json.integer("wall", line)
        cpus = json.integer("cpus", line)
        domains = json.integer("domains", line)
        for thread in HelperThread.allCases {
            guard let value = json.integer(thread.limit, line) else { continue }
            helper = thread
            limit = value
        }
    }
}

extension DtraceImporter {
    /// Where the trace comes from, and what is known of the host.
    func parameters(_ form: ResultForm?) -> ParameterList {
        var list = ParameterList([
            ("source", "freebsd"), ("host.tracer", "dtrace"), ("host.clock", "mono"),
        ])
        let numbers: [(String, Int64?)] = [
            ("host.start_ns", startNs), ("host.wall_start_ns", wallStartNs),
            ("host.cpus", header.cpus), ("host.domains", header.domains),
            ("host.probe_errors", probeErrors > 0 ? Int64(probeErrors) : nil),
        ]
        for (name, number) in numbers { list[name] = number.map { String($0) } }
        list["host.helper"] = header.helper?.rawValue
        list["host.result_form"] = (options.resultForm ?? form)?.rawValue
        if lostEvents > 0 { list["host.lost_events"] = String(lostEvents) }
        if aggregationDrops > 0 { list["host.aggregation_drops"] = String(aggregationDrops) }
        if isAborted { list["host.tracer_aborted"] = "1" }
        if rateEvents > 0 { list["recording.fidelity"] = "rate" }
        if let helper = header.helper, let limit = header.limit {
            list.set("host.sysctl.kern.ipc.tls.\(helper.limit)", limit)
        }
        for setting in statistics.settings.entries {
            list["host.sysctl.\(setting.key)"] = setting.value
        }
        let kernel = ["kern.ostype", "kern.osrelease"].compactMap { statistics.settings[$0] }
        if kernel.count == 2 { list["host.kernel"] = kernel.joined(separator: " ") }
        return list
    }

    private var wallStartNs: Int64? {
        guard let startNs, let timeNs = header.timeNs, let wallNs = header.wallNs else {
            return nil
        }
        let (start, overflow) = wallNs.addingReportingOverflow(startNs - timeNs)
        return overflow ? nil : start
    }
}

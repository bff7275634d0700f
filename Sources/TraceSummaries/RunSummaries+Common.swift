public import TraceCore

// What the runs of a summary have in common.
extension RunSummaries {
    /// What to call them.
    public var label: String { runs.count == 1 ? runs[0].label : "\(runs.count) traces" }

    /// The settings that all runs have with the same value.
    ///
    /// - Complexity: O(runs x settings).
    public var commonParameters: ParameterList {
        guard var common = runs.first?.parameters else { return ParameterList() }
        for run in runs.dropFirst() {
            for entry in common.entries where run.parameters[entry.key] != entry.value {
                common[entry.key] = nil
            }
        }
        return common
    }

    /// Complete only where every run is; else the first that is not tells why.
    public var completeness: Completeness {
        let incomplete = runs.compactMap { run -> String? in
            guard case .incomplete(let reason) = run.completeness else { return nil }
            return runs.count == 1 ? reason : "\(run.label): \(reason)"
        }
        guard let first = incomplete.first else { return .complete }
        let count = runs.count == 1 ? "" : "\(incomplete.count) of \(runs.count) traces, "
        return .incomplete(reason: count + first)
    }

    /// Events that are known to be lost, held at the largest number.
    public var lostEvents: UInt64 {
        runs.reduce(0) { sum, run in
            let (total, overflow) = sum.addingReportingOverflow(run.lostEvents)
            return overflow ? .max : total
        }
    }
}

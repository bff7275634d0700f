import TraceCore
import TraceFormat

/// What a part of a trace says of the part it is.
///
/// The parameters `slice.*` name what was left out, `recording.duration_ns` ends where the slice
/// does, and `replay.refused` says why no engine runs from it.
/// None of them is part of an identity.
public enum SliceWindow {
    /// The parameter with the time before which events were left out, in nanoseconds.
    public static let beginKey = "slice.begin_ns"
    /// The parameter with the time from which events were left out, in nanoseconds.
    public static let endKey = "slice.end_ns"
    /// The parameter with the domains that were kept, as in `0,2`.
    public static let domainsKey = "slice.domains"
    /// The parameter with the names of the kinds that were kept, as in `alloc_fail,request`.
    public static let kindsKey = "slice.kinds"

    private static let durationKey = "recording.duration_ns"

    /// The description of what a filter leaves of a trace, which may be a slice itself.
    ///
    /// - Complexity: O(parameters).
    public static func description(
        of whole: TraceDescription, _ filter: EventFilter
    ) -> TraceDescription {
        guard !filter.takesEverything else { return whole }
        var parameters = ParameterList(whole.parameters)
        if let beginNs = filter.beginNs, beginNs > 0 {
            let before = parameters.integer(beginKey) ?? beginNs
            parameters.set(beginKey, max(beginNs, before))
        }
        if let endNs = filter.endNs {
            let before = parameters.integer(endKey) ?? endNs
            parameters.set(endKey, min(endNs, before))
            if let durationNs = parameters.integer(durationKey), endNs < durationNs {
                parameters.set(durationKey, max(endNs, 0))
            }
        }
        let domains = filter.domains.map { String($0) }
        narrow(domainsKey, to: domains, &parameters)
        let kinds = filter.kinds.compactMap { whole.schema.kind($0)?.name }
        narrow(kindsKey, to: kinds, &parameters)
        if let reason = refusal(filter), parameters[TraceDescription.replayRefusedKey] == nil {
            parameters[TraceDescription.replayRefusedKey] = reason
        }
        return TraceDescription(
            schema: whole.schema, parameters: parameters.entries, notes: whole.notes)
    }

    /// Why what a filter leaves cannot be replayed, or `nil`.
    public static func refusal(_ filter: EventFilter) -> String? {
        if let beginNs = filter.beginNs, beginNs > 0 {
            return "it is a slice without what is before \(beginNs) ns"
        }
        if !filter.domains.isEmpty { return "it is a slice of some domains" }
        if !filter.kinds.isEmpty { return "it is a slice of some kinds of events" }
        if let endNs = filter.endNs { return "it is a slice without what is from \(endNs) ns on" }
        return nil
    }

    /// Sets a list, or what it has in common with the list that is there.
    private static func narrow(
        _ key: String, to names: [String], _ parameters: inout ParameterList
    ) {
        guard !names.isEmpty else { return }
        var kept = names
        if let before = parameters[key]?.split(separator: ",") {
            kept = names.filter { name in before.contains { $0 == name } }
        }
        parameters[key] = kept.joined(separator: ",")
    }
}

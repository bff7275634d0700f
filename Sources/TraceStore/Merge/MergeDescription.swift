import TraceCore

/// What a merged trace says of itself.
///
/// Settings that all inputs share stay as they are; others become `merge.N.` and their name, with N
/// the input's number.
enum MergeDescription {
    private static let durationKey = "recording.duration_ns"

    static func make(
        _ schema: EventSchema, _ inputs: [TraceDescription], names: [String],
        offsetsNs: [Int64], wallStartNs: Int64?, ranges: NumberRanges
    ) -> TraceDescription {
        var parameters = ParameterList()
        let lists = inputs.map { ParameterList($0.parameters) }
        for (number, list) in lists.enumerated() {
            for entry in list.entries {
                let isShared = lists.allSatisfy { $0[entry.key] == entry.value }
                parameters[isShared ? entry.key : "merge.\(number).\(entry.key)"] = entry.value
            }
            parameters.set("merge.\(number).offset_ns", offsetsNs[number])
            if !ranges.isOneHost {
                let first = Int64(number) * Int64(NumberRanges.domainsPerInput)
                parameters.set("merge.\(number).first_domain", first)
            }
        }
        parameters["source"] = "import"
        parameters.set("merge.inputs", Int64(inputs.count))
        parameters[TraceDescription.replayRefusedKey] = "it is merged from several traces"
        parameters[TraceMerge.wallStartKey] = wallStartNs.map { String($0) }
        parameters[durationKey] = duration(lists, offsetsNs).map { String($0) }
        var notes: [TextPair] = []
        for (number, input) in inputs.enumerated() {
            notes.append(TextPair("merge.\(number).file", names[number]))
            for note in input.notes {
                let key = "merge.\(number).\(note.key)"
                if key.utf8.count <= 256 { notes.append(TextPair(key, note.value)) }
            }
        }
        return TraceDescription(schema: schema, parameters: parameters.entries, notes: notes)
    }

    /// The end of the recording that ended last, if all say when they ended.
    private static func duration(_ lists: [ParameterList], _ offsetsNs: [Int64]) -> Int64? {
        var last: Int64?
        for (list, offsetNs) in zip(lists, offsetsNs) {
            guard let durationNs = list.integer(durationKey) else { return nil }
            let (endNs, overflow) = durationNs.addingReportingOverflow(offsetNs)
            guard !overflow else { return nil }
            last = max(last ?? endNs, endNs)
        }
        return last
    }
}

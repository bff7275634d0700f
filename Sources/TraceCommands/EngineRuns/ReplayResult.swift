import TraceCore
import TraceReplay
import TraceReport
import TraceStore
import TraceSummaries

/// What came out of comparing a replay with its recording.
struct ReplayResult {
    let divergence: Divergence?
    private let input: ReplayableTrace
    private let state: StateDifference?
    private let equalEvents: UInt64
    private let appliedInputs: UInt64

    init(_ input: ReplayableTrace, _ replayer: borrowing Replayer) {
        self.input = input
        divergence = replayer.divergence
        state = replayer.stateDifference
        equalEvents = replayer.equalEvents
        appliedInputs = replayer.appliedInputs
    }

    private var trace: LoadedTrace { input.trace }
    private var schema: EventSchema { trace.reader.description.schema }

    /// The version of the tool that recorded, where it is another one.
    private var otherVersion: String? {
        let version = trace.reader.description.notes.last { $0.key == "tool.version" }?.value
        return version == ToolVersion.text ? nil : version
    }

    // MARK: Text

    /// The result as text.
    var text: String {
        var lines = ""
        if case .incomplete(reason: let reason) = trace.completeness {
            lines += "complete: false (\(reason))\n"
        }
        lines += "\(trace.label): \(equalEvents) events equal, \(appliedInputs) inputs applied\n"
        guard let divergence else { return lines + "replay agrees with the recording\n" }
        if let otherVersion {
            lines += "recorded by version \(otherVersion), this is \(ToolVersion.text)\n"
        }
        lines += "replay diverges from the recording at this event\n"
        lines += "  recorded: "
        lines += divergence.recorded.map(recordedLine) ?? "nothing, the recording has ended\n"
        lines += "  replayed: "
        lines += divergence.replayed.map(replayedLine) ?? "nothing at this instant\n"
        if !divergence.differences.isEmpty {
            lines += "fields that differ: \(Self.words(divergence.differences))\n"
        }
        if !divergence.context.isEmpty { lines += "the events before it, which agree\n" }
        for event in divergence.context { lines += "  " + recordedLine(event) }
        return lines + stateText(divergence)
    }

    private func recordedLine(_ event: Event) -> String {
        EventText(schema: schema).line(
            event.header, event.values.span, strings: trace.reader.strings)
    }

    private func replayedLine(_ event: Event) -> String {
        EventText(schema: schema).line(
            event.header, event.values.span, strings: divergence?.replayedStrings ?? [])
    }

    private func stateText(_ divergence: Divergence) -> String {
        let last = divergence.lastEqualSampleNs.map { "the state last agreed at \($0) ns" }
        let before = (last ?? "no state before it agreed") + "; "
        guard let state else {
            return before + "the recording has no samples behind the divergence\n"
        }
        switch state.outcome {
        case .onlyRecorded:
            return before + "the recording has samples at \(state.timeNs) ns, the engine has not\n"
        case .onlyReplayed:
            return before + "the engine has samples at \(state.timeNs) ns, the recording has not\n"
        case .compared(let places) where places.isEmpty:
            return before + "at \(state.timeNs) ns it agrees again\n"
        case .compared(let places):
            let lines = places.map { "  \(Self.words($0)): \(Self.words($0.differences))\n" }
            return before + "at \(state.timeNs) ns it differs\n" + lines.joined()
        }
    }

    private static func words(_ place: StateDifference.Place) -> String {
        place.cpu >= 0
            ? "\(place.kind) of CPU \(place.cpu)" : "\(place.kind) of domain \(place.domain)"
    }

    /// As in `free_pages 10 -> 12 pages, running 0 -> 1`.
    private static func words(_ differences: [FieldDifference]) -> String {
        guard !differences.isEmpty else { return "on one side only" }
        return differences.map { difference in
            let unit = difference.unit.symbol
            let change = "\(difference.name) \(difference.recorded) -> \(difference.replayed)"
            return ["", "count", "id", "order"].contains(unit) ? change : "\(change) \(unit)"
        }.joined(separator: ", ")
    }

    // MARK: JSON

    /// The result as JSON, version `ktls-trace-replay/0`.
    var json: String {
        var json = JSONWriter()
        json.object { json in
            json.member("schema", "ktls-trace-replay/0")
            trace.completenessMembers(&json)
            json.member("trace", trace.label)
            json.member("recorded_by", recordedBy)
            json.member("replayed_by", ToolVersion.text)
            json.member("agrees", divergence == nil)
            json.member("events_equal", equalEvents)
            json.member("inputs_applied", appliedInputs)
            guard let divergence else {
                json.member("divergence", nil as String?)
                return
            }
            json.member("divergence") { member(divergence, &$0) }
        }
        return json.text + "\n"
    }

    private var recordedBy: String? {
        trace.reader.description.notes.last { $0.key == "tool.version" }?.value
    }

    private func member(_ divergence: Divergence, _ json: inout JSONWriter) {
        func line(_ event: Event?, _ text: (Event) -> String) -> String? {
            event.map { String(text($0).dropLast()) }
        }
        let sequence = (divergence.recorded ?? divergence.replayed)?.header.sequence
        json.member("sequence", sequence.map { Int64(bitPattern: $0) })
        json.member("recorded_ns", divergence.recorded?.header.timeNs)
        json.member("replayed_ns", divergence.replayed?.header.timeNs)
        json.member("recorded", line(divergence.recorded, recordedLine))
        json.member("replayed", line(divergence.replayed, replayedLine))
        json.member("fields", each: divergence.differences, Self.field)
        json.member("context", each: divergence.context) { json, event in
            json.value(line(event, recordedLine))
        }
        json.member("last_equal_sample_ns", divergence.lastEqualSampleNs)
        guard let state else {
            json.member("state", nil as String?)
            return
        }
        json.member("state") { json in
            json.member("time_ns", state.timeNs)
            json.member("outcome", Self.name(state.outcome))
            json.member("places", each: Self.places(state.outcome)) { json, place in
                json.object { json in
                    json.member("kind", place.kind)
                    json.member("domain", Int64(place.domain))
                    json.member("cpu", Int64(place.cpu))
                    json.member("fields", each: place.differences, Self.field)
                }
            }
        }
    }

    private static func name(_ outcome: StateDifference.Outcome) -> String {
        switch outcome {
        case .compared(let places): places.isEmpty ? "agrees" : "differs"
        case .onlyRecorded: "only_recorded"
        case .onlyReplayed: "only_replayed"
        }
    }

    private static func places(_ outcome: StateDifference.Outcome) -> [StateDifference.Place] {
        if case .compared(let places) = outcome { places } else { [] }
    }

    private static func field(_ json: inout JSONWriter, _ difference: FieldDifference) {
        json.object { json in
            json.member("name", difference.name)
            json.member("unit", difference.unit.symbol)
            for (name, value) in [
                ("recorded", difference.recorded), ("replayed", difference.replayed),
            ] {
                switch value {
                case .integer(let number): json.member(name, number)
                case .text(let text): json.member(name, text)
                }
            }
        }
    }
}

extension LoadedTrace {
    /// The first members of a report about what was read.
    func completenessMembers(_ json: inout JSONWriter) {
        switch completeness {
        case .complete:
            json.member("complete", true)
            json.member("incomplete_reason", nil as String?)
        case .incomplete(reason: let reason):
            json.member("complete", false)
            json.member("incomplete_reason", reason)
        }
    }
}

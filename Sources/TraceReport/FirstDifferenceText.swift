import TraceCore
import TraceDiff

/// The first event in which two traces differ, in reports.
enum FirstDifferenceText {
    static func render(_ difference: FirstDifference?, _ out: inout TextLines) {
        guard let difference else { return }
        out.heading("First difference")
        let what = difference.scope == .inputs ? "inputs" : "events"
        guard let timeNs = difference.timeNs else {
            out.line("  none: all \(difference.equalEvents) \(what) are equal")
            return
        }
        if difference.scope == .inputs { out.line("  inputs differ; other events do not count") }
        out.line("  after \(difference.equalEvents) equal \(what), at \(ScaledText.time(timeNs))")
        out.line("  left:  \(line(difference.left))")
        out.line("  right: \(line(difference.right))")
        guard !difference.context.isEmpty else { return }
        out.line("  the \(what) before it, which are equal")
        for event in difference.context { out.line("    \(line(event, difference.left))") }
    }

    private static func line(_ side: FirstDifference.Side) -> String {
        side.event.map { line($0, side) } ?? "nothing, it has ended"
    }

    fileprivate static func line(_ event: Event, _ side: FirstDifference.Side) -> String {
        let text = EventText(schema: side.schema).line(
            event.header, event.values.span, strings: side.strings)
        return TextSafe.line(String(text.dropLast()))
    }
}

/// The same in JSON.
enum FirstDifferenceJSON {
    static func member(_ difference: FirstDifference?, _ json: inout JSONWriter) {
        guard let difference else {
            json.member("first_difference", nil as String?)
            return
        }
        json.member("first_difference") { json in
            json.member("compared", difference.scope == .inputs ? "inputs" : "events")
            json.member("equal", difference.equalEvents)
            json.member("time_ns", difference.timeNs)
            for (name, side) in [("left", difference.left), ("right", difference.right)] {
                json.member(name, text(side.event, side))
            }
            json.member("context", each: difference.context) { json, event in
                json.value(text(event, difference.left))
            }
        }
    }

    private static func text(_ event: Event?, _ side: FirstDifference.Side) -> String? {
        event.map { FirstDifferenceText.line($0, side) }
    }
}

import Testing
import TraceCore
import TraceImport

/// An event without what depends on the clock's resolution, with texts as texts.
private struct PlainEvent: Equatable {
    var kind: KindID
    var domain: Int32
    var cpu: Int32
    var cause: UInt64
    var values: [String]
}

/// The events of a recording in a form that others can be held against.
struct PlainEvents {
    private var plain: [PlainEvent] = []
    private var timesNs: [Int64] = []
    private var durationsNs: [[Int64]] = []

    /// - Parameter isLoose: leaves out causes, which are numbers of events, and names from the
    ///   kernel's list of names, which another recorder reads at another time.
    init(_ list: EventList, isLoose: Bool = false, cpu: Int32? = nil) {
        for event in list.events where cpu == nil || event.header.cpu == cpu {
            guard let kind = StandardSchema.schema.kind(event.header.kind) else { continue }
            if isLoose, event.header.kind == .threadName { continue }
            var durations: [Int64] = []
            var values: [String] = []
            for (column, value) in zip(kind.columns, event.values) {
                let isName = ["requester", "origin"].contains(column.name)
                if column.unit == .nanoseconds {
                    durations.append(value)
                } else if column.type == .text {
                    let text = list.strings[value]
                    // A report of trace-cmd does not show who was preempted while runnable.
                    values.append(isLoose && isName ? "" : text == "R+" ? "R" : text)
                } else {
                    values.append(String(value))
                }
            }
            plain.append(
                PlainEvent(
                    kind: event.header.kind, domain: event.header.domain, cpu: event.header.cpu,
                    cause: isLoose ? 0 : event.header.cause, values: values))
            timesNs.append(event.header.timeNs)
            durationsNs.append(durations)
        }
    }

    var count: Int { plain.count }

    /// The first event that differs, in words, or `nil`.
    func firstDifference(_ other: PlainEvents, toleranceNs: Int64) -> String? {
        for index in 0..<min(count, other.count) {
            let left = plain[index]
            let right = other.plain[index]
            if left != right { return "event \(index): \(left) and \(right)" }
            let isNear = { (a: Int64, b: Int64) in a == b || abs(a - b) <= toleranceNs }
            guard isNear(timesNs[index], other.timesNs[index]) else {
                return "event \(index): at \(timesNs[index]) and \(other.timesNs[index])"
            }
            // The CPU time of a batch is a sum over many switches.
            let sumNs: Int64 = plain[index].kind == .batchEnd ? 50_000 : 0
            for (a, b) in zip(durationsNs[index], other.durationsNs[index])
            where !isNear(a, b) && abs(a - b) > min(sumNs, toleranceNs * 100) {
                return "event \(index) \(left): \(a) ns and \(b) ns"
            }
        }
        return count == other.count ? nil : "\(count) and \(other.count) events"
    }
}

/// Holds the forms of one recording against each other.
func checkAgreement(folder: String, _ name: String) throws {
    func events(_ form: CaptureForm) throws -> PlainEvents? {
        guard Capture.exists(folder: folder, name, form) else { return nil }
        let capture = try Capture(folder: folder, name, form)
        return PlainEvents(try capture.imported(capture.window).list)
    }
    let text = try #require(try events(.text))
    // A duration is off by half of the text's unit at each end.
    if let raw = try events(.raw) {
        let difference = text.firstDifference(raw, toleranceNs: 1500)
        #expect(difference == nil, "text and raw")
    }
    guard let six = try events(.traceDat6) else { return }
    if name != "d2-tlsd-defrag" {
        for form in [CaptureForm.traceDat6, .perfScript] { try checkOther(folder, name, form) }
    }
    if let seven = try events(.traceDat7) {
        let difference = six.firstDifference(seven, toleranceNs: 0)
        #expect(difference == nil, "versions 6 and 7")
    }
    if let report = try events(.traceCmdReport) {
        let difference = six.firstDifference(report, toleranceNs: 0)
        #expect(difference == nil, "trace.dat and its report")
    }
}

/// Holds what another recorder wrote against the ring buffers: its times differ, so every CPU is
/// looked at alone, and events next to the ends of the window may be on its other side.
private func checkOther(_ folder: String, _ name: String, _ form: CaptureForm) throws {
    let raw = try Capture(folder: folder, name, .raw)
    let other = try Capture(folder: folder, name, form)
    let left = try raw.imported(raw.window).list
    let right = try other.imported(raw.window).list
    for cpu in Int32(0)..<2 {
        let a = PlainEvents(left, isLoose: true, cpu: cpu)
        let b = PlainEvents(right, isLoose: true, cpu: cpu)
        #expect(a.count > 0)
        let difference = a.difference(b)
        #expect(difference.removed + difference.added == 0, "\(form), CPU \(cpu)")
    }
}

extension PlainEvents {
    /// How many events only one side has, in the smallest way to make one list of the other.
    func difference(_ other: PlainEvents) -> (removed: Int, added: Int) {
        let changes = other.plain.difference(from: plain)
        return (changes.removals.count, changes.insertions.count)
    }
}

import ReclaimEngine
import TraceCore

/// Events in order, taken from the front.
struct EventQueue {
    private var events: [Event] = []
    private var head = 0

    var isEmpty: Bool { head == events.count }
    var first: Event? { isEmpty ? nil : events[head] }

    /// Moves everything from the engine's outbox to the end of the queue.
    mutating func take(_ outbox: inout EventOutbox) {
        if isEmpty {
            events.removeAll(keepingCapacity: true)
            head = 0
        }
        var taken: [Event] = []
        outbox.drain { taken.append(Event($0, $1)) }
        events += taken
    }

    mutating func popFirst() -> Event? {
        guard !isEmpty else { return nil }
        head += 1
        return events[head - 1]
    }
}

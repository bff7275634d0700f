public import TraceCore

/// Events the engine has produced and nobody has taken yet: flat arrays, reused.
///
/// The engine writes here instead of into a sink so that it is one concrete type whatever becomes
/// of its events.
public struct EventOutbox: Sendable {
    private var headers: [EventHeader] = []
    private var ends: [Int] = []
    private var values: [Int64] = []

    init() {
        headers.reserveCapacity(8192)
        ends.reserveCapacity(8192)
        values.reserveCapacity(65_536)
    }

    /// Events waiting.
    public var count: Int { headers.count }

    mutating func append(_ header: EventHeader, _ row: Span<Int64>) {
        headers.append(header)
        for index in row.indices { values.append(row[index]) }
        ends.append(values.count)
    }

    private func deliver(to body: (EventHeader, Span<Int64>) -> Void) {
        var start = 0
        let all = values.span
        for index in headers.indices {
            body(headers[index], all.extracting(start..<ends[index]))
            start = ends[index]
        }
    }

    /// Hands every event to `body` in order, then forgets them.
    public mutating func drain(_ body: (EventHeader, Span<Int64>) -> Void) {
        deliver(to: body)
        headers.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
    }
}

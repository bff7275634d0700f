import TraceCore

/// The events of one block, to be taken one after the other.
struct BlockRows {
    private var headers: [EventHeader] = []
    private var values: [Int64] = []
    // Where each event's values begin, and an end.
    private var starts: [Int] = []
    private var next = 0

    var isEmpty: Bool { next >= headers.count }
    /// The header of the next event.
    ///
    /// Programmer error: there is none.
    var header: EventHeader { headers[next] }

    mutating func removeAll() {
        headers.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
        starts.removeAll(keepingCapacity: true)
        next = 0
    }

    mutating func append(_ header: EventHeader, _ row: Span<Int64>) {
        headers.append(header)
        starts.append(values.count)
        for index in row.indices { values.append(row[index]) }
    }

    /// Copies the values of the next event and goes on.
    mutating func take(_ row: inout [Int64]) {
        let end = next + 1 < starts.count ? starts[next + 1] : values.count
        row.removeAll(keepingCapacity: true)
        row.append(contentsOf: values[starts[next]..<end])
        next += 1
    }
}

public import TraceCore

/// An event that a reading of the host's state becomes.
public struct ReadingEvent: Equatable, Sendable {
    /// `sample`, `counter` or `set`.
    public var kind: KindID
    /// The node, or `EventHeader.none`.
    public var domain: Int32
    /// The text of the first column of `counter` and `set`; `nil` for a `sample`.
    public var name: String?
    /// The values behind the name, in the order of the kind's columns.
    public var values: [Int64]

    /// The values of all columns.
    public func values(into sink: inout some EventSink & ~Copyable) -> [Int64] {
        guard let name else { return values }
        return [sink.intern(name)] + values
    }
}

extension HostReading {
    /// The events of the reading: a `sample` for each node, then counters, then changed settings.
    public var events: [ReadingEvent] {
        memory.nodes.map { Self.sample($0) }
            + counters.map { Self.named(.counter, $0.name, $0.value) }
            + settings.map { Self.named(.set, $0.name, $0.value) }
    }

    private static func named(_ kind: KindID, _ name: String, _ value: Int64) -> ReadingEvent {
        ReadingEvent(kind: kind, domain: EventHeader.none, name: name, values: [value])
    }

    /// The columns of `sample` that Linux can fill; FreeBSD's are not known.
    private static func sample(_ node: NodeMemory) -> ReadingEvent {
        let blocks =
            node.blocks.isEmpty ? Array(repeating: -1, count: NodeMemory.orders) : node.blocks
        let unknown: Int64 = -1
        // Flags and bits have no -1: running, state_digest.
        let values =
            [node.freePages] + blocks + Array(repeating: unknown, count: 6) + [0, 0]
            + [node.activePages, node.inactivePages, unknown, node.cpuListPages]
        return ReadingEvent(kind: .sample, domain: node.node, name: nil, values: values)
    }
}

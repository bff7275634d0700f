public import TraceCore
public import TraceFormat

/// Which events of a trace are wanted.
public struct EventFilter: Equatable, Sendable {
    /// Events before this time are left out; nanoseconds since the start of the trace, `nil` for
    /// no limit.
    public let beginNs: Int64?
    /// Events at or after this time are left out; nanoseconds since the start of the trace, `nil`
    /// for no limit.
    public let endNs: Int64?
    /// Only events of these domains, ascending; empty for all.
    public let domains: [Int32]
    /// Only events of these kinds, ascending; empty for all.
    public let kinds: [KindID]
    /// By number of the kind; empty for all.
    private let isKindWanted: [Bool]

    /// Makes a filter; what is not given does not matter.
    ///
    /// - Complexity: O(n log n).
    public init(
        beginNs: Int64? = nil, endNs: Int64? = nil, domains: [Int32] = [], kinds: [KindID] = []
    ) {
        self.beginNs = beginNs
        self.endNs = endNs
        self.domains = Set(domains).sorted()
        self.kinds = Set(kinds).sorted()
        var wanted = [Bool](repeating: false, count: Int(self.kinds.last?.rawValue ?? 0) + 1)
        for kind in kinds { wanted[Int(kind.rawValue)] = true }
        isKindWanted = kinds.isEmpty ? [] : wanted
    }

    /// Whether no event can be left out.
    public var takesEverything: Bool { takesFromTheStart && endNs == nil }

    /// Whether events can be left out at the end only.
    public var takesFromTheStart: Bool {
        // No event is before the start.
        beginNs ?? 0 <= 0 && domains.isEmpty && kinds.isEmpty
    }

    /// Whether an event is wanted.
    ///
    /// - Complexity: O(log domains).
    @inline(__always)
    public func takes(_ header: EventHeader) -> Bool {
        if let beginNs, header.timeNs < beginNs { return false }
        if let endNs, header.timeNs >= endNs { return false }
        if !isKindWanted.isEmpty {
            let kind = Int(header.kind.rawValue)
            guard kind < isKindWanted.count, isKindWanted[kind] else { return false }
        }
        return domains.isEmpty || domains.contains(header.domain)
    }

    /// Whether a block may hold wanted events, by what its head says.
    ///
    /// - Complexity: O(kinds + domains).
    public func mayTake(_ block: BlockSummary) -> Bool {
        if let beginNs, block.timeMaxNs < beginNs { return false }
        if let endNs, block.timeMinNs >= endNs { return false }
        if !kinds.isEmpty, !kinds.contains(where: block.mayHave) { return false }
        return domains.isEmpty
            || domains.contains { $0 >= block.domainMin && $0 <= block.domainMax }
    }

    /// Whether a loss may have taken events that were wanted.
    ///
    /// - Complexity: O(kinds).
    public func takes(_ loss: LossRecord) -> Bool {
        if let beginNs, loss.endNs < beginNs { return false }
        if let endNs, loss.beginNs >= endNs { return false }
        guard let kind = loss.kind else { return true }
        return kinds.isEmpty || kinds.contains(kind)
    }

    /// The lanes that hold the wanted kinds.
    ///
    /// - Complexity: O(kinds).
    public func lanes(_ schema: EventSchema) -> LaneSelection {
        let wanted = kinds.compactMap { schema.kind($0)?.lane }
        if wanted.isEmpty { return .both }
        if !wanted.contains(.data) { return .control }
        return wanted.contains(.control) ? .both : .data
    }
}

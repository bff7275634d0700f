import TraceCore

/// Which events an analysis is asked to look at, besides the window.
struct AnalysisFilter {
    /// Why an event is left out.
    enum Reason {
        case domain, kind, thread
    }

    /// Ascending; `nil` for all.
    let domains: [Int32]?
    let threads: [Int64]?
    /// Whether any event is left out.
    let isActive: Bool
    /// By number of the kind whether it is asked for, and its column that names a thread, or -1.
    private let isAsked: [Bool]
    private let threadColumns: [Int]

    init(_ options: AnalysisOptions, _ schema: EventSchema) {
        domains = options.domains?.sorted()
        threads = options.threads?.sorted()
        isActive = options.domains != nil || options.threads != nil || options.kinds != nil
        let count = Int(schema.kinds.last?.id.rawValue ?? 0) + 1
        var isAsked = [Bool](repeating: false, count: count)
        var columns = [Int](repeating: -1, count: count)
        for kind in schema.kinds {
            isAsked[Int(kind.id.rawValue)] = options.kinds?.contains(kind.id) ?? true
            columns[Int(kind.id.rawValue)] = Self.threadColumn(kind) ?? -1
        }
        self.isAsked = isAsked
        threadColumns = columns
    }

    /// The column that says which thread an event is about: its own, or the one it wakes.
    static func threadColumn(_ kind: EventKind) -> Int? {
        for name in ["thread", "target"] {
            if let index = kind.columnIndex(name), kind.columns[index].type == .integer {
                return index
            }
        }
        return nil
    }

    /// Why an event of a known kind is left out; `nil` where it is not.
    func reason(_ header: EventHeader, _ values: Span<Int64>) -> Reason? {
        let number = Int(header.kind.rawValue)
        guard isAsked[number] else { return .kind }
        if let threads {
            let column = threadColumns[number]
            guard column >= 0, threads.contains(values[column]) else { return .thread }
        }
        if let domains, !domains.contains(header.domain) { return .domain }
        return nil
    }
}

import TraceCore

/// What a thread is there for.
public enum ThreadRole: Int, Sendable, CaseIterable {
    case reclaim = 0
    case worker = 1
    case requester = 2
    case other = 3

    /// The name in reports.
    public var name: String {
        switch self {
        case .reclaim: "reclaim"
        case .worker: "worker"
        case .requester: "requester"
        case .other: "other"
        }
    }
}

/// The names of one thread.
public struct NamedThread: Hashable, Sendable {
    /// The thread.
    public var thread: Int64
    /// Its names in the order they were given.
    public var names: [String]
    /// Its role: reclaim if it ever was that, else the last one given; `nil` if none was.
    public var role: ThreadRole?

    /// The name to show: the last one given.
    public var name: String { names.last ?? "" }
}

/// Collects `thread_name` events, of whatever instant.
struct ThreadNames {
    private static let namesPerThread = 16

    private struct State {
        var names: [TextKey] = []
        var role: ThreadRole?
    }

    private var index = KeyIndex()
    private var states: [State] = []

    mutating func name(_ kind: BoundKind, _ values: Span<Int64>) {
        let thread = kind.number(NameSlot.thread, values, default: -1)
        guard let position = index.index(of: thread) else { return }
        if position == states.count { states.append(State()) }
        let name = kind.text(NameSlot.name, values)
        let role = ThreadRole(rawValue: kind.label(NameSlot.role, values, default: -1))
        if states[position].role != .reclaim, let role { states[position].role = role }
        states[position].names.removeAll { $0 == name }
        if states[position].names.count < Self.namesPerThread {
            states[position].names.append(name)
        }
    }

    /// Whether a thread is said to be a reclaim thread; `nil` where nothing is said.
    func isReclaim(_ thread: Int64) -> Bool? {
        index.existing(thread).flatMap { states[$0].role }.map { $0 == .reclaim }
    }

    func finish(_ text: (TextKey) -> String) -> [NamedThread] {
        zip(index.keys, states)
            .map { NamedThread(thread: $0, names: $1.names.map(text), role: $1.role) }
            .sorted { $0.thread < $1.thread }
    }
}

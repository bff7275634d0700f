import TraceCore
import TraceFormat
import TraceStore

/// Which events of a trace are asked for.
struct EventSelection {
    private let firstNs: Int64
    private let endNs: Int64
    private let domains: Set<Int32>
    /// By number of the kind whether its events are asked for; all where it is empty.
    private var isChosen: [Bool] = []
    /// The lanes that hold them.
    private(set) var lanes = LaneSelection.both

    init(_ window: WindowOptions) {
        firstNs = window.begin?.ns ?? Int64.min
        endNs = window.end?.ns ?? Int64.max
        domains = Set(window.domain)
    }

    /// Whether all events of the chosen kinds are asked for.
    var isEverything: Bool { firstNs == .min && endNs == .max && domains.isEmpty }

    /// Asks for events of these kinds only.
    mutating func choose(_ kinds: [EventKind]) {
        let largest = kinds.map { Int($0.id.rawValue) }.max() ?? 0
        isChosen = [Bool](repeating: false, count: largest + 1)
        for kind in kinds { isChosen[Int(kind.id.rawValue)] = true }
        let needsData = kinds.contains { $0.lane == .data }
        let needsControl = kinds.contains { $0.lane == .control }
        lanes = !needsData ? .control : needsControl ? .both : .data
    }

    /// Whether an event is asked for.
    func contains(_ header: EventHeader) -> Bool {
        let kind = Int(header.kind.rawValue)
        return kind < isChosen.count && isChosen[kind] && header.timeNs >= firstNs
            && (header.timeNs < endNs || endNs == .max)
            && (domains.isEmpty || domains.contains(header.domain))
    }

    /// Goes to the next block that may hold events that are asked for, passing over the others.
    ///
    /// - Returns: Whether there is one.
    func nextBlock(_ trace: LoadedTrace) throws -> Bool {
        while try trace.nextBlock(overlapping: firstNs...endNs) {
            if isEverything, lanes == .both { return true }
            for lane in lanes.lanes where trace.reader.sections(lane).contains(where: holds) {
                return true
            }
        }
        return false
    }

    private func holds(_ section: BlockSection) -> Bool {
        let kind = Int(section.kind.rawValue)
        return kind < isChosen.count && isChosen[kind]
            && (domains.isEmpty || domains.contains(section.domain))
    }
}

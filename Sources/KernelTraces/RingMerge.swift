/// One event among those of all CPUs.
public struct MergedRecord: Sendable, Hashable {
    /// The event; its payload lies in `RingMerge.buffer` of the lane until the next step.
    public let record: RingRecord
    /// Which of the merged CPUs it comes from, by position.
    public let lane: Int
    /// What the recorder lost on this CPU directly before the event.
    public let lost: LostEvents
}

/// Puts the events of several CPUs in the order of their times.
///
/// Events of one CPU keep their order, and of equal times the one of the first CPU comes first.
/// The sub-buffers that were added and not used up are all that is kept.
public struct RingMerge: Sendable {
    /// What comes next.
    public enum Step: Sendable, Hashable {
        case event(MergedRecord)
        /// A lane has nothing left: it needs sub-buffers, or has to be ended.
        case starved(lane: Int)
        /// All lanes are ended and used up.
        case end
        /// Only events at or behind the limit are left.
        case limit
    }

    private let layout: RingLayout
    private var lanes: [RingLane]
    /// Lanes with an event, the earliest first: a binary heap.
    private var heap: [(timeNs: Int64, lane: Int)] = []
    /// Whether every lane that could have an event is in the heap.
    private var isSettled = false
    /// The lane whose event was given last and has not been left yet.
    private var current: Int?

    /// Makes a merge of one lane for each CPU.
    public init(_ layout: RingLayout, cpus: [Int32]) {
        self.layout = layout
        lanes = cpus.map { RingLane(layout, cpu: $0) }
    }

    /// The bytes in which the payload of a lane's event lies, until the next step or addition.
    ///
    /// Keeping them longer costs a copy.
    public func buffer(_ lane: Int) -> [UInt8] { lanes.span[lane].bytes }

    /// Bytes that were added to a lane and are not used up.
    public func waitingBytes(_ lane: Int) -> Int { lanes[lane].waitingBytes }

    /// Whether a lane takes no more bytes.
    public func isEnded(_ lane: Int) -> Bool { lanes[lane].isEnded }

    /// Adds the next bytes of a CPU; they may begin and end anywhere.
    ///
    /// Programmer error: bytes for a lane that was ended.
    public mutating func add(_ bytes: ArraySlice<UInt8>, lane: Int) {
        lanes[lane].add(bytes)
        isSettled = false
    }

    /// Says that a CPU has no more bytes.
    ///
    /// - Throws: `ringBuffer` where they end within a sub-buffer; what is whole is kept.
    public mutating func end(lane: Int) throws(KernelTraceError) {
        isSettled = false
        try lanes[lane].end(subBufferBytes: layout.subBufferBytes)
    }

    /// Lets go of all that a lane still has, after a fault in it.
    public mutating func abandon(lane: Int) {
        lanes[lane].abandon()
        heap.removeAll { $0.lane == lane }
        if current == lane { current = nil }
        // Taking a lane out disturbs the order.
        for position in stride(from: heap.count / 2 - 1, through: 0, by: -1) { sink(position) }
    }

    /// What was lost behind the last event of a lane.
    public func lostAtEnd(_ lane: Int) -> LostEvents { lanes[lane].lostBeforeHead }

    /// The lane in which the last call of `next` found a fault.
    public private(set) var faultyLane: Int?

    /// The next event.
    ///
    /// - Parameter limitNs: where it is given, lanes without sub-buffers are not waited for, and
    ///   only events before it are given: all CPUs are known to have been read up to there.
    /// - Complexity: O(log lanes).
    /// - Throws: `ringBuffer`. `faultyLane` has to be abandoned then.
    public mutating func next(before limitNs: Int64? = nil) throws(KernelTraceError) -> Step {
        if let lane = current {
            current = nil
            if try advance(lane) {
                heap[0].timeNs = lanes[lane].headNs
                sink(0)
            } else {
                removeFirst()
                isSettled = false
            }
        }
        if !isSettled {
            for lane in lanes.indices where lanes[lane].head == nil && !lanes[lane].isDone {
                if try advance(lane) {
                    insert(lane)
                } else if limitNs == nil, !lanes[lane].isEnded {
                    return .starved(lane: lane)
                }
            }
            isSettled = true
        }
        guard let first = heap.first, let head = lanes[first.lane].head else { return .end }
        if let limitNs, first.timeNs >= limitNs { return .limit }
        current = first.lane
        return .event(
            MergedRecord(record: head, lane: first.lane, lost: lanes[first.lane].takeLost()))
    }

    /// Decodes the next event of a lane; false where it has none.
    private mutating func advance(_ lane: Int) throws(KernelTraceError) -> Bool {
        faultyLane = lane
        let hasEvent = try lanes[lane].advance(layout.subBufferBytes)
        faultyLane = nil
        return hasEvent
    }

    // MARK: The heap

    private func isBefore(_ left: Int, _ right: Int) -> Bool {
        heap[left].timeNs < heap[right].timeNs
            || heap[left].timeNs == heap[right].timeNs && heap[left].lane < heap[right].lane
    }

    private mutating func insert(_ lane: Int) {
        heap.append((lanes[lane].headNs, lane))
        var position = heap.count - 1
        while position > 0, isBefore(position, (position - 1) / 2) {
            heap.swapAt(position, (position - 1) / 2)
            position = (position - 1) / 2
        }
    }

    private mutating func removeFirst() {
        guard let last = heap.popLast(), !heap.isEmpty else { return }
        heap[0] = last
        sink(0)
    }

    private mutating func sink(_ start: Int) {
        var position = start
        while true {
            var first = position
            let left = 2 * position + 1
            if left < heap.count, isBefore(left, first) { first = left }
            if left + 1 < heap.count, isBefore(left + 1, first) { first = left + 1 }
            if first == position { return }
            heap.swapAt(first, position)
            position = first
        }
    }
}

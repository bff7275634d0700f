/// The bytes of one CPU and the place in them.
struct RingLane: Sendable {
    /// The sub-buffer at hand, and what was added behind it.
    private(set) var bytes: [UInt8] = []
    /// The next event.
    private(set) var head: RingRecord?
    private(set) var isEnded = false
    /// What was lost between the event given last and the next one.
    private(set) var lostBeforeHead = LostEvents()

    private let cpu: Int32
    private var cursor: SubBufferCursor
    private var isInSubBuffer = false
    /// Where the sub-buffer at hand begins, and the first byte behind it.
    private var subBuffer = 0..<0
    /// Where `bytes` begin in the CPU's data.
    private var bytesOffset: Int64 = 0
    private var lastNs: Int64 = .min

    /// How far interrupts may put an event before its predecessor.
    private static let stepBackNsMax: Int64 = 1_000_000

    init(_ layout: RingLayout, cpu: Int32) {
        self.cpu = cpu
        cursor = SubBufferCursor(layout, cpu: cpu)
    }

    var headNs: Int64 { head?.timeNs ?? .max }
    var waitingBytes: Int { bytes.count - subBuffer.upperBound }
    var isDone: Bool { isEnded && waitingBytes == 0 && head == nil && !isInSubBuffer }

    mutating func add(_ more: ArraySlice<UInt8>) {
        precondition(!isEnded, "a lane takes no bytes after its end")
        // What is used up goes when it is the larger part, so that bytes are moved rarely.
        let used = head == nil && !isInSubBuffer ? subBuffer.upperBound : subBuffer.lowerBound
        if used == bytes.count {
            // Nothing is left: the new bytes are taken as they are.
            forget(used)
            bytes = Array(more)
            return
        }
        if used > 0, used >= bytes.count - used {
            bytes.removeSubrange(0..<used)
            forget(used)
        }
        bytes += more
    }

    /// Counts from behind bytes that are gone.
    private mutating func forget(_ count: Int) {
        bytesOffset += Int64(count)
        subBuffer = max(0, subBuffer.lowerBound - count)..<subBuffer.upperBound - count
        head = head?.moved(by: -count)
        cursor.move(by: -count)
    }

    mutating func end(subBufferBytes: Int) throws(KernelTraceError) {
        isEnded = true
        let rest = waitingBytes % subBufferBytes
        guard rest > 0 else { return }
        bytes.removeLast(rest)
        throw .ringBuffer(
            cpu: cpu, offset: bytesOffset + Int64(bytes.count), problem: .truncated)
    }

    mutating func abandon() {
        isEnded = true
        isInSubBuffer = false
        head = nil
        bytes = []
        subBuffer = 0..<0
    }

    mutating func takeLost() -> LostEvents {
        guard !lostBeforeHead.isNone else { return lostBeforeHead }
        defer { lostBeforeHead = LostEvents() }
        return lostBeforeHead
    }

    /// Decodes the next event; false where there is none yet.
    mutating func advance(_ subBufferBytes: Int) throws(KernelTraceError) -> Bool {
        head = nil
        while true {
            if isInSubBuffer {
                if let record = try Self.next(&cursor, bytes) {
                    try take(record)
                    return true
                }
                isInSubBuffer = false
            }
            guard waitingBytes >= subBufferBytes else { return false }
            let start = subBuffer.upperBound
            subBuffer = start..<start + subBufferBytes
            try Self.begin(&cursor, bytes, at: start, offset: bytesOffset + Int64(start))
            lostBeforeHead.add(cursor.lost)
            isInSubBuffer = true
        }
    }

    // The bytes and the place in them are two parts of this value; a span would hold all of it.

    private static func next(
        _ cursor: inout SubBufferCursor, _ bytes: [UInt8]
    ) throws(KernelTraceError) -> RingRecord? { try cursor.next(bytes.span) }

    private static func begin(
        _ cursor: inout SubBufferCursor, _ bytes: [UInt8], at start: Int, offset: Int64
    ) throws(KernelTraceError) { try cursor.begin(bytes.span, at: start, offset: offset) }

    private mutating func take(_ record: RingRecord) throws(KernelTraceError) {
        guard record.timeNs >= lastNs || lastNs - record.timeNs <= Self.stepBackNsMax else {
            throw .ringBuffer(
                cpu: cpu, offset: bytesOffset + Int64(record.payload.lowerBound),
                problem: .timeWentBackwards)
        }
        lastNs = record.timeNs
        head = record
    }
}

/// Events that a recorder lost.
public struct LostEvents: Sendable, Hashable {
    /// As many as the ring buffer says.
    public private(set) var counted: UInt64
    /// Losses of which it does not say how large they were.
    public private(set) var uncounted: Int

    /// Makes a sum.
    public init(counted: UInt64 = 0, uncounted: Int = 0) {
        self.counted = counted
        self.uncounted = uncounted
    }

    /// Whether nothing was lost.
    public var isNone: Bool { counted == 0 && uncounted == 0 }

    /// Adds other losses.
    public mutating func add(_ other: LostEvents) {
        let (sum, overflow) = counted.addingReportingOverflow(other.counted)
        counted = overflow ? .max : sum
        uncounted += other.uncounted
    }
}

/// One event of a ring buffer.
public struct RingRecord: Sendable, Hashable {
    /// The time of the trace clock.
    public let timeNs: Int64
    /// The number of the event's format.
    public let id: Int
    /// Where the record is, its common fields included.
    public let payload: Range<Int>

    /// The same record in bytes of which the first were dropped.
    func moved(by distance: Int) -> RingRecord {
        RingRecord(
            timeNs: timeNs, id: id,
            payload: payload.lowerBound + distance..<payload.upperBound + distance)
    }
}

/// Decodes one sub-buffer after the other.
public struct SubBufferCursor: Sendable {
    private let layout: RingLayout
    private let cpu: Int32
    private let typeMask: UInt32
    private var position = 0
    private var end = 0
    private var timeNs: UInt64 = 0
    /// What has to be added to a position in the span for the place in the CPU's data.
    private var shift: Int64 = 0
    /// What was lost before the first event of the sub-buffer.
    public private(set) var lost = LostEvents()

    private static let lostFlag: UInt64 = 1 << 31
    private static let lostCountFlag: UInt64 = 1 << 30
    private static let usedMask: UInt64 = (1 << 27) - 1

    /// Makes a cursor without a sub-buffer.
    public init(_ layout: RingLayout, cpu: Int32) {
        self.layout = layout
        self.cpu = cpu
        typeMask = UInt32(truncatingIfNeeded: (1 as UInt64) << UInt64(layout.header.typeBits) - 1)
    }

    /// Goes to the start of a sub-buffer.
    ///
    /// Programmer error: bytes that hold less than a sub-buffer behind the start.
    ///
    /// - Parameter offset: where the sub-buffer is in the CPU's data, for errors.
    /// - Throws: `ringBuffer`.
    public mutating func begin(
        _ bytes: Span<UInt8>, at start: Int, offset: Int64
    ) throws(KernelTraceError) {
        precondition(start + layout.subBufferBytes <= bytes.count, "a sub-buffer is incomplete")
        shift = offset - Int64(start)
        timeNs = loadUInt64(bytes, start + layout.timeOffset)
        let word =
            layout.usedSize == 8
            ? loadUInt64(bytes, start + layout.usedOffset)
            : UInt64(loadUInt32(bytes, start + layout.usedOffset))
        position = start + layout.dataOffset
        let used = Int(word & Self.usedMask)
        end = position
        guard used <= layout.subBufferBytes - layout.dataOffset else {
            throw fault(at: start + layout.usedOffset, .usedBytesTooLarge)
        }
        end = position + used
        lost = LostEvents()
        guard word & Self.lostFlag != 0 else { return }
        let hasCount =
            word & Self.lostCountFlag != 0 && end + layout.usedSize <= start + layout.subBufferBytes
        guard hasCount else {
            lost = LostEvents(uncounted: 1)
            return
        }
        lost = LostEvents(
            counted: layout.usedSize == 8
                ? loadUInt64(bytes, end) : UInt64(loadUInt32(bytes, end)))
    }

    /// Follows bytes of which the first were dropped.
    mutating func move(by distance: Int) {
        position += distance
        end += distance
        shift -= Int64(distance)
    }

    /// The next event of the sub-buffer, or `nil` at its end.
    ///
    /// - Throws: `ringBuffer`; then the rest of the sub-buffer is of no use.
    public mutating func next(_ bytes: Span<UInt8>) throws(KernelTraceError) -> RingRecord? {
        while position + 4 <= end {
            let word = loadUInt32(bytes, position)
            let type = word & typeMask
            let delta = UInt64(word >> UInt32(layout.header.typeBits))
            let start = position
            if type <= layout.header.dataTypeMax {
                let payload = try payload(bytes, type)
                timeNs &+= delta
                position = payload.upperBound
                let id = try id(bytes, payload)
                guard let timeNs = Int64(exactly: timeNs) else {
                    throw fault(at: start, .timeTooLarge)
                }
                return RingRecord(timeNs: timeNs, id: id, payload: payload)
            }
            guard position + 8 <= end || (type == layout.header.padding && delta == 0) else {
                throw fault(at: start, .eventTooLong)
            }
            try skip(bytes, type, delta)
        }
        position = end
        return nil
    }

    // Both are called for every event; a call would copy the cursor.

    /// Where the bytes of a data event are.
    @inline(__always)
    private func payload(
        _ bytes: Span<UInt8>, _ type: UInt32
    ) throws(KernelTraceError) -> Range<Int> {
        let first: Int
        let last: Int
        if type > 0 {
            first = position + 4
            last = first + Int(type) * 4
        } else {
            guard position + 8 <= end else { throw fault(at: position, .eventTooLong) }
            let length = Int(loadUInt32(bytes, position + 4))
            guard length >= 4 else { throw fault(at: position + 4, .eventTooShort) }
            first = position + 8
            // The length counts its own word; the next event begins at a whole word.
            last = position + 4 + (length + 3) / 4 * 4
        }
        guard last <= end else { throw fault(at: position, .eventTooLong) }
        return first..<last
    }

    @inline(__always)
    private func id(
        _ bytes: Span<UInt8>, _ payload: Range<Int>
    ) throws(KernelTraceError) -> Int {
        guard let id = layout.typePlace.load(bytes, payload) else {
            throw fault(at: payload.lowerBound, .eventTooShort)
        }
        return Int(id)
    }

    /// Passes over what is no event: padding, and what only moves the time.
    private mutating func skip(
        _ bytes: Span<UInt8>, _ type: UInt32, _ delta: UInt64
    ) throws(KernelTraceError) {
        let start = position
        if type == layout.header.padding {
            guard delta != 0 else {
                position = end
                return
            }
            // An event that was taken back; the next one counts from its time all the same.
            let length = Int(loadUInt32(bytes, position + 4))
            guard length >= 4, position + 4 + length <= end else {
                throw fault(at: start, .eventTooLong)
            }
            timeNs &+= delta
            position += 4 + (length + 3) / 4 * 4
            return
        }
        let high = UInt64(loadUInt32(bytes, position + 4)) << UInt64(layout.header.deltaBits)
        if type == layout.header.timeExtend {
            timeNs &+= delta &+ high
        } else if type == layout.header.timeStamp {
            // A stamp has 59 bits; the rest is that of the time before.
            let bits = UInt64(1) << UInt64(layout.header.deltaBits + 32) - 1
            timeNs = timeNs & ~bits | (delta | high) & bits
        } else {
            throw fault(at: start, .unknownType)
        }
        position += 8
    }

    private func fault(at position: Int, _ problem: RingProblem) -> KernelTraceError {
        .ringBuffer(cpu: cpu, offset: Int64(position) + shift, problem: problem)
    }
}

/// Makes the sub-buffers of one CPU, in any layout that `header_page` can describe.
public struct RingWriter {
    /// How the parts of a sub-buffer lie.
    public struct Layout: Sendable {
        /// Bytes of a sub-buffer.
        public var subBufferBytes = 4096
        /// Where the time stamp, the used bytes and the data are.
        public var timeOffset = 0
        /// Where the number of used bytes is.
        public var usedOffset = 8
        /// Its size, 4 or 8.
        public var usedSize = 8
        /// Where the events begin.
        public var dataOffset = 16

        /// The layout of this time's kernels on 64 bits.
        public init() {}

        /// The file `header_page`.
        public var headerPage: [UInt8] {
            let size = subBufferBytes - dataOffset
            return Array(
                """
                \tfield: u64 timestamp;\toffset:\(timeOffset);\tsize:8;\tsigned:0;
                \tfield: local_t commit;\toffset:\(usedOffset);\tsize:\(usedSize);\tsigned:1;
                \tfield: int overwrite;\toffset:\(usedOffset);\tsize:1;\tsigned:1;
                \tfield: char data;\toffset:\(dataOffset);\tsize:\(size);\tsigned:1;

                """.utf8)
        }
    }

    /// The file `header_event`.
    public static let headerEvent = Array(
        """
        # compressed entry header
        \ttype_len    :    5 bits
        \ttime_delta  :   27 bits
        \tarray       :   32 bits

        \tpadding     : type == 29
        \ttime_extend : type == 30
        \ttime_stamp : type == 31
        \tdata max type_len  == 28

        """.utf8)

    /// Whole sub-buffers.
    public private(set) var bytes: [UInt8] = []

    private let layout: Layout
    private var data: [UInt8] = []
    private var firstNs: UInt64 = 0
    private var lastNs: UInt64 = 0
    private var lost: UInt64?
    private var isOpen = false

    /// Makes a writer without events.
    public init(_ layout: Layout = Layout()) { self.layout = layout }

    private var room: Int { layout.subBufferBytes - layout.dataOffset - data.count }

    /// Adds an event.
    ///
    /// - Parameter withLengthWord: writes the length in a word of its own although it would fit.
    public mutating func event(_ timeNs: UInt64, _ payload: [UInt8], withLengthWord: Bool = false) {
        let words = (payload.count + 3) / 4
        if isOpen, room < words * 4 + 16 { endSubBuffer() }
        begin(timeNs)
        let delta = advance(to: timeNs)
        if withLengthWord || words > 28 || words == 0 {
            append32(UInt32(delta) << 5)
            append32(UInt32(payload.count + 4))
        } else {
            append32(UInt32(delta) << 5 | UInt32(words))
        }
        data += payload + [UInt8](repeating: 0, count: words * 4 - payload.count)
    }

    /// Adds an event that was taken back; it counts as at least a nanosecond later.
    public mutating func discarded(_ timeNs: UInt64, bytes: Int) {
        if isOpen, room < bytes + 16 { endSubBuffer() }
        begin(timeNs)
        var delta = advance(to: timeNs)
        // The kernel never leaves 0 there, which would mean the end of the sub-buffer.
        if delta == 0 {
            delta = 1
            lastNs += 1
        }
        append32(UInt32(delta) << 5 | 29)
        append32(UInt32(bytes + 4))
        data += [UInt8](repeating: 0xEE, count: bytes)
    }

    /// Adds an absolute time.
    public mutating func timeStamp(_ timeNs: UInt64) {
        if isOpen, room < 8 { endSubBuffer() }
        begin(timeNs)
        append32(UInt32(timeNs & (1 << 27 - 1)) << 5 | 31)
        append32(UInt32(truncatingIfNeeded: timeNs >> 27))
        lastNs = timeNs
    }

    /// Fills the rest of the sub-buffer with padding and ends it.
    public mutating func pad() {
        guard isOpen else { return }
        if room >= 4 {
            append32(29)
            data += [UInt8](repeating: 0xDD, count: room)
        }
        endSubBuffer()
    }

    /// Ends the sub-buffer, and says in the next one that events were lost.
    ///
    /// - Parameter count: 0 where their number is not to be stored.
    public mutating func lose(_ count: UInt64) {
        endSubBuffer()
        lost = count
    }

    /// Ends the sub-buffer.
    public mutating func endSubBuffer() {
        guard isOpen else { return }
        var header = [UInt8](repeating: 0, count: layout.dataOffset)
        var used = UInt64(data.count)
        if let lost {
            used |= 1 << 31
            if lost > 0, room >= layout.usedSize {
                used |= 1 << 30
                for byte in 0..<layout.usedSize {
                    data.append(UInt8(truncatingIfNeeded: lost >> UInt64(byte * 8)))
                }
            }
        }
        for byte in 0..<8 {
            header[layout.timeOffset + byte] = UInt8(
                truncatingIfNeeded: firstNs >> UInt64(byte * 8))
        }
        for byte in 0..<layout.usedSize {
            header[layout.usedOffset + byte] = UInt8(truncatingIfNeeded: used >> UInt64(byte * 8))
        }
        bytes += header + data
        bytes += [UInt8](repeating: 0, count: room)
        data = []
        lost = nil
        isOpen = false
    }

    private mutating func begin(_ timeNs: UInt64) {
        guard !isOpen else { return }
        isOpen = true
        firstNs = timeNs
        lastNs = timeNs
    }

    /// The step to a time that fits in an event's word; a longer one gets a word of its own.
    private mutating func advance(to timeNs: UInt64) -> UInt64 {
        let delta = timeNs - lastNs
        lastNs = timeNs
        guard delta >= 1 << 27 else { return delta }
        append32(UInt32(delta & (1 << 27 - 1)) << 5 | 30)
        append32(UInt32(truncatingIfNeeded: delta >> 27))
        return 0
    }

    private mutating func append32(_ value: UInt32) {
        for byte in 0..<4 { data.append(UInt8(truncatingIfNeeded: value >> UInt32(byte * 8))) }
    }
}

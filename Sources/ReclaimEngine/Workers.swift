/// One ktls worker: the thread that encrypts the records of one CPU.
struct Worker: Sendable {
    /// Kernel ticks of the last failed allocation; 0 at the start, as in the kernel.
    var lastFailTicks: Int32 = 0
    /// What it has served since the start.
    var served = ServiceCounts()
    /// Records that wait because this worker sleeps in vm_wait; empty when it does not.
    var blocked: [Int32] = []
    /// Records of private data that came while it slept.
    var anonymousBehind: Int64 = 0
    /// When the present vm_wait began, and its event.
    var waitBeganNs: Int64 = 0
    var waitSequence: UInt64 = 0
}

/// How many records were served in which way; columns of the `service` event.
struct ServiceCounts: Sendable {
    var requests: Int64 = 0
    var hitsCpu: Int64 = 0
    var hitsList: Int64 = 0
    var imports: Int64 = 0
    var failed: Int64 = 0
    var limited: Int64 = 0
    var fallback: Int64 = 0
    var small: Int64 = 0
    var anonymous: Int64 = 0
}

/// A record between its request and its release.
struct Record: Sendable {
    var handle: Int64
    var cpu: Int32
    var freeCpu: Int32
    /// Pages the record needs.
    var pagesWanted: Int32
    /// Pages it holds: 4 for a buffer, up to `pagesWanted` single ones as fallback.
    var pagesHeld: Int32
    /// Holds a contiguous buffer, whose first page is `pages[0]`.
    var hasBuffer: Bool
    /// When it is released.
    var releaseNs: Int64
    var pages: InlineArray<4, Int32>
}

/// Records by number; numbers are reused.
struct RecordTable: Sendable {
    private(set) var slots: [Record] = []
    private var unused: [Int32] = []

    /// Records that are held at present.
    var count: Int { slots.count - unused.count }

    mutating func insert(_ record: Record) -> Int32 {
        if let number = unused.popLast() {
            slots[Int(number)] = record
            return number
        }
        slots.append(record)
        return Int32(slots.count - 1)
    }

    mutating func remove(_ number: Int32) -> Record {
        unused.append(number)
        return slots[Int(number)]
    }

    subscript(number: Int32) -> Record {
        get { slots[Int(number)] }
        set { slots[Int(number)] = newValue }
    }
}

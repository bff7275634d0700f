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

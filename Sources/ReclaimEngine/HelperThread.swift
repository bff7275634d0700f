/// The helper thread of one domain: `reclaim_N` or `alloc_N` (engine specification 4.16, 5).
struct HelperThread: Sendable {
    /// Where the thread is.
    enum State: Sendable {
        /// `running` is 0 and the thread gets onto the sleep queue at this instant; a wakeup
        /// before it is lost.
        case asleep(fromNs: Int64)
        /// Woken, not yet on a CPU.
        case runnable
        /// On a CPU, between two steps.
        case onCpu
        /// On a CPU, turning in place until a block appears.
        case spinning
        /// Asleep on the vm_wait channel.
        case waiting

        /// A number that changes with the state.
        var digest: UInt64 {
            switch self {
            case .asleep(let fromNs): UInt64(bitPattern: fromNs) << 3
            case .runnable: 1
            case .onCpu: 2
            case .spinning: 3
            case .waiting: 4
            }
        }
    }

    let name: String
    /// The CPU it ran on last.
    var lastCpu: Int
    var program: any ThreadProgram
    var state = State.asleep(fromNs: 0)
    /// The flag workers read: 0 until the thread has returned from tsleep.
    var running = false
    /// Returns from tsleep.
    var wakeups: Int64 = 0
    /// The policy's own counter, `reclaims` or `allocs`.
    var counter: Int64 = 0
    /// When it last came onto a CPU.
    var onCpuSinceNs: Int64 = 0
    /// The event that led to what it does next: a wakeup, its run, the end of a batch.
    var cause: UInt64 = 0
    /// The sequence number of `batch_begin`, and CPU time since then.
    var batchSequence: UInt64 = 0
    var batchCpuNs: Int64 = 0
    /// When the present spin or wait began, its event.
    var stretchBeganNs: Int64 = 0
    var stretchSequence: UInt64 = 0
    /// The turns of the present spin, and those that are in the deficit already.
    var spin = SpinClock(beganNs: 0, turnNs: 1)
    var countedTurns: Int64 = 0
    /// A reservation has come to have room for a buffer during the present spin.
    var spinSeesRoom = false
    /// An end of the present spin is scheduled.
    var spinEndsSoon = false
    /// The present wait is the last thing of the round.
    var sleepsAfterWait = false
    /// Failures in its domain that no policy has asked for yet.
    var failuresSeen: Int64 = 0
    /// Until when it is woken by failures only.
    var quietUntilNs: Int64 = 0
    /// Zone buffers it holds itself.
    var heldBuffers = 0

    init(name: String, lastCpu: Int, program: any ThreadProgram) {
        self.name = name
        self.lastCpu = lastCpu
        self.program = program
    }
}

/// Thread numbers in events: helper threads and page daemons by domain, workers by CPU.
enum ThreadNumber {
    static func helper(domain: Int) -> Int64 { 100 + Int64(domain) }
    static func pageDaemon(domain: Int) -> Int64 { 300 + Int64(domain) }
    static func worker(cpu: Int) -> Int64 { 1000 + Int64(cpu) }
}

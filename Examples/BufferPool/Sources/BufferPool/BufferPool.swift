import Foundation
import TraceRecorder

/// A pool with a fixed number of 16 KiB buffers, given back in chunks by a helper thread.
///
/// A buffer that a worker returns is used up; only the helper makes used buffers fresh again, a
/// batch at a time. So workers run dry when the helper is late, as with kernel TLS.
final class BufferPool: @unchecked Sendable {
    static let bufferBytes: Int64 = 16_384
    static let pagesPerBuffer: Int64 = 4

    // `@unchecked`: everything that changes is used with the condition's lock held.
    private let condition = NSCondition()
    private var fresh: Int
    private var used = 0
    private var batches = 0
    private var isHelperAsleep = false
    private var isHelperWanted = false
    private var isClosing = false

    init(buffers: Int) { fresh = buffers }

    /// What `take` found.
    enum Taking {
        case got(fresh: Int)
        case empty(used: Int)
    }

    /// Takes a fresh buffer if there is one.
    func take() -> Taking {
        condition.withLock {
            guard fresh > 0 else { return .empty(used: used) }
            fresh -= 1
            return .got(fresh: fresh)
        }
    }

    /// Gives a buffer back, used up.
    func giveBack() { condition.withLock { used += 1 } }

    /// What a call for the helper came to.
    struct Wakeup {
        /// False where it was not asleep, or another thread had woken it.
        var wokeIt: Bool
        /// Batches that had ended by then.
        var batches: Int
    }

    /// Wakes the helper.
    func wakeHelper() -> Wakeup {
        condition.withLock {
            let wokeIt = isHelperAsleep && !isHelperWanted
            isHelperWanted = true
            condition.broadcast()
            return Wakeup(wokeIt: wokeIt, batches: batches)
        }
    }

    /// Waits for the end of the next batch after a wakeup.
    ///
    /// Others may have taken all fresh buffers by then; who waits must try, and call, again.
    func waitForBatch(after wakeup: Wakeup) {
        condition.withLock { while batches == wakeup.batches, !isClosing { condition.wait() } }
    }

    /// The helper sleeps until it is woken; false when the pool closes.
    func sleepUntilWoken() -> Bool {
        condition.withLock {
            isHelperAsleep = true
            while !isHelperWanted, !isClosing { condition.wait() }
            isHelperAsleep = false
            isHelperWanted = false
            return !isClosing
        }
    }

    /// The helper takes so many used buffers out, at most.
    func takeUsed(_ wanted: Int) -> Int {
        condition.withLock {
            let taken = min(wanted, used)
            used -= taken
            return taken
        }
    }

    /// The helper puts fresh ones in.
    func putFresh(_ count: Int) {
        condition.withLock {
            fresh += count
            batches += 1
            condition.broadcast()
        }
    }

    func close() {
        condition.withLock {
            isClosing = true
            condition.broadcast()
        }
    }
}

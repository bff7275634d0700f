import Synchronization
import TraceCore

/// What the recorder, its producers' makers and the drain share.
final class RecorderShared: Sendable {
    private struct State {
        var newRings: [Ring] = []
        var strings = StringTable()
        var threads: Int64 = 0
        var isStopped = false
    }

    private let state = SystemLock(State())
    /// Changes with every new ring, so that the drain need not lock to find none.
    private let rings = Atomic<Int>(0)
    private let stopping = Atomic<Bool>(false)

    /// Adds a ring and gives its thread a number, from 1.
    func add(_ ring: Ring) -> Int64 {
        let (thread, isStopped) = state.withLock { state in
            state.newRings.append(ring)
            state.threads += 1
            return (state.threads, state.isStopped)
        }
        // Nobody empties it any more, so it must keep nobody waiting.
        if isStopped { ring.cells.storeReleasing(RingLayout.finished, 1) }
        rings.add(1, ordering: .releasing)
        return thread
    }

    /// The rings that were added since so many had been.
    func rings(since known: Int) -> [Ring] {
        guard rings.load(ordering: .acquiring) != known else { return [] }
        return state.withLock { state in
            let rings = state.newRings
            state.newRings = []
            return rings
        }
    }

    /// The number of a string.
    ///
    /// - Complexity: O(length).
    func intern(_ text: String) -> Int64 { state.withLock { $0.strings.intern(text) } }

    /// The strings from a number on.
    ///
    /// - Complexity: O(strings returned).
    func strings(from number: Int) -> [String] {
        state.withLock { Array($0.strings.strings[number...]) }
    }

    /// Tells the drain to end; false where it was told before.
    func stop() -> Bool {
        let isFirst = state.withLock { state in
            defer { state.isStopped = true }
            return !state.isStopped
        }
        stopping.store(true, ordering: .releasing)
        return isFirst
    }

    /// Whether the drain shall end.
    var isStopping: Bool { stopping.load(ordering: .acquiring) }
}

import Dispatch
import Synchronization

/// Independent pieces of work on several threads.
enum ParallelWork {
    /// Does every piece, and gives the results in their order.
    ///
    /// After a failure no further piece is begun; of several failures that of the first piece is
    /// thrown.
    ///
    /// - Parameter threads: At least 1; with one, everything happens on the calling thread.
    static func map<Piece: Sendable, Output: Sendable>(
        _ pieces: [Piece], threads: Int, _ body: @Sendable (Piece) throws -> Output
    ) throws -> [Output] {
        guard threads > 1, pieces.count > 1 else { return try pieces.map(body) }
        let none = [Result<Output, any Error>?](repeating: nil, count: pieces.count)
        let results = Mutex(none)
        let next = Atomic<Int>(0)
        let hasFailed = Atomic<Bool>(false)
        DispatchQueue.concurrentPerform(iterations: min(threads, pieces.count)) { _ in
            while !hasFailed.load(ordering: .relaxed) {
                let position = next.add(1, ordering: .relaxed).oldValue
                guard position < pieces.count else { return }
                let result = Result { try body(pieces[position]) }
                if case .failure = result { hasFailed.store(true, ordering: .relaxed) }
                results.withLock { $0[position] = result }
            }
        }
        let all = results.withLock { $0 }
        for case .failure(let error) in all.compactMap({ $0 }) { throw error }
        return try all.compactMap { try $0?.get() }
    }
}

import PhysicalMemory

/// The array of buffers that the old helper thread fills and empties again
/// (engine specification 5.1).
struct HeldBuffers: Sendable {
    /// How the allocations of a step went.
    enum Outcome {
        /// Time is up, or all wanted buffers are held; the cost on the CPU.
        case took(ns: Int64)
        /// The last attempt got nothing; the cost of all of them.
        case failed(ns: Int64)
    }

    private var pages: [Int] = []
    /// Buffers wanted in this round; read once, when the array is made.
    private var wanted = 0
    private var isFilling = false

    /// Are all wanted buffers held?
    var isFull: Bool { isFilling && pages.count >= wanted }

    /// A number that changes with the state.
    var digest: UInt64 { UInt64(wanted) << 1 | (isFilling ? 1 : 0) }

    /// Begins a round unless one is under way: the array is made anew when the number changed.
    mutating func beginRound(wanted newWanted: Int) {
        guard !isFilling else { return }
        isFilling = true
        wanted = newWanted
        pages.reserveCapacity(newWanted)
    }

    /// Allocates with `attempt` until all are held, an attempt gets nothing, or a slice is over.
    mutating func fill(
        _ engine: inout Engine, domain: Int,
        _ attempt: (inout Engine) -> (page: Int?, costNs: Int64)
    ) -> Outcome {
        var costNs: Int64 = 0
        while pages.count < wanted, costNs < engine.model.sliceNs {
            let got = attempt(&engine)
            guard let page = got.page else { return .failed(ns: costNs + got.costNs) }
            pages.append(page)
            engine.threads[domain].heldBuffers = pages.count
            engine.threads[domain].counter += 1
            costNs += got.costNs
        }
        return .took(ns: costNs)
    }

    /// Gives all buffers back to the zone, the last one first, and ends the round.
    mutating func giveBack(_ engine: inout Engine, domain: Int) {
        let cpu = engine.threads[domain].lastCpu
        while let page = pages.popLast() {
            engine.freeIntoZone(page, cpu: cpu)
        }
        engine.threads[domain].heldBuffers = 0
        isFilling = false
    }
}

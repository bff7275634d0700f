/// The turns of a spin, whose length changes with the queue that each of them walks.
///
/// A turn that is under way when the length changes keeps its own.
struct SpinClock: Sendable {
    /// Where turns of the present length begin; may lie ahead.
    private var beganNs: Int64
    private var turnNs: Int64
    /// Turns that end at `beganNs` or before.
    private var turnsBefore: Int64 = 0

    /// Starts at an instant with turns of a length above 0.
    init(beganNs: Int64, turnNs: Int64) {
        self.beganNs = beganNs
        self.turnNs = turnNs
    }

    /// Turns that are over at an instant, which is not before the last change.
    func turns(at nowNs: Int64) -> Int64 {
        nowNs >= beganNs ? turnsBefore + (nowNs - beganNs) / turnNs : turnsBefore - 1
    }

    /// When the turn under way at an instant ends.
    func turnEndNs(at nowNs: Int64) -> Int64 {
        nowNs < beganNs ? beganNs : beganNs + ((nowNs - beganNs) / turnNs + 1) * turnNs
    }

    /// From the next turn on turns have another length.
    mutating func change(turnNs newNs: Int64, at nowNs: Int64) {
        guard newNs != turnNs else { return }
        let endNs = turnEndNs(at: nowNs)
        turnsBefore = turns(at: nowNs) + 1
        beganNs = endNs
        turnNs = newNs
    }
}

/// When an encoder tries out what suits the events best, instead of doing what suited them before.
///
/// In the first block, the second, the fourth and so on, while little is known, and then again and
/// again: what a column is like changes seldom, and trying costs time.
struct TrialSchedule {
    /// Blocks between trials once a trace is long.
    private static let interval = 64

    private var blocks = 0
    /// Whether things are tried out in the current block.
    private(set) var isTrial = false

    /// Starts a block.
    mutating func beginBlock() {
        blocks += 1
        isTrial = blocks & (blocks - 1) == 0 || blocks % Self.interval == 0
    }
}

import TestRandomness
import Testing

/// Free lists, single blocks and contiguous ranges against the slow model: over a million
/// operations in all, every result compared, the whole lists every few operations.
struct BuddyReferenceTests {
    static let seeds = TestSeeds.chosen(1...40)

    @Test(arguments: BuddyWorld.Shape.allCases, [true, false])
    func everyOperationGivesWhatTheRulesGive(shape: BuddyWorld.Shape, avoidsRanges: Bool) {
        let count = shape == .huge ? 400 : 4500
        var (misses, manyBlocks) = (0, 0)
        for seed in Self.seeds {
            var world = BuddyWorld(seed: seed, shape: shape, avoidsRanges: avoidsRanges)
            for operation in 0..<count {
                let isChecked = operation % (shape == .huge ? 80 : 60) == 0
                guard let difference = world.step() ?? (isChecked ? world.check() : nil) else {
                    continue
                }
                Issue.record("seed \(seed), \(shape), operation \(operation): \(difference)")
                return
            }
            misses += world.misses
            manyBlocks += world.manyBlocks
        }
        guard TestSeeds.areComplete else { return }
        #expect(misses > 0)
        #expect((manyBlocks > 0) == (shape == .huge))
    }
}

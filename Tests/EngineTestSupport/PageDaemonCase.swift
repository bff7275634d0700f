public import ReclaimEngine
import TestRandomness

/// A random case with page daemons, and mostly with page caches.
extension RandomCase {
    /// The setup, its model drawn further from the seed.
    public func daemonSetup(policy: Policy? = nil) -> EngineSetup {
        var random = TestRandom(seed: seed, purpose: 3)
        var setup = setup(policy: policy)
        setup.model.pageDaemon = 1
        setup.model.evictPageNs = random.choice([1, 1000, 100_000])
        setup.model.launderPagesPerSecond = random.choice([0, 200, 5120, 1_000_000])
        setup.model.pgcachePages = random.choice([0, 1, 7, 32])
        return setup
    }

    /// The inputs; some new content is dirty, and content is used again.
    public func daemonInputs() -> [Input] {
        var random = TestRandom(seed: seed, purpose: 4)
        let dirtyOneIn = random.choice([1, 3, 1000])
        var inputs: [Input] = []
        for var input in self.inputs() {
            if case .background(var background) = input.action,
                background.operation == .allocate, random.isOneIn(dirtyOneIn)
            {
                background.flags |= Input.Background.dirty
                input.action = .background(background)
            }
            inputs.append(input)
            guard random.isOneIn(20) else { continue }
            inputs.append(
                .background(
                    at: input.timeNs, .touch, slot: random.number(0...20_000),
                    pages: random.number(0...60), domain: 0))
        }
        return inputs
    }
}

public import ReclaimEngine

/// All inputs of a scenario in order of time; at equal times background inputs come first.
public struct InputGenerator: Sendable {
    private var requests: RequestGenerator
    private var background: BackgroundGenerator

    /// Starts at time 0.
    ///
    /// - Parameters:
    ///   - memory: the initial memory made from the same scenario.
    ///   - hasPageDaemon: does the host's page daemon choose what the file cache gives up?
    public init(_ scenario: Scenario, memory: InitialMemory, hasPageDaemon: Bool = false) {
        requests = RequestGenerator(scenario)
        background = BackgroundGenerator(
            scenario, memory: memory, hasPageDaemon: hasPageDaemon)
    }

    /// The next input before `endNs`, or `nil` when there is none.
    public mutating func next(before endNs: Int64) -> Input? {
        if background.nextNs <= requests.nextNs {
            return background.nextNs < endNs ? background.next() : nil
        }
        return requests.nextNs < endNs ? requests.next() : nil
    }
}

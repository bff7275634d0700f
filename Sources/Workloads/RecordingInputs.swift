public import ReclaimEngine

/// Everything that a scenario hands to the engine, in order of time: what arrives, and the settings
/// that change. At equal times settings come first.
public struct RecordingInputs: Sendable {
    private var generator: InputGenerator
    /// The settings still to come, latest first.
    private var settings: [TimedSetting]
    /// An input that was drawn and comes after a setting.
    private var drawn: Input?

    /// Starts at time 0.
    ///
    /// - Parameters:
    ///   - memory: the initial memory made from the same scenario.
    ///   - hasPageDaemon: does the host's page daemon choose what the file cache gives up?
    /// - Complexity: O(s log s) for s settings, besides the cost of the generator.
    public init(_ scenario: Scenario, memory: InitialMemory, hasPageDaemon: Bool = false) {
        generator = InputGenerator(scenario, memory: memory, hasPageDaemon: hasPageDaemon)
        // A stable order: by time, then as they were given.
        settings = scenario.settings.enumerated().sorted {
            ($0.element.timeNs, $0.offset) > ($1.element.timeNs, $1.offset)
        }.map(\.element)
    }

    /// The next input before `endNs`, or `nil` when there is none.
    public mutating func next(before endNs: Int64) -> Input? {
        guard let setting = settings.last, setting.timeNs < endNs else {
            return takeDrawn(before: endNs)
        }
        let other = takeDrawn(before: endNs)
        if let other, other.timeNs < setting.timeNs { return other }
        drawn = other
        settings.removeLast()
        return setting.input
    }

    private mutating func takeDrawn(before endNs: Int64) -> Input? {
        if let input = drawn {
            guard input.timeNs < endNs else { return nil }
            drawn = nil
            return input
        }
        return generator.next(before: endNs)
    }
}

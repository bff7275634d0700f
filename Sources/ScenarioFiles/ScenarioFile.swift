public import ReclaimEngine
public import Workloads
public import YAMLTrees

/// What a scenario file says: a host and its load, and how the model is set for them.
public struct ScenarioFile: Sendable, Equatable {
    /// One line on the host and its load.
    public var summary: String
    /// The host and what arrives at it.
    public var scenario: Scenario
    /// How the engine computes.
    public var model: ModelParameters

    /// Makes one from its parts.
    public init(summary: String, scenario: Scenario, model: ModelParameters) {
        self.summary = summary
        self.scenario = scenario
        self.model = model
    }

    /// Whether the host has a page daemon that decides what the file cache gives up.
    public var hasPageDaemon: Bool {
        ScenarioKeys.modelKey(named: "page_daemon")?.value(in: self) ?? 0 != 0
    }

    /// Reads a file.
    ///
    /// - Throws: ``ScenarioFileError``.
    /// - Complexity: O(bytes).
    public init(yaml bytes: [UInt8]) throws(ScenarioFileError) {
        var reader = ScenarioReader()
        self = try reader.read(try ScenarioTree.parse(bytes))
    }
}

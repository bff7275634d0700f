import ReclaimEngine
import ScenarioFiles
import TraceCore
import Workloads

/// Everything that decides a run of the engine.
struct RunSettings: Sendable {
    /// The host and what arrives at it.
    var scenario: Scenario
    /// Costs and other numbers.
    var model: ModelParameters
    /// The policy with its tunables.
    var policy: Policy
    /// How much is recorded, 0 to 2.
    var detail: Int
    /// How much virtual time is recorded.
    var durationNs: Int64

    /// The settings that a plan asks for.
    init(_ plan: RecordPlan, detail: Int, durationNs: Int64) {
        scenario = plan.file.scenario
        model = plan.file.model
        policy = plan.policy
        self.detail = detail
        self.durationNs = durationNs
    }

    /// The settings that a trace of the engine keeps, so that its run can be made again.
    ///
    /// - Throws: `ParameterError` for what is missing or no possible value.
    init(_ parameters: ParameterList) throws(ParameterError) {
        scenario = try Scenario(parameters)
        model = try ModelParameters(parameters)
        policy = try Policy(parameters)
        guard let detail = parameters.integer("recording.detail"), (0...2).contains(detail) else {
            throw .missing(name: "recording.detail")
        }
        guard let durationNs = parameters.integer("recording.duration_ns"), durationNs > 0 else {
            throw .missing(name: "recording.duration_ns")
        }
        self.detail = Int(detail)
        self.durationNs = durationNs
    }

    /// What a trace of the run says about how it was made.
    var parameters: ParameterList {
        var parameters = ParameterList()
        scenario.write(to: &parameters)
        EngineSetup.write(
            host: scenario.host, model: model, policy: policy, detail: detail,
            durationNs: durationNs, to: &parameters)
        return parameters
    }

    func setup(_ memory: InitialMemory) -> EngineSetup {
        EngineSetup(
            host: scenario.host, model: model, policy: policy, detail: detail,
            durationNs: durationNs, memory: memory.snapshot)
    }
}

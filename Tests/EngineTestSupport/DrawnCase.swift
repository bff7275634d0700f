public import ReclaimEngine
import TestRandomness
public import Workloads

/// A host, its load and the settings of a run, drawn from a seed.
public protocol DrawnCase: Sendable, CustomStringConvertible {
    /// The host and its load.
    var scenario: Scenario { get }
    /// Costs and other numbers.
    var model: ModelParameters { get }
    /// The rule set.
    var policy: Policy { get }
    /// How much is recorded.
    var detail: Int { get }
    /// The length of the run.
    var durationNs: Int64 { get }
    /// Records are freed on any CPU of the host, also of another domain.
    var freesAnywhere: Bool { get }
}

extension DrawnCase {
    /// What an engine is made from.
    ///
    /// - Parameter policy: replaces the drawn one.
    public func setup(policy: Policy? = nil) -> EngineSetup {
        EngineSetup(
            host: scenario.host, model: model, policy: policy ?? self.policy, detail: detail,
            durationNs: durationNs, memory: scenario.initialMemory().snapshot)
    }

    /// Pages and CPUs of each domain.
    var hostText: String {
        scenario.host.domains.map { "\($0.pageCount)p\($0.cpuCount)c" }.joined(separator: "+")
    }

    /// What the scenario's generator gives.
    func generatedInputs(_ random: inout TestRandom) -> [Input] {
        var generator = InputGenerator(scenario, memory: scenario.initialMemory())
        var inputs: [Input] = []
        while var input = generator.next(before: durationNs) {
            if freesAnywhere, case .request(var request) = input.action {
                request.freeCpu = random.number(0...(scenario.host.cpuCount - 1))
                input.action = .request(request)
            }
            inputs.append(input)
        }
        return inputs
    }
}

extension [Input] {
    /// The inputs by time; those of one instant as they stand.
    var inOrderOfTime: [Input] {
        enumerated().sorted {
            ($0.element.timeNs, $0.offset) < ($1.element.timeNs, $1.offset)
        }.map(\.element)
    }
}

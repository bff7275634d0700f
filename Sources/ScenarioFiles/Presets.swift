import Workloads
import YAMLTrees

/// The scenarios that come with the tool: the files in `Presets`, which the build puts into the
/// program (engine specification 7.4).
///
/// Each keeps the pressure on: in the low phase of the load the zone is drained and the file cache
/// takes nearly all free memory and gives it back in other places, so that no contiguous block
/// lasts until the load returns.
public enum Presets {
    /// All presets, smallest first.
    public static let all: [ScenarioFile] = [
        file(PackageResources.unit_yaml), file(PackageResources.small_yaml),
        file(PackageResources.half_yaml), file(PackageResources.server100_yaml),
        file(PackageResources.server200_yaml),
    ]

    /// The preset with a name, or `nil`.
    public static func named(_ name: String) -> ScenarioFile? {
        all.first { $0.scenario.name == name }
    }

    /// A file that is part of the program; tests read each of them.
    private static func file(_ bytes: [UInt8]) -> ScenarioFile {
        do {
            return try ScenarioFile(yaml: bytes)
        } catch {
            preconditionFailure(error.sentence(file: "preset"))
        }
    }
}

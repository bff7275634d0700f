// swift-tools-version: 6.2
import PackageDescription

// One set of rules for every Swift target. Explicit existentials, internal imports and visible
// members keep the module borders honest; strict memory safety keeps unsafe code where it is named.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

let argumentParser = Target.Dependency.product(
    name: "ArgumentParser", package: "swift-argument-parser")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

func support(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "Tests/\(name)", swiftSettings: strict)
}

let package = Package(
    name: "ktls-trace",
    products: [
        .executable(name: "ktls-trace", targets: ["ktls-trace"]),
        .library(
            name: "TraceStore",
            targets: ["TraceCore", "TraceFormat", "TraceIdentity", "TraceStore"]),
        .library(
            name: "TraceRecorder",
            targets: ["TraceCore", "TraceFormat", "TraceStore", "TraceRecorder"]),
        .library(
            name: "TraceEngine",
            targets: ["TraceCore", "PhysicalMemory", "ReclaimEngine", "Workloads"]),
        .library(
            name: "TraceAnalysis",
            targets: ["TraceCore", "Histograms", "TraceAnalysis", "TraceSummaries"]),
        .library(name: "KernelTraces", targets: ["TraceCore", "KernelTraces", "TraceImport"]),
        // What `Fuzz/` calls; for nobody else.
        .library(name: "FuzzProperties", targets: ["FuzzProperties"]),
        .library(name: "TraceFuzzing", targets: ["FuzzProperties", "TraceFuzzing"]),
        .library(name: "TextFuzzing", targets: ["FuzzProperties", "TextFuzzing"]),
        .library(name: "KernelFuzzing", targets: ["FuzzProperties", "KernelFuzzing"]),
        .library(name: "SummaryFuzzing", targets: ["FuzzProperties", "SummaryFuzzing"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
    ],
    targets: [
        // Bytes.
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .target(name: "CChecksum"),
        .target(name: "CByteMatch"),
        module("TraceCore"),
        module("TraceFormat", ["TraceCore", "CChecksum", "CByteMatch"]),
        module("TraceCompression", ["CZstd"]),
        module("TraceIdentity", ["TraceCore", crypto]),
        module("TraceStore", ["TraceCore", "TraceFormat", "TraceCompression", "TraceIdentity"]),
        module("LiveRecording", ["TraceCore", "TraceFormat", "TraceStore"]),
        // Events of programs.
        .target(name: "CTimestamp"),
        module("TraceRecorder", ["TraceCore", "TraceFormat", "TraceStore", "CTimestamp"]),
        // The same sources as the package in Examples/BufferPool, so that a test can run them.
        .executableTarget(
            name: "BufferPoolExample",
            dependencies: ["TraceCore", "TraceRecorder"],
            path: "Examples/BufferPool/Sources/BufferPool"),
        .executableTarget(
            name: "WakeupLatencyExample",
            dependencies: ["Histograms", "TraceAnalysis", "TraceFormat", "TraceStore"],
            path: "Examples/WakeupLatency/Sources/WakeupLatency"),
        // The engine.
        module("PhysicalMemory"),
        module("ReclaimEngine", ["TraceCore", "PhysicalMemory"]),
        module("Workloads", ["TraceCore", "PhysicalMemory", "ReclaimEngine"]),
        module("YAMLTrees", [yams]),
        .target(
            name: "ScenarioFiles",
            dependencies: ["TraceCore", "ReclaimEngine", "Workloads", "YAMLTrees"],
            // The presets are part of the program: nothing is looked for at run time.
            resources: [
                .embedInCode("Presets/unit.yaml"), .embedInCode("Presets/small.yaml"),
                .embedInCode("Presets/half.yaml"), .embedInCode("Presets/server100.yaml"),
                .embedInCode("Presets/server200.yaml"),
            ], swiftSettings: strict),
        module("TraceReplay", ["TraceCore", "ReclaimEngine"]),
        // Other sources of events.
        module("KernelTraces"),
        module("TraceImport", ["TraceCore", "KernelTraces"]),
        module("LinuxHost", ["TraceCore", "KernelTraces"]),
        module("FreeBSDImport", ["TraceCore"]),
        module("EventTables", ["TraceCore"]),
        .target(
            name: "RowSchemas", dependencies: ["TraceCore", "YAMLTrees"],
            resources: [.embedInCode("Schemas/neutral-stream.yaml")], swiftSettings: strict),
        // What the events say.
        module("Histograms"),
        module("TraceAnalysis", ["TraceCore", "Histograms"]),
        module("TraceSummaries", ["TraceCore", "TraceFormat", "Histograms", "TraceAnalysis"]),
        module("RunStatistics", ["TraceCore", "Histograms"]),
        module(
            "TraceDiff",
            ["TraceCore", "Histograms", "TraceAnalysis", "TraceSummaries", "RunStatistics"]),
        module("TraceSweep", ["TraceAnalysis", "TraceSummaries", "RunStatistics"]),
        module("GateFiles", ["TraceAnalysis", "TraceDiff", "YAMLTrees"]),
        module(
            "TraceReport",
            [
                "TraceCore", "Histograms", "TraceAnalysis", "TraceSummaries", "RunStatistics",
                "TraceDiff", "TraceSweep",
            ]),
        // The tool.
        .systemLibrary(name: "CHeap"),
        module(
            "TraceCommands",
            [
                "TraceCore", "TraceFormat", "TraceCompression", "TraceIdentity", "TraceStore",
                "LiveRecording", "PhysicalMemory", "ReclaimEngine", "Workloads", "ScenarioFiles",
                "YAMLTrees", "TraceReplay", "TraceImport", "KernelTraces",
                .target(name: "LinuxHost", condition: .when(platforms: [.linux])),
                "FreeBSDImport", "EventTables",
                "RowSchemas", "TraceAnalysis", "TraceSummaries", "TraceDiff", "TraceSweep",
                "GateFiles", "TraceReport", "CHeap", argumentParser,
            ]),
        .executableTarget(
            name: "ktls-trace", dependencies: ["TraceCommands"], swiftSettings: strict),

        // Helpers of tests.
        support("TestRandomness", []),
        support("GoldenTestSupport", []),
        support("TraceTestSupport", ["TestRandomness", "TraceCore", "TraceFormat", "TraceStore"]),
        support("AnalysisTestSupport", ["TraceCore", "TraceAnalysis"]),
        support(
            "EngineTestSupport",
            [
                "TestRandomness", "TraceCore", "PhysicalMemory", "ReclaimEngine", "Workloads",
                "ScenarioFiles",
            ]),
        // What fuzzers call, and the tests that repeat what they found.
        support("FuzzProperties", ["TraceCore"]),
        support(
            "TraceFuzzing",
            ["FuzzProperties", "TestRandomness", "TraceCore", "TraceFormat", "TraceStore"]),
        support(
            "TextFuzzing",
            [
                "FuzzProperties", "TraceCore", "FreeBSDImport", "EventTables", "RowSchemas",
                "YAMLTrees", "Workloads", "ScenarioFiles",
            ]),
        support(
            "KernelFuzzing",
            [
                "FuzzProperties", "TestRandomness", "KernelTraceTestSupport", "TraceCore",
                "TraceCompression", "KernelTraces", "TraceImport",
            ]),
        support(
            "SummaryFuzzing",
            ["FuzzProperties", "TraceAnalysis", "TraceSummaries", "TraceReport"]),
        support("KernelTraceTestSupport", []),
        support("HostileTraces", ["TraceCore", "TraceFormat", "TraceStore", "TraceFuzzing"]),
        // Fast tests; they run in debug.
        tests(
            "TraceFormatTests",
            ["TraceCore", "TraceFormat", "TraceCompression", "CChecksum", "TestRandomness"]),
        tests(
            "TraceStoreTests",
            [
                "TraceCore", "TraceFormat", "TraceIdentity", "TraceStore", "TraceCompression",
                "TraceTestSupport", "TestRandomness", "HostileTraces",
            ]),
        tests(
            "LiveRecordingTests",
            [
                "TraceCore", "TraceFormat", "TraceStore", "LiveRecording", "TraceTestSupport",
                "TestRandomness",
            ]),
        tests(
            "TraceRecorderTests",
            [
                "TraceCore", "TraceFormat", "TraceStore", "TraceRecorder", "TestRandomness",
            ]),
        tests("PhysicalMemoryTests", ["PhysicalMemory", "TestRandomness"]),
        tests(
            "EngineTests",
            [
                "TraceCore", "PhysicalMemory", "ReclaimEngine", "Workloads", "EngineTestSupport",
                "TestRandomness",
            ]),
        tests(
            "ScenarioFilesTests",
            [
                "TraceCore", "ReclaimEngine", "Workloads", "ScenarioFiles", "YAMLTrees",
                "TestRandomness",
            ]),
        tests(
            "KernelTracesTests", ["KernelTraces", "KernelTraceTestSupport", "TestRandomness"]),
        tests("TraceImportTests", ["TraceCore", "TraceImport"]),
        tests("FreeBSDImportTests", ["TraceCore", "FreeBSDImport", "TestRandomness"]),
        tests("LinuxHostTests", ["TraceCore", "LinuxHost"]),
        tests("EventTablesTests", ["TraceCore", "EventTables", "TestRandomness"]),
        tests("RowSchemasTests", ["TraceCore", "RowSchemas", "YAMLTrees", "TestRandomness"]),
        tests("HistogramsTests", ["Histograms"]),
        tests("RunStatisticsTests", ["Histograms", "RunStatistics", "TestRandomness"]),
        tests(
            "TraceAnalysisTests",
            ["TraceCore", "Histograms", "TraceAnalysis", "AnalysisTestSupport"]),
        tests(
            "TraceSummariesTests",
            [
                "TraceCore", "Histograms", "TraceFormat", "TraceStore", "TraceAnalysis",
                "TraceSummaries", "AnalysisTestSupport", "TestRandomness",
            ]),
        tests(
            "TraceDiffTests",
            [
                "TraceCore", "Histograms", "TraceAnalysis", "TraceSummaries", "RunStatistics",
                "TraceDiff",
                "AnalysisTestSupport",
            ]),
        tests(
            "TraceSweepTests", ["TraceCore", "TraceAnalysis", "TraceSummaries", "TraceSweep"]),
        tests("GateFilesTests", ["TraceAnalysis", "TraceDiff", "GateFiles", "YAMLTrees"]),
        tests(
            "TraceReportTests",
            [
                "TraceCore", "Histograms", "TraceAnalysis", "TraceSummaries", "RunStatistics",
                "TraceDiff", "TraceReport", "AnalysisTestSupport", "GoldenTestSupport",
            ]),
        // Long tests; they run in release. Scripts/test.sh names them.
        tests(
            "FuzzCorpusTests",
            [
                "FuzzProperties", "TraceFuzzing", "TextFuzzing", "KernelFuzzing", "SummaryFuzzing",
                "TraceCore", "TraceFormat", "TraceStore", "TraceAnalysis", "TraceSummaries",
                "AnalysisTestSupport",
            ]),
        tests(
            "TruncationTests",
            [
                "TraceCore", "TraceFormat", "TraceIdentity", "TraceStore", "TraceTestSupport",
                "TestRandomness",
            ]),
        tests("ConformanceTests", ["PhysicalMemory", "ReclaimEngine"]),
        tests("ReferenceTests", ["PhysicalMemory", "TestRandomness"]),
        tests(
            "CaptureTests", ["TraceCore", "TraceCompression", "KernelTraces", "TraceImport"]),
        tests(
            "CommandTests",
            [
                "GoldenTestSupport", "TestRandomness", "BufferPoolExample", "WakeupLatencyExample",
                "HostileTraces", yams,
            ]),
        tests(
            "SimulationTests",
            [
                "TraceCore", "PhysicalMemory", "ReclaimEngine", "Workloads", "ScenarioFiles",
                "EngineTestSupport",
                "TestRandomness",
            ]),
        tests(
            "ZoneReferenceTests",
            [
                "TraceCore", "PhysicalMemory", "ReclaimEngine", "Workloads", "EngineTestSupport",
                "TestRandomness",
            ]),
        tests(
            "ReplayTests",
            [
                "TraceCore", "PhysicalMemory", "ReclaimEngine", "Workloads", "ScenarioFiles",
                "TraceReplay",
                "EngineTestSupport", "TestRandomness",
            ]),
    ],
    swiftLanguageModes: [.v6]
)

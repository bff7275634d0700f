// swift-tools-version: 6.2
import PackageDescription

// Measurements, a package of their own: none of it is built by the tool or its tests.
let package = Package(
    name: "Benchmarks",
    dependencies: [.package(name: "ktls-trace", path: "../")],
    targets: [
        .executableTarget(
            name: "StoreBench", dependencies: [.product(name: "TraceStore", package: "ktls-trace")]),
        .executableTarget(
            name: "AnalysisSpeed",
            dependencies: [.product(name: "TraceAnalysis", package: "ktls-trace")]),
        .target(name: "CAffinity"),
        .executableTarget(
            name: "RecorderSpeed",
            dependencies: ["CAffinity", .product(name: "TraceRecorder", package: "ktls-trace")]),
        .executableTarget(
            name: "RingSpeed", dependencies: [.product(name: "KernelTraces", package: "ktls-trace")]
        ),
        .executableTarget(
            name: "ScanSpeed", dependencies: [.product(name: "TraceEngine", package: "ktls-trace")]),
    ],
    swiftLanguageModes: [.v6]
)

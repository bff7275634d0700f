// swift-tools-version: 6.2
import PackageDescription

// A program that analyzes traces; a package of its own, as yours would be.
let package = Package(
    name: "WakeupLatency",
    dependencies: [.package(name: "ktls-trace", path: "../../")],
    targets: [
        .executableTarget(
            name: "WakeupLatency",
            dependencies: [
                .product(name: "TraceStore", package: "ktls-trace"),
                .product(name: "TraceAnalysis", package: "ktls-trace"),
            ])
    ],
    swiftLanguageModes: [.v6]
)

// swift-tools-version: 6.2
import PackageDescription

// A program that records itself; a package of its own, as yours would be.
let package = Package(
    name: "BufferPool",
    dependencies: [.package(name: "ktls-trace", path: "../../")],
    targets: [
        .executableTarget(
            name: "BufferPool",
            dependencies: [.product(name: "TraceRecorder", package: "ktls-trace")])
    ],
    swiftLanguageModes: [.v6]
)

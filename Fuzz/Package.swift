// swift-tools-version: 6.2
import PackageDescription

// Fuzzers, a package of their own: none of it is built by the tool or its tests. Build and run
// them with `Scripts/fuzz.sh`, which passes the flags that instrument all modules.

/// A program for one target; libFuzzer brings its `main`.
func fuzzer(_ name: String, _ product: String) -> Target {
    .executableTarget(
        name: name,
        dependencies: [
            "FuzzEntry", .product(name: product, package: "ktls-trace"),
        ])
}

let package = Package(
    name: "Fuzz",
    dependencies: [.package(name: "ktls-trace", path: "../")],
    targets: [
        // The one function of libFuzzer that is called and not given.
        .target(name: "CLibFuzzer"),
        .target(
            name: "FuzzEntry",
            dependencies: [
                "CLibFuzzer", .product(name: "FuzzProperties", package: "ktls-trace"),
            ]),
        fuzzer("fuzz-reader", "TraceFuzzing"),
        fuzzer("fuzz-recover", "TraceFuzzing"),
        fuzzer("fuzz-roundtrip", "TraceFuzzing"),
        fuzzer("fuzz-summary", "SummaryFuzzing"),
        fuzzer("fuzz-ftrace", "KernelFuzzing"),
        fuzzer("fuzz-perf", "KernelFuzzing"),
        fuzzer("fuzz-report", "KernelFuzzing"),
        fuzzer("fuzz-rings", "KernelFuzzing"),
        fuzzer("fuzz-formats", "KernelFuzzing"),
        fuzzer("fuzz-tracedat", "KernelFuzzing"),
        fuzzer("fuzz-dtrace", "TextFuzzing"),
        fuzzer("fuzz-rowschema", "TextFuzzing"),
        fuzzer("fuzz-rows", "TextFuzzing"),
        fuzzer("fuzz-ndjson", "TextFuzzing"),
        fuzzer("fuzz-csv", "TextFuzzing"),
        fuzzer("fuzz-scenario", "TextFuzzing"),
        fuzzer("fuzz-freelists", "TextFuzzing"),
    ],
    swiftLanguageModes: [.v6]
)

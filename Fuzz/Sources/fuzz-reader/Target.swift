import FuzzEntry
import TraceFuzzing

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    FuzzEntry.run(data, count, ReaderTarget.check)
}

/// What libFuzzer calls for a changed input.
@_cdecl("LLVMFuzzerCustomMutator")
public func customMutator(
    _ data: UnsafeMutablePointer<UInt8>, _ count: Int, _ countMax: Int, _ seed: UInt32
) -> Int {
    FuzzEntry.mutate(data, count, countMax) { bytes in
        TraceMutation.mutated(
            bytes, countMax: countMax, seed: UInt64(seed), FuzzEntry.mutated)
    }
}

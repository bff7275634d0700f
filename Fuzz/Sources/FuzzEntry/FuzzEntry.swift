import CLibFuzzer
import Foundation
public import FuzzProperties

/// What libFuzzer's functions have in common for all targets.
public enum FuzzEntry {
    /// Runs libFuzzer with the process's arguments.
    ///
    /// The Swift package manager gives every program a `main`, so libFuzzer's own is not used.
    public static func drive(
        _ target: @escaping @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
    ) -> Never {
        var count = CommandLine.argc
        var arguments = Optional(CommandLine.unsafeArgv)
        exit(LLVMFuzzerRunDriver(&count, &arguments, target))
    }

    /// Hands an input to a target and stops the process where a property is broken, which
    /// libFuzzer reports with the input.
    public static func run(
        _ data: UnsafePointer<UInt8>?, _ count: Int,
        _ check: ([UInt8]) throws(BrokenProperty) -> Void
    ) -> CInt {
        do {
            try check(Array(UnsafeBufferPointer(start: data, count: count)))
        } catch {
            fatalError("broken property: \(error)")
        }
        return 0
    }

    /// Replaces an input by what `change` makes of it.
    ///
    /// - Returns: The new length, at most `countMax`.
    public static func mutate(
        _ data: UnsafeMutablePointer<UInt8>, _ count: Int, _ countMax: Int,
        _ change: ([UInt8]) -> [UInt8]
    ) -> Int {
        let changed = change(Array(UnsafeBufferPointer(start: data, count: count)))
        let length = min(changed.count, countMax)
        for index in 0..<length { data[index] = changed[index] }
        return length
    }

    /// Changes bytes as libFuzzer does.
    public static func mutated(_ bytes: [UInt8], _ countMax: Int) -> [UInt8] {
        let room = max(countMax, bytes.count, 1)
        var buffer = bytes + [UInt8](repeating: 0, count: room - bytes.count)
        let count = buffer.withUnsafeMutableBufferPointer { pointer in
            Int(LLVMFuzzerMutate(pointer.baseAddress, bytes.count, room))
        }
        return Array(buffer[0..<count])
    }
}

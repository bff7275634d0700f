import FuzzProperties
import KernelTraceTestSupport
import TestRandomness

/// Small ring buffers, formats and files to start from.
public enum KernelSeeds {
    /// Inputs of `RingTarget`: scripts, and what scripts make as bytes, in all layouts.
    ///
    /// - Complexity: O(bytes).
    public static func rings() -> [[UInt8]] {
        var random = TestRandom(seed: 6)
        return (0..<20).map { number in
            let sizes: [UInt8] = number % 2 == 0 ? [2, 3, 4, 6, 1] : [2, 3, 1, 6, 3]
            let head = [
                sizes[number / 2 % 5], UInt8(number / 2), UInt8(number * 3), UInt8(number / 5),
            ]
            guard number % 2 == 0 else {
                return head.dropLast() + [head[3] | 0x80] + script(&random, 300)
            }
            let made = made(head, script(&random, 160))
            return head + made.interleaved.prefix(2500)
        }
    }

    /// Inputs of `FormatTarget`: a format with a record, behind either layout.
    ///
    /// - Complexity: O(bytes).
    public static func formats() -> [[UInt8]] {
        var traits = MadeUpKernel.Traits()
        traits.locatesNames = true
        let other = MadeUpKernel(traits).tracepoints
        let points = MadeUpKernel().tracepoints.filter { $0.numbers.count > 1 } + other.prefix(2)
        var layout = RingWriter.Layout()
        return points.enumerated().map { number, point in
            layout.usedSize = number % 2 == 0 ? 8 : 4
            let record = point.record(
                pid: 35, Dictionary(uniqueKeysWithValues: point.numbers.map { ($0, 5) }),
                texts: Dictionary(uniqueKeysWithValues: point.texts.map { ($0, "kswapd0") }))
            return Array(
                [layout.headerPage, RingWriter.headerEvent, point.format, record].joined(
                    separator: [0]))
        }
    }

    /// Inputs of `TraceDatTarget`: files of both versions with few formats.
    ///
    /// - Complexity: O(bytes).
    public static func traceDats() -> [[UInt8]] {
        var random = TestRandom(seed: 7)
        return (0..<12).map { number in
            let head: [UInt8] = [number % 3 == 0 ? 2 : 1, UInt8(number), UInt8(number * 5), 1]
            let (rings, _, cpus) = made(head, script(&random, 60))
            var file = rings.file
            let first = number * 2 % file.formats.count
            file.formats = Array((file.formats + file.formats)[first..<first + 3])
            file.options = [
                (2, Array("CPU: 0\noverrun: 3\ndropped events: 0\n".utf8)),
                (4, Array("local [mono] boot".utf8)), (5, Array("Linux made-up".utf8)),
            ]
            if number % 3 == 1 {
                file.instances = [("other", cpus.map { Array($0.prefix(128)) })]
            }
            return switch number % 4 {
            case 0: file.version6(cpus)
            case 1: file.version7(cpus)
            case 2: file.version7(cpus, FileBytes.same)
            default: file.version7(cpus, FileBytes.zstd)
            }
        }
    }

    private static func script(_ random: inout TestRandom, _ count: Int) -> [UInt8] {
        (0..<count).map { _ in
            random.isOneIn(3) ? UInt8(random.below(256)) : UInt8(random.below(40))
        }
    }

    /// What a script makes: all sub-buffers as `RingChoice.dealt` takes them, and by CPU.
    private static func made(
        _ head: [UInt8], _ script: [UInt8]
    ) -> (rings: RingChoice, interleaved: [UInt8], cpus: [[UInt8]]) {
        var script = ByteScript(head + script)
        let rings = RingChoice(&script)
        let cpus = ScriptedRings(&script, rings).cpus
        let size = rings.layout.subBufferBytes
        var interleaved: [UInt8] = []
        for start in stride(from: 0, to: cpus.map(\.count).max() ?? 0, by: size) {
            for cpu in cpus where start < cpu.count { interleaved += cpu[start..<start + size] }
        }
        return (rings, interleaved, cpus)
    }
}

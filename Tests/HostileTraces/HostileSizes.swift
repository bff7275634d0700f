import TraceFormat

// Sizes far beyond the file, in heads of records and in what counts the rest.
extension HostileTrace {
    static func declaredSizes() throws -> [HostileTrace] {
        let forge = try TraceForge()
        let block = forge.index(.block)
        let at = forge.offset(block)
        let before = Array(forge.bytes[0..<at])
        let footer = forge.parts[forge.index(.footer)].bytes
        let large = TraceForge.record(7, body: [], payloadLength: 8_000_000)
        let unknown = TraceForge.record(
            99, isSkippable: true, body: [1], dataLength: 1_000_000_000_000)
        return [
            HostileTrace(
                "a block of 8 MB that is not there", before + large, .cut(afterEvents: 0)),
            HostileTrace(
                "a block of 8 MB in a file with a footer", before + large + footer,
                .damaged(afterEvents: 0), says: "record at offset \(at) needs"),
            HostileTrace(
                "a block of 4 GiB",
                before + TraceForge.record(7, body: [], payloadLength: .max),
                .damaged(afterEvents: 0), says: "payload length at offset \(at + 4) is"),
            HostileTrace(
                "a block with 2^63 bytes of frames",
                before + TraceForge.record(7, body: [], dataLength: 1 << 63),
                .damaged(afterEvents: 0), says: "data length at offset \(at + 12) is"),
            HostileTrace(
                "a record shorter than its head",
                before + TraceForge.record(7, body: [], payloadLength: 15),
                .damaged(afterEvents: 0), says: "payload length at offset \(at + 4) may not be 15"),
            HostileTrace(
                "a terabyte after an unknown record", before + unknown, .cut(afterEvents: 0)),
            HostileTrace(
                "a terabyte after an unknown record, and a footer", before + unknown + footer,
                .damaged(afterEvents: 0), says: "record at offset \(at) needs"),
            HostileTrace(
                "an unknown record of 4 GiB",
                before + TraceForge.record(99, isSkippable: true, body: [], payloadLength: .max)
                    + footer,
                .damaged(afterEvents: 0), says: "record at offset \(at) needs"),
            HostileTrace(
                "2^64 bytes after an unknown record",
                before + TraceForge.record(99, isSkippable: true, body: [], dataLength: .max),
                .damaged(afterEvents: 0), says: "data length at offset \(at + 12) is"),
        ]
    }

    /// Heads of blocks whose counts and lengths are as large as they can be.
    static func blocks() throws -> [HostileTrace] {
        let forge = try TraceForge()
        let first = forge.index(.block)
        let at = forge.offset(first)
        var hostile: [HostileTrace] = []
        // Every word of the fixed part becomes large: none may cost memory, none may be taken.
        for word in stride(from: 32, to: 64, by: 4) {
            var changed = forge
            changed.parts[first].bytes.replaceSubrange(
                20 + word..<24 + word, with: [0xFF, 0xFF, 0xFF, 0x7F])
            changed.mend()
            // The word was a checksum.
            guard changed.bytes != forge.bytes else { continue }
            hostile.append(
                HostileTrace(
                    "a block with a large number at \(word)", changed.bytes,
                    .damaged(afterEvents: 0), says: "at offset \(at)"))
        }
        var twice = forge
        twice.parts.insert(forge.parts[first], at: first)
        let second = twice.offset(first + 1)
        hostile.append(
            HostileTrace(
                "a block twice", twice.bytes, .damaged(afterEvents: TraceForge.blockEvents),
                says: "block sequence goes back at offset \(second)"))
        var swapped = forge
        swapped.parts.swapAt(forge.index(.block, 1), forge.index(.block, 2))
        let third = swapped.offset(forge.index(.block, 2))
        hostile.append(
            HostileTrace(
                "blocks in the wrong order", swapped.bytes,
                .damaged(afterEvents: 2 * TraceForge.blockEvents),
                says: "block sequence goes back at offset \(third)"))
        return hostile
    }
}

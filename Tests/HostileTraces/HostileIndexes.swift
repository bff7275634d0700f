import TraceFormat

// Indexes and footers that lead elsewhere.
extension HostileTrace {
    static func indexes() throws -> [HostileTrace] {
        let forge = try TraceForge()
        let events = TraceForge.blockEvents * TraceForge.blockCount
        let index = forge.index(.index)
        let footerBody = forge.offset(forge.index(.footer)) + RecordHead.byteCount
        var hostile: [HostileTrace] = []
        func add(_ name: String, says: String, _ change: (inout TraceForge) throws -> Void) throws {
            var changed = forge
            try change(&changed)
            hostile.append(
                HostileTrace(name, changed.bytes, .damaged(afterEvents: events), says: says))
        }
        func entry(_ number: Int) -> Range<Int> {
            let start = 4 + number * IndexEntry.byteCount
            return start..<start + 8
        }
        let blockAt = UInt64(forge.offset(forge.index(.block)))
        let indexAt = UInt64(forge.offset(index))
        let places: [(String, Int, UInt64)] = [
            ("all entries on one block", 1, blockAt), ("an entry on the index itself", 0, indexAt),
            ("an entry beyond the file", 2, 1 << 62), ("an entry before the file", 2, 1 << 63),
            ("an entry inside a block", 1, blockAt + 9),
        ]
        for (name, number, offset) in places {
            try add("index: \(name)", says: "index at offset \(footerBody) is") { forge in
                var body = forge.body(index)
                body.replaceSubrange(entry(number), with: TraceForge.little(offset))
                forge.replaceBody(index, body)
            }
        }
        try add("index: an entry too few", says: "index entries at offset") { forge in
            var body = forge.body(index)
            body.removeLast(IndexEntry.byteCount)
            body[0] -= 1
            forge.replaceBody(index, body)
        }
        try add("index: twice", says: "index entries at offset") { forge in
            forge.parts.insert(forge.parts[index], at: index)
        }
        try add("index: 2^32 entries", says: "entries at offset \(indexAt + 20) is") { forge in
            forge.replaceBody(index, [0xFF, 0xFF, 0xFF, 0xFF])
        }
        for (name, offset) in [("itself", UInt64(footerBody - 20)), ("nowhere", 1 << 63)] {
            try add("footer: the index is at \(name)", says: "index offset at offset \(footerBody)")
            {
                try $0.changeFooter { $0.indexOffset = offset }
            }
        }
        try add("footer: 2^64 events", says: "control events at offset \(footerBody) is") {
            try $0.changeFooter { $0.controlEvents = .max }
        }
        try add("footer: 2^64 blocks", says: "blocks at offset \(footerBody) is") {
            try $0.changeFooter { $0.blocks = .max }
        }
        try add("a block after the index", says: "record of type 7 in the wrong place") { forge in
            forge.parts.insert(forge.parts[forge.index(.block)], at: index + 1)
        }
        try add("a second footer", says: "follow the footer at offset") { forge in
            forge.parts.append(forge.parts[forge.index(.footer)])
        }
        return hostile
    }
}

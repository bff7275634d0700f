/// Something that the text says, with its time, on its way through the window.
struct DtraceItem {
    enum Kind {
        case importCall, trim
        case wakeup, switchIn, switchOut
        case batchBegin, batchEnd
        case waitBegin, waitEnd
        case levelSet, levelClear
        case sample, spin
        case rate, count
        case reading, freeBlocks
    }

    static let valueCount = 13

    let kind: Kind
    /// By the kernel's clock.
    var timeNs: Int64
    var cpu: Int32 = -1
    var domain: Int32 = -1
    /// The thread that is spoken of, or that ran.
    var thread: Int64 = -1
    /// What the kind needs, in the order of its line's fields; -1 where it is not known.
    var values = InlineArray<13, Int64>(repeating: -1)

    init(_ kind: Kind, timeNs: Int64) {
        self.kind = kind
        self.timeNs = timeNs
    }
}

/// The fields of a kind of line, in the order of its item's values.
struct DtraceFields {
    let kind: DtraceItem.Kind
    let names: [String]
    /// The member that says which thread it is.
    var thread = "tid"

    /// Lines that become items of their own, by name.
    static let byName: [String: DtraceFields] = [
        "buf.import": DtraceFields(kind: .importCall, names: ["want", "got", "ns", "free"]),
        "uma.trim": DtraceFields(kind: .trim, names: ["n"]),
        "wk.send": DtraceFields(kind: .wakeup, names: ["thread"]),
        "thr.on": DtraceFields(kind: .switchIn, names: [], thread: "thread"),
        "thr.off": DtraceFields(kind: .switchOut, names: [], thread: "thread"),
        "rcl.begin": DtraceFields(kind: .batchBegin, names: ["npages", "desired", "free"]),
        "rcl.end": DtraceFields(
            kind: .batchEnd,
            names: [
                "ret", "moved", "tried", "ok", "busy", "inval", "nomem", "passes", "cpu_ns",
            ]),
        "vmw.begin": DtraceFields(kind: .waitBegin, names: ["free", "min", "minset"]),
        "vmw.end": DtraceFields(kind: .waitEnd, names: ["ns", "free"]),
        "dom.set": DtraceFields(
            kind: .levelSet, names: ["free", "min", "severe", "minset", "severeset"]),
        "dom.clear": DtraceFields(
            kind: .levelClear, names: ["free", "min", "severe", "minset", "severeset"]),
        "smp": DtraceFields(
            kind: .sample,
            names: ["free", "deficit", "wakeups", "reclaims", "allocs", "running"]),
        "spin": DtraceFields(kind: .spin, names: ["n", "ns"]),
    ]

    /// The item of a line that has a time.
    func item(_ json: JSONLine, _ line: Span<UInt8>, timeNs: Int64) -> DtraceItem {
        var item = DtraceItem(kind, timeNs: timeNs)
        item.cpu = Self.number(json.integer("cpu", line), below: 65_536)
        item.domain = Self.number(json.integer("dom", line), below: 1_024)
        item.thread = max(-1, json.integer(thread, line) ?? -1)
        for (index, name) in names.enumerated() {
            item.values[index] = max(-1, json.integer(name, line) ?? -1)
        }
        return item
    }

    /// A small number, or -1 where it is not one.
    static func number(_ value: Int64?, below limit: Int64) -> Int32 {
        guard let value, value >= 0, value < limit else { return -1 }
        return Int32(value)
    }
}

/// The name of a tracefs instance that this tool made: who made it, and when.
///
/// Process numbers are used again; the time at which a process started tells it from others of
/// its number, and the number of its namespace from processes that only look the same.
struct InstanceName: Equatable {
    static let prefix = "ktls-trace"

    /// The process, in its own namespace.
    var process: Int32
    /// When it started, in ticks since the machine did.
    var startTicks: Int64
    /// The number of its process namespace, 0 where it is not known.
    var namespace: UInt64

    /// Makes the name of a process.
    init(process: Int32, startTicks: Int64, namespace: UInt64) {
        self.process = process
        self.startTicks = startTicks
        self.namespace = namespace
    }

    /// Reads a name; `nil` for one that this tool did not make.
    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == Self.prefix, let process = Int32(parts[1]),
            process > 0, let startTicks = Int64(parts[2]), startTicks >= 0,
            let namespace = UInt64(parts[3])
        else { return nil }
        self.init(process: process, startTicks: startTicks, namespace: namespace)
        // Signs and zeros in front would give one process two names.
        guard self.text == text else { return nil }
    }

    /// The name as it is in the file system.
    var text: String { "\(Self.prefix).\(process).\(startTicks).\(namespace)" }

    /// The start of a process in ticks, from the text of `/proc/PID/stat`.
    ///
    /// The name in its brackets may hold anything, so fields are counted from the last bracket.
    static func startTicks(_ stat: String) -> Int64? {
        guard let bracket = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[stat.index(after: bracket)...].split(separator: " ")
        // The state is field 3, the start field 22.
        guard fields.count >= 20 else { return nil }
        return Int64(fields[19])
    }

    /// The number of a namespace, from a link such as `pid:[4026531836]`.
    static func namespace(_ link: String) -> UInt64? {
        guard link.hasPrefix("pid:["), link.hasSuffix("]") else { return nil }
        return UInt64(link.dropFirst(5).dropLast())
    }
}

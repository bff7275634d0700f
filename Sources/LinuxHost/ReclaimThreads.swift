/// The kernel's reclaim threads, as far as this process can see them.
public struct ReclaimThreads: Equatable, Sendable {
    /// A thread of the kernel.
    public struct Thread: Equatable, Sendable {
        /// Its process number.
        public var number: Int32
        /// Its name, such as `kswapd0`.
        public var name: String
    }

    /// The threads, by number.
    public let threads: [Thread]

    /// Looks for them in `/proc`: children of the kernel's own `kthreadd`, with their names.
    public init() {
        threads = HostCalls.names(in: "/proc").compactMap { Int32($0) }.sorted()
            .compactMap { number in
                guard let stat = HostFile.text("/proc/\(number)/stat"),
                    let name = Self.name(stat)
                else { return nil }
                return Thread(number: number, name: name)
            }
    }

    /// The name of a reclaim thread, from the text of `/proc/PID/stat`; `nil` for others.
    static func name(_ stat: String) -> String? {
        guard let open = stat.firstIndex(of: "("), let close = stat.lastIndex(of: ")"), open < close
        else { return nil }
        let name = stat[stat.index(after: open)..<close]
        let fields = stat[stat.index(after: close)...].split(separator: " ")
        guard fields.count > 1, fields[1] == "2",
            name.hasPrefix("kswapd") || name.hasPrefix("kcompactd")
        else { return nil }
        return String(name)
    }
}

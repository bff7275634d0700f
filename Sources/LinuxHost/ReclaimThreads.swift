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

/// Names of threads that are seen in events.
public enum ThreadNames {
    /// The name of a thread that is there, as this process sees it; the numbers in events are
    /// those of the machine's first namespace.
    public static func name(_ thread: Int32) -> String? {
        HostFile.text("/proc/\(thread)/comm")
    }

    /// Whether numbers of threads in events and in `/proc` mean the same.
    public static let areOfThisNamespace: Bool = {
        guard let link = HostCalls.link("/proc/self/ns/pid") else { return false }
        // The number that the kernel gives its first namespace for processes.
        return InstanceName.namespace(link) == 0xEFFF_FFFC
    }()
}

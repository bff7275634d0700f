import KernelTraces

/// Names of the threads whose numbers are in events.
///
/// Those are numbers of the machine's first namespace. In that namespace `/proc` has the names;
/// elsewhere, and for threads that have gone, only a small cache of the kernel's, which can be
/// wrong.
public struct ThreadNames {
    private let tracefs: String
    /// Threads that were looked up since names were renewed last.
    private var known: Set<Int32> = [0]
    private var saved: [Int32: String]?

    /// Makes a list without names.
    public init(tracefs: String) { self.tracefs = tracefs }

    /// The name of a thread, where it was not looked up before and can be found.
    public mutating func newName(_ thread: Int32) -> String? {
        guard known.insert(thread).inserted, thread > 0 else { return nil }
        if Self.areOfThisNamespace, let name = HostFile.text("/proc/\(thread)/comm") {
            return name
        }
        if saved == nil { saved = readSaved() }
        return saved?[thread]
    }

    /// From here on names are looked up anew: programs change them.
    public mutating func renew() {
        known = [0]
        saved = nil
    }

    private func readSaved() -> [Int32: String] {
        guard case .success(let bytes) = HostFile.bytes("\(tracefs)/saved_cmdlines") else {
            return [:]
        }
        return RecordingDescription.taskNames(bytes).filter { $0.value != "<...>" }
    }

    /// Whether numbers of threads in events and in `/proc` mean the same.
    static let areOfThisNamespace: Bool = {
        guard let link = HostCalls.link("/proc/self/ns/pid") else { return false }
        // The number that the kernel gives its first namespace for processes.
        return InstanceName.namespace(link) == 0xEFFF_FFFC
    }()
}

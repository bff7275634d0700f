import Glibc

/// Finds tracefs.
enum TracefsFolder {
    private static let usual = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"]

    /// The folder of tracefs, checked to be one that this process may use.
    ///
    /// - Parameter path: Where it is said to be; `nil` looks for it.
    static func find(_ path: String?) throws(LinuxHostError) -> String {
        if let path {
            try check(path)
            return path
        }
        let mounted: [String] =
            switch HostFile.bytes("/proc/self/mounts") {
            case .success(let bytes): MountTable.tracefs(bytes)
            case .failure: []
            }
        var first: LinuxHostError?
        for candidate in mounted + usual {
            do {
                try check(candidate)
                return candidate
            } catch {
                // A folder for root is worth more than one that is not there.
                if case .notTracefs = error { continue }
                if first == nil { first = error }
            }
        }
        if let first { throw first }
        let systems = HostFile.text("/proc/filesystems") ?? ""
        throw systems.contains("tracefs") ? .notMounted : .noTracefs
    }

    private static func check(_ path: String) throws(LinuxHostError) {
        for folder in ["events", "instances"] {
            switch HostCalls.checkFolder("\(path)/\(folder)") {
            case 0: continue
            case -EACCES: throw .noPermission(path: path)
            case -EPERM: throw .lockedDown(path: path)
            default: throw .notTracefs(path: path)
            }
        }
    }
}

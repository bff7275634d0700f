import Glibc

/// Instances that were left by recordings that were killed.
enum StaleInstances {
    /// Removes those whose process is gone.
    ///
    /// - Returns: What was removed, and what could not be, sorted.
    static func remove(tracefs: String) -> (removed: [String], left: [String]) {
        var removed: [String] = []
        var left: [String] = []
        for text in HostCalls.names(in: "\(tracefs)/instances").sorted() {
            guard let name = InstanceName(text) else { continue }
            let path = "\(tracefs)/instances/\(text)"
            let descriptor = HostCalls.openFolder(path)
            guard descriptor >= 0 else { continue }
            defer { HostCalls.close(descriptor) }
            // Whoever records holds the lock. A process of our namespace that is still there may
            // be about to take it.
            guard HostCalls.lock(descriptor) == 0, !HostProcess.isRunning(name) else { continue }
            if TraceInstance.remove(path) == 0 { removed.append(text) } else { left.append(text) }
        }
        return (removed, left)
    }
}

/// This process and others, as far as instances are named after them.
enum HostProcess {
    /// The name of an instance of this process.
    static var instanceName: InstanceName {
        let number = HostCalls.processNumber
        return InstanceName(
            process: number, startTicks: startTicks(number) ?? 0, namespace: namespace ?? 0)
    }

    /// Whether the process that a name tells of is running; false for other namespaces, whose
    /// processes cannot be seen.
    static func isRunning(_ name: InstanceName) -> Bool {
        name.namespace == namespace ?? 0 && startTicks(name.process) == name.startTicks
    }

    private static func startTicks(_ process: Int32) -> Int64? {
        HostFile.text("/proc/\(process)/stat").flatMap { InstanceName.startTicks($0) }
    }

    private static var namespace: UInt64? {
        HostCalls.link("/proc/self/ns/pid").flatMap { InstanceName.namespace($0) }
    }
}

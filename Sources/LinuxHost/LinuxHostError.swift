public import KernelTraces

/// Why a host cannot be recorded.
public enum LinuxHostError: Error, Equatable, Sendable {
    /// The kernel was built without tracing.
    case noTracefs
    /// Tracing is there, and its file system is not mounted.
    case notMounted
    /// Files of tracing are for root.
    case noPermission(path: String)
    /// Kernel lockdown forbids reading what is traced.
    case lockedDown(path: String)
    /// The path that was given is no tracefs.
    case notTracefs(path: String)
    /// The kernel offers none of the tracepoints.
    case noTracepoints(path: String)
    /// What the kernel says of its events cannot be understood.
    case strangeDescription(KernelTraceError)
    /// A step failed with an error number.
    case system(step: String, path: String, errno: Int32)

    /// Whether something is missing that whoever calls can provide.
    public var isMissingPermission: Bool {
        switch self {
        case .system, .strangeDescription: false
        default: true
        }
    }
}

extension LinuxHostError: CustomStringConvertible {
    /// What is missing, and how to get it.
    public var description: String {
        switch self {
        case .noTracefs:
            "this kernel has no tracefs; it takes one built with CONFIG_TRACING and CONFIG_EVENT_TRACING"
        case .notMounted:
            "tracefs is not mounted; as root: mount -t tracefs nodev /sys/kernel/tracing"
        case .noPermission(let path):
            "\(path): permission denied; recording a host takes root (or CAP_SYS_ADMIN and CAP_DAC_OVERRIDE)"
        case .lockedDown(let path):
            "\(path): not permitted to root: kernel lockdown or a container's rules forbid tracing; see "
                + "/sys/kernel/security/lockdown, which must not say [confidentiality]"
        case .notTracefs(let path): "\(path): no tracefs; it has no folders events and instances"
        case .noTracepoints(let path):
            "\(path): this kernel has none of the tracepoints of memory reclaim; it takes one built "
                + "with CONFIG_EVENT_TRACING"
        case .strangeDescription(let error):
            "this kernel's description of its events cannot be understood: \(error)"
        case .system(let step, let path, let number):
            "\(path): \(step): \(HostCalls.text(number))"
        }
    }
}

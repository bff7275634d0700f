public import ReclaimEngine

extension Input {
    /// A record: four pages that live for an hour and are freed on their own CPU, unless told
    /// otherwise. The handle is the time.
    public static func record(
        at timeNs: Int64, cpu: Int = 0, pages: Int = 4, anonymous: Bool = false,
        lifetimeNs: Int64 = 3_600_000_000_000, freeCpu: Int? = nil, handle: Int64? = nil
    ) -> Input {
        Input(
            timeNs: timeNs,
            .request(
                Request(
                    handle: handle ?? timeNs, cpu: cpu, pages: pages, anonymous: anonymous,
                    lifetimeNs: lifetimeNs, freeCpu: freeCpu ?? cpu)))
    }

    /// Other use of memory.
    public static func background(
        at timeNs: Int64, _ operation: Background.Operation, slot: Int = 0, pages: Int = 1,
        domain: Int = 0, kind: Background.PageKind = .file, flags: Int64 = 0
    ) -> Input {
        Input(
            timeNs: timeNs,
            .background(
                Background(
                    domain: domain, operation: operation, handle: Int64(slot), pages: pages,
                    kind: kind, flags: flags)))
    }

    /// A change of a tunable.
    public static func set(at timeNs: Int64, _ name: String, _ value: Int64) -> Input {
        Input(timeNs: timeNs, .set(name: "kern.ipc.tls." + name, value: value))
    }
}

/// Which helper thread a FreeBSD kernel has, and so how its symbols and counters are called.
public enum HelperThread: String, Hashable, Sendable, CaseIterable {
    /// The thread that reclaims runs of pages: since commit 198558523361, May 2023.
    case reclaim
    /// The thread that allocates buffers itself: before that.
    case alloc

    /// What the thread counts beside its wakeups.
    public var counter: String { self == .reclaim ? "reclaims" : "allocs" }

    /// The sysctl of `kern.ipc.tls` that limits one round of the thread.
    public var limit: String { self == .reclaim ? "max_reclaim" : "max_alloc" }
}

/// The dtrace(1) script that records a FreeBSD host.
///
/// It prints one JSON object a line; Docs/IMPORT.md describes them. It has never been run.
public struct DtraceScript: Hashable, Sendable {
    /// The most memory domains a script can follow.
    public static let domainsMax = 8
    /// The version of the lines, which the first of them tells.
    public static let version = 1

    /// The memory domains that are followed.
    public let domains: Int
    /// The thread that the kernel has.
    public let helper: HelperThread
    /// Whether dtrace runs sysctl(8) and vmstat(8) as well, which needs destructive actions.
    public let readsStatistics: Bool
    /// After how long the recording ends, in nanoseconds; `nil` where somebody ends it.
    public let durationNs: Int64?

    /// Describes a script.
    ///
    /// Programmer error: domains outside 1...`domainsMax`.
    public init(
        domains: Int, helper: HelperThread = .reclaim, readsStatistics: Bool = true,
        durationNs: Int64? = nil
    ) {
        precondition(
            (1...Self.domainsMax).contains(domains), "a script follows 1 to \(Self.domainsMax)")
        self.domains = domains
        self.helper = helper
        self.readsStatistics = readsStatistics
        self.durationNs = durationNs
    }

    /// The whole script.
    ///
    /// - Complexity: O(domains).
    public var text: String {
        let perDomain = (0..<domains).flatMap { domain in
            threadClauses(domain) + [sampleClause(domain)]
                + (helper == .alloc ? spinClauses(domain) : [])
        }
        let clauses =
            [beginClause] + importClauses + rateClauses + reclaimClauses + waitClauses
            + levelClauses + perDomain + [tickClause] + statisticsClauses + endClauses + [
                errorClause
            ]
        return heading + clauses.joined(separator: "\n\n") + "\n"
    }

    private var heading: String {
        let destructive =
            readsStatistics
            ? """
            /* Only to run sysctl(8) and vmstat(8). */
            #pragma D option destructive

            """ : ""
        return """
            #!/usr/sbin/dtrace -s
            /*
             * What a FreeBSD host does when kernel TLS needs contiguous buffers.
             *
             *   kldload dtraceall
             *   dtrace -s ktls.d > host.txt 2>&1
             *   ktls-trace import --from freebsd-dtrace host.txt -o host.ktrace
             *
             * For kernels whose helper threads are called \(helper.rawValue)_N; \(domains) \
            memory \(domains == 1 ? "domain" : "domains").
             * Written from the kernel's source; it has not been run on FreeBSD.
             */
            #pragma D option quiet
            #pragma D option zdefs
            #pragma D option bufsize=32m
            #pragma D option dynvarsize=16m
            #pragma D option switchrate=20hz
            #pragma D option aggrate=20hz
            \(destructive)

            """
    }

    // MARK: Parts of clauses

    /// A statement that prints a line: its name, and fields with what D computes for each, the last
    /// of which may be a text.
    private func line(
        _ name: String, _ fields: [(String, String)], text: (String, String)? = nil
    ) -> String {
        let numbers = [("t", "timestamp")] + fields
        let format =
            numbers.map { ",\\\"\($0.0)\\\":%d" }.joined()
            + (text.map { ",\\\"\($0.0)\\\":\\\"%s\\\"" } ?? "")
        let arguments = (numbers.map(\.1) + (text.map { [$0.1] } ?? [])).joined(separator: ", ")
        return "printf(\"{\\\"e\\\":\\\"\(name)\\\"\(format)}\\n\",\n        \(arguments));"
    }

    private func clause(_ probes: String, _ predicate: String? = nil, _ body: [String]) -> String {
        ([probes] + (predicate.map { ["/\($0)/"] } ?? []) + ["{"] + body.map { "    " + $0 }
            + ["}"])
            .joined(separator: "\n")
    }

    private static let place = [("cpu", "cpu"), ("tid", "tid")]

    private func state(_ domain: Int) -> String {
        "`ktls_domains[\(domain)].\(helper.rawValue)_td"
    }

    private func freePages(_ domain: String) -> String { "`vm_dom[\(domain)].vmd_free_count" }

    // MARK: Clauses

    private var beginClause: String {
        let fields = [
            ("v", "\(Self.version)"), ("wall", "walltimestamp"), ("cpus", "`mp_ncpus"),
            ("domains", "`vm_ndomains"), (helper.limit, "`ktls_\(helper.limit)"),
        ]
        let threads = (0..<domains).map { "td\($0) = \(state($0)).td;" }
        return clause(
            "dtrace:::BEGIN", nil,
            [line("hdr", fields), "began = timestamp;"] + threads + statistics)
    }

    /// Imports that got less than was wanted, and the first full one of a domain after one that got
    /// nothing; the others are counted.
    private var importClauses: [String] {
        let print = line(
            "buf.import",
            Self.place + [
                ("dom", "self->id"), ("want", "self->iw"), ("got", "(int)arg1"),
                ("ns", "timestamp - self->it"), ("free", freePages("self->id")),
            ])
        return [
            clause(
                "fbt::ktls_buffer_import:entry", nil,
                ["self->it = timestamp;", "self->iw = (int)arg2;", "self->id = (int)arg3;"]),
            clause(
                "fbt::ktls_buffer_import:return",
                "self->it && ((int)arg1 < self->iw || short_of[self->id])", [print]),
            clause(
                "fbt::ktls_buffer_import:return", "self->it",
                [
                    "short_of[self->id] = (int)arg1 == 0;", "@imp[self->id] = sum(arg1);",
                    "self->it = 0;", "self->iw = 0;", "self->id = 0;",
                ]),
            clause(
                "fbt::ktls_buffer_release:entry", nil,
                [line("uma.trim", Self.place + [("n", "(int)arg2")])]),
        ]
    }

    /// What is too frequent for a line each.
    private var rateClauses: [String] {
        [
            clause("fbt::ktls_encrypt_record:entry", nil, ["@req[cpu] = count();"]),
            clause("fbt::ktls_free_mext_contig:entry", nil, ["@ack[cpu] = count();"]),
            clause("fbt::mb_free_mext_pgs:entry", nil, ["@fbk[cpu] = count();"]),
        ]
    }

    private var reclaimClauses: [String] {
        let counts = ["moved", "tried", "ok", "busy", "inval", "nomem", "passes", "found"]
        let begin = line(
            "rcl.begin",
            Self.place + [
                ("dom", "self->rd"), ("npages", "(int)arg2"), ("desired", "(int)arg7"),
                ("free", freePages("self->rd")),
            ])
        let end = line(
            "rcl.end",
            Self.place + [("dom", "self->rd"), ("ret", "(int)arg1")]
                + counts.map { ($0, "self->\($0)") } + [
                    ("cpu_ns", "vtimestamp - self->rv"), ("wall_ns", "timestamp - self->rt"),
                ])
        return [
            clause(
                "fbt::vm_page_reclaim_contig_domain_ext:entry", nil,
                ["self->rt = timestamp;", "self->rv = vtimestamp;", "self->rd = (int)arg0;"]
                    + counts.map { "self->\($0) = 0;" } + [begin]),
            clause("fbt::pmap_copy_page:entry", "self->rt", ["self->moved++;"]),
            clause(
                "fbt::vm_page_reclaim_run:return", "self->rt",
                [
                    "self->tried++;", "self->ok += (int)arg1 == 0;",
                    "self->busy += (int)arg1 == 16;", "self->inval += (int)arg1 == 22;",
                    "self->nomem += (int)arg1 == 12;",
                ]),
            clause(
                "fbt::vm_phys_scan_contig:return", "self->rt",
                ["self->passes += arg1 == 0;", "self->found += arg1 != 0;"]),
            clause(
                "fbt::vm_page_reclaim_contig_domain_ext:return", "self->rt",
                [end, "self->rt = 0;", "self->rv = 0;", "self->rd = 0;"]
                    + counts.map { "self->\($0) = 0;" }),
        ]
    }

    private var waitClauses: [String] {
        let domain = "`vm_dom[self->wd]"
        return [
            clause(
                "fbt::vm_wait_domain:entry", "execname == \"KTLS\"",
                [
                    "self->wt = timestamp;", "self->wd = (int)arg0;",
                    line(
                        "vmw.begin",
                        Self.place + [
                            ("dom", "self->wd"), ("free", freePages("self->wd")),
                            ("min", "\(domain).vmd_free_min"),
                            ("minset", "\(domain).vmd_minset"),
                        ]),
                ]),
            clause(
                "fbt::vm_wait_domain:return", "self->wt",
                [
                    line(
                        "vmw.end",
                        Self.place + [
                            ("dom", "self->wd"), ("ns", "timestamp - self->wt"),
                            ("free", freePages("self->wd")),
                        ]), "self->wt = 0;", "self->wd = 0;",
                ]),
        ]
    }

    private var levelClauses: [String] {
        ["set", "clear"].map { verb in
            let domain = "((struct vm_domain *)arg0)->vmd_"
            return clause(
                "fbt::vm_domain_\(verb):entry", nil,
                [
                    line(
                        "dom.\(verb)",
                        [
                            ("cpu", "cpu"), ("dom", domain + "domain"),
                            ("free", domain + "free_count"), ("min", domain + "free_min"),
                            ("severe", domain + "free_severe"), ("minset", domain + "minset"),
                            ("severeset", domain + "severeset"),
                        ])
                ])
        }
    }

    /// Wakeups of a helper thread, and its way onto and off the CPUs.
    private func threadClauses(_ domain: Int) -> [String] {
        let thread = "td\(domain)"
        let about = [("dom", "\(domain)"), ("thread", "\(thread)->td_tid")]
        let message = "curthread->td_wmesg != 0 ? stringof(curthread->td_wmesg) : \"\""
        let off = line("thr.off", [("cpu", "cpu")] + about, text: ("wmesg", message))
        return [
            clause(
                "sched:::wakeup", "\(thread) != 0 && arg0 == (uintptr_t)\(thread)",
                [line("wk.send", Self.place + about)]),
            clause(
                "sched:::on-cpu", "\(thread) != 0 && curthread == \(thread)",
                [line("thr.on", [("cpu", "cpu")] + about)]),
            clause(
                "sched:::off-cpu", "\(thread) != 0 && curthread == \(thread)", [off]),
        ]
    }

    private func sampleClause(_ domain: Int) -> String {
        let state = state(domain)
        return clause(
            "profile:::tick-100ms", nil,
            [
                // The threads begin with the first session.
                "td\(domain) = \(state).td;",
                line(
                    "smp",
                    [
                        ("dom", "\(domain)"), ("free", freePages("\(domain)")),
                        ("deficit", "`vm_dom[\(domain)].vmd_pageout_deficit"),
                        ("wakeups", "\(state).wakeups"),
                        (helper.counter, "\(state).\(helper.counter)"),
                        ("running", "\(state).running"),
                    ]),
            ])
    }

    /// The turns of a thread that allocates, counted ten times a second.
    private func spinClauses(_ domain: Int) -> [String] {
        [
            clause(
                "fbt::vm_reserv_reclaim_contig:entry",
                "td\(domain) != 0 && curthread == td\(domain)", ["spin\(domain)++;"]),
            clause(
                "profile:::tick-100ms", nil,
                [
                    line(
                        "spin",
                        [
                            ("dom", "\(domain)"), ("n", "spin\(domain)"), ("ns", "100000000"),
                        ]), "spin\(domain) = 0;",
                ]),
        ]
    }

    private var tickClause: String {
        let sums = [("req", "cpu"), ("ack", "cpu"), ("fbk", "cpu"), ("imp", "dom")]
        let prints = sums.map { name, key in
            "printa(\"{\\\"e\\\":\\\"agg.\(name)\\\",\\\"\(key)\\\":%d,\\\"n\\\":%@d}\\n\", @\(name));"
        }
        let clears = sums.map { "clear(@\($0.0));" }.joined(separator: " ")
        return clause("profile:::tick-1s", nil, [line("agg", [])] + prints + [clears])
    }

    /// The command whose output the importer takes for readings.
    public static let statisticsCommand =
        "sysctl kern.ostype kern.osrelease kern.osreldate kern.hz hw.model hw.machine hw.ncpu "
        + "hw.physmem kern.ipc.tls vm.uma.ktls_buffers vm.domain vm.reserv vm.stats.vm "
        + "vm.phys_free 2>/dev/null; vmstat -z | grep -E '^ITEM|^ktls_buffers'"

    private var statistics: [String] {
        readsStatistics ? [line("stat", []), "system(\"\(Self.statisticsCommand)\");"] : []
    }

    private var statisticsClauses: [String] {
        readsStatistics
            ? [
                clause("profile:::tick-10s", nil, statistics),
                clause("dtrace:::END", nil, statistics),
            ] : []
    }

    private var endClauses: [String] {
        guard let durationNs else { return [] }
        return [
            clause("profile:::tick-10ms", "timestamp - began >= \(durationNs)", ["exit(0);"])
        ]
    }

    private var errorClause: String { clause("dtrace:::ERROR", nil, [line("err", [])]) }
}

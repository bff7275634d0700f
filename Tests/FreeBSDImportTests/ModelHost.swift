import TestRandomness

/// A host that does random things, prints what the script would print, and knows which events an
/// import must come to.
struct ModelHost {
    static let cpus = 4
    static let domains = 2
    static let startNs: Int64 = 5_000_000_000
    private static let switchNs: Int64 = 50_000_000

    private enum State {
        case idle, woken
        case running(batch: Int?)
        case preempted(batch: Int?)
        /// In `vm_wait_domain`, on the CPU or off it.
        case waiting(begin: Int, sinceNs: Int64, isOff: Bool)
    }

    private struct Helper {
        var state = State.idle
        var wake = 0
        var run = 0
        var onSinceNs: Int64 = -1
        var isNamed = false
    }

    private struct Printed {
        var timeNs: Int64
        var cpu: Int
        var text: String
    }

    private var random: TestRandom
    private var nowNs = startNs
    private var helpers = [Helper](repeating: Helper(), count: domains)
    private var lastFailureNs = [Int64](repeating: 0, count: cpus)
    private var printed: [Printed] = []
    private(set) var expected: [String] = []
    private(set) var drops: UInt64 = 0
    let isErrno: Bool

    init(seed: UInt64, steps: Int) {
        random = TestRandom(seed: seed)
        isErrno = random.isOneIn(2)
        for domain in 0..<Self.domains { sleep(domain, name: true) }
        for _ in 0..<steps { step() }
    }

    /// What dtrace prints: each CPU's lines in order, one CPU after another, 20 times a second, with
    /// messages among them.
    mutating func text() -> String {
        var text = line(
            "hdr", Self.startNs,
            [("v", 1), ("wall", 1), ("cpus", 4), ("domains", 2), ("max_reclaim", 1_024)])
        let rounds = Dictionary(grouping: printed) { $0.timeNs / Self.switchNs }
        for round in rounds.keys.sorted() {
            for cpu in 0..<Self.cpus {
                for line in rounds[round, default: []] where line.cpu == cpu {
                    text += withMessage(line.text)
                }
            }
        }
        return text
    }

    private mutating func withMessage(_ line: String) -> String {
        guard random.isOneIn(40) else { return line }
        let count = random.number(1...9)
        drops += UInt64(count)
        let message = "dtrace: \(count) drop\(count > 1 ? "s" : "") on CPU 1\n"
        let place = line.index(line.startIndex, offsetBy: random.below(line.count))
        return random.isOneIn(2)
            ? message + line : String(line[..<place]) + message + String(line[place...])
    }

    // MARK: Steps

    private mutating func step() {
        nowNs += random.number(1_000...40_000_000)
        let domain = random.below(Self.domains)
        switch random.below(8) {
        case 0, 1: attempt(domain)
        case 2: sample(domain)
        case 3: level(domain)
        case 4: relief(domain)
        default: advance(domain)
        }
    }

    private mutating func attempt(_ domain: Int) {
        let cpu = domain * 2 + random.below(2)
        guard nowNs - lastFailureNs[cpu] > 1_000_000_000 else { return }
        lastFailureNs[cpu] = nowNs
        let tid = 200 + cpu
        // With a bucket of several buffers, with one of one, and with buckets disabled.
        let wants = random.choice([[16, 1], [1, 1], [1]])
        var failure = 0
        for want in wants {
            put(
                "buf.import", cpu,
                [
                    ("tid", tid), ("dom", domain), ("want", want), ("got", 0), ("ns", 700),
                    ("free", 9_000),
                ])
            let phase = want == 1 ? "item" : "bucket"
            let number = expect(
                "import", domain, cpu, 0, "handle=-1 wanted=\(want) got=0 ns=700 phase=\(phase)")
            if want == 1, failure == 0 {
                failure = expect(
                    "alloc_fail", domain, cpu, number,
                    "order=2 bytes=16384 requester=ktls worker gfp=M_NOWAIT|M_NORECLAIM "
                        + "free_pages=9000 largest_order=-1 thread=\(tid)")
                refuse(domain, cpu, failure)
            }
            nowNs += 900
        }
        guard case .idle = helpers[domain].state else { return }
        put("wk.send", cpu, [("tid", tid), ("dom", domain), ("thread", 100 + domain)])
        helpers[domain].wake = expect(
            "wake_send", domain, cpu, failure, wakeup(domain, "woke"))
        helpers[domain].state = .woken
    }

    private func wakeup(_ domain: Int, _ effect: String) -> String {
        "target=\(100 + domain) effect=\(effect) origin=allocation failure"
    }

    /// A failure that does not wake the helper.
    private mutating func refuse(_ domain: Int, _ cpu: Int, _ failure: Int) {
        let effect: String
        switch helpers[domain].state {
        case .idle: return
        case .woken: effect = "no_sleeper"
        case .running, .preempted, .waiting: effect = "suppressed"
        }
        expect("wake_send", domain, cpu, failure, wakeup(domain, effect))
    }

    private mutating func advance(_ domain: Int) {
        switch helpers[domain].state {
        case .idle: return
        case .woken:
            let run = on(domain, wake: helpers[domain].wake)
            helpers[domain].run = run
            helpers[domain].state = .running(batch: nil)
        case .running(nil):
            helpers[domain].state = .running(batch: beginBatch(domain))
        case .running(let batch?):
            if random.isOneIn(3) {
                off(domain, "", "running")
                helpers[domain].state = .preempted(batch: batch)
            } else {
                endBatch(domain, batch)
            }
        case .preempted(let batch):
            _ = on(domain, wake: nil)
            helpers[domain].state = .running(batch: batch)
        case .waiting(let begin, let sinceNs, false):
            off(domain, "vmwait", "vm_wait")
            helpers[domain].state = .waiting(begin: begin, sinceNs: sinceNs, isOff: true)
        case .waiting(let begin, let sinceNs, true):
            endWait(domain, begin, sinceNs)
        }
    }

    // MARK: The helper thread

    private func cpu(_ domain: Int) -> Int { domain * 2 + 1 }

    /// Onto the CPU; with a wakeup that is a run, whose event is returned.
    private mutating func on(_ domain: Int, wake: Int?) -> Int {
        put("thr.on", cpu(domain), [("dom", domain), ("thread", 100 + domain)])
        helpers[domain].onSinceNs = nowNs
        guard let wake else { return 0 }
        return expect(
            "thread_run", domain, cpu(domain), wake, "thread=\(100 + domain) counter=-1")
    }

    private mutating func off(_ domain: Int, _ message: String, _ state: String) {
        put(
            "thr.off", cpu(domain), [("dom", domain), ("thread", 100 + domain)], wmesg: message)
        let helper = helpers[domain]
        if message == "-" {
            expect(
                "thread_sleep", domain, cpu(domain), helper.run,
                "thread=\(100 + domain) counter=-1")
        }
        let ns = helper.onSinceNs < 0 ? -1 : nowNs - helper.onSinceNs
        expect(
            "on_cpu", domain, cpu(domain), helper.run,
            "thread=\(100 + domain) ns=\(ns) state=\(state)")
        helpers[domain].onSinceNs = -1
    }

    private mutating func sleep(_ domain: Int, name: Bool = false) {
        if name {
            expect(
                "thread_name", domain, cpu(domain), 0,
                "thread=\(100 + domain) name=reclaim_\(domain) role=reclaim")
        }
        off(domain, "-", "sleep")
        helpers[domain].state = .idle
        nowNs += 1
    }

    private mutating func beginBatch(_ domain: Int) -> Int {
        put(
            "rcl.begin", cpu(domain),
            [
                ("tid", 100 + domain), ("dom", domain), ("npages", 4), ("desired", 1_024),
                ("free", 8_000),
            ])
        return expect(
            "batch_begin", domain, cpu(domain), helpers[domain].run,
            "thread=\(100 + domain) mode=daemon routine=\(Self.routine) order=2 desired=1024 "
                + "ring=-1 target_pages=4096 free_pages=8000")
    }

    private static let routine = "vm_page_reclaim_contig_domain_ext"

    private mutating func endBatch(_ domain: Int, _ batch: Int) {
        let isOK = random.isOneIn(2)
        let result = isErrno ? (isOK ? 0 : random.choice([12, 34])) : (isOK ? 1 : 0)
        let hasRuns = random.isOneIn(2)
        let (tried, ok, busy) = hasRuns ? (1_030, 1_000, 30) : (0, 0, 0)
        put(
            "rcl.end", cpu(domain),
            [
                ("tid", 100 + domain), ("dom", domain), ("ret", result), ("moved", 55),
                ("tried", tried), ("ok", ok), ("busy", busy), ("inval", 0), ("nomem", 0),
                ("passes", 2), ("found", 5), ("cpu_ns", 777), ("wall_ns", 888),
            ])
        let word =
            isOK ? "ok" : result == 12 ? "failed ENOMEM" : result == 34 ? "failed ERANGE" : "failed"
        let runs =
            hasRuns
            ? "tried=1030 ok=1000 failed_busy=30 failed_invalid=0 failed_no_memory=0"
            : "tried=-1 ok=-1 failed_busy=-1 failed_invalid=-1 failed_no_memory=-1"
        expect(
            "batch_end", domain, cpu(domain), batch,
            "thread=\(100 + domain) mode=daemon routine=\(Self.routine) result=\(word) passes=2 "
                + "\(runs) moved=55 gained_blocks=-1 phantom=-1 freed_pages=-1 scanned_pages=-1 "
                + "nominal=\(isOK ? 1_024 : 0) cpu_ns=777 failed_moves=-1 eaten=-1")
        nowNs += 500
        if isOK { sleep(domain) } else { beginWait(domain) }
    }

    private mutating func beginWait(_ domain: Int) {
        let isShort = random.isOneIn(2)
        put(
            "vmw.begin", cpu(domain),
            [
                ("tid", 100 + domain), ("dom", domain), ("free", 90), ("min", 100),
                ("minset", isShort ? 1 : 0),
            ])
        guard isShort else {
            expect(
                "wait_skip", domain, cpu(domain), helpers[domain].run,
                "thread=\(100 + domain) free_pages=90 free_min=100")
            nowNs += 10
            put(
                "vmw.end", cpu(domain),
                [("tid", 100 + domain), ("dom", domain), ("ns", 10), ("free", 90)])
            nowNs += 10
            sleep(domain)
            return
        }
        let begin = expect(
            "wait_begin", domain, cpu(domain), helpers[domain].run,
            "thread=\(100 + domain) free_pages=90 free_min=100 reason=\(Self.reason)")
        helpers[domain].state = .waiting(begin: begin, sinceNs: nowNs, isOff: false)
    }

    private static let reason = "free pages below free_min"

    private mutating func endWait(_ domain: Int, _ begin: Int, _ sinceNs: Int64) {
        // The page daemon's wakeup ends a wait and is none of a run.
        put("wk.send", 0, [("tid", 300), ("dom", domain), ("thread", 100 + domain)])
        nowNs += 2_000
        _ = on(domain, wake: nil)
        nowNs += 100
        let ns = nowNs - sinceNs
        put(
            "vmw.end", cpu(domain),
            [("tid", 100 + domain), ("dom", domain), ("ns", Int(ns)), ("free", 200)])
        expect(
            "wait_end", domain, cpu(domain), begin,
            "thread=\(100 + domain) free_pages=200 woken_by=-1 reason=\(Self.reason) ns=\(ns)")
        nowNs += 100
        sleep(domain)
    }

    // MARK: The host

    private mutating func sample(_ domain: Int) {
        put(
            "smp", random.below(Self.cpus),
            [
                ("dom", domain), ("free", 8_000), ("deficit", 3), ("wakeups", 7),
                ("reclaims", 2_048), ("running", 1),
            ], hasCPU: false)
        let blocks = (0...12).map { "blocks_\($0)=-1" }.joined(separator: " ")
        expect(
            "sample", domain, -1, 0,
            "free_pages=8000 \(blocks) zone_items=-1 in_use=-1 fallback_pages=-1 deficit=3 "
                + "wakeups=7 reclaims=2048 running=1 state_digest=0 active=-1 inactive=-1 "
                + "laundry=-1 pgcache_pages=-1")
    }

    private mutating func level(_ domain: Int) {
        let isSet = random.isOneIn(2)
        let free = isSet ? random.choice([40, 90, 120]) : random.choice([60, 130])
        let (least, severe) = (100, 50)
        put(
            isSet ? "dom.set" : "dom.clear", 2,
            [
                ("dom", domain), ("free", free), ("min", least), ("severe", severe),
                ("minset", isSet ? 0 : 1), ("severeset", isSet ? 0 : 1),
            ])
        for (name, threshold) in [("min", least), ("severe", severe)]
        where (free < threshold) == isSet {
            expect(
                "domain_level", domain, 2, 0,
                "level=\(name) on=\(isSet ? 1 : 0) free_pages=\(free)")
        }
    }

    private mutating func relief(_ domain: Int) {
        put(
            "buf.import", 3,
            [
                ("tid", 203), ("dom", domain), ("want", 1), ("got", 1), ("ns", 60),
                ("free", 10_000),
            ])
        expect("import", domain, 3, 0, "handle=-1 wanted=1 got=1 ns=60 phase=item")
    }

    // MARK: Lines and events

    private mutating func put(
        _ name: String, _ cpu: Int, _ fields: [(String, Int)], wmesg: String? = nil,
        hasCPU: Bool = true
    ) {
        let all = (hasCPU ? [("cpu", cpu)] : []) + fields
        let text = line(name, nowNs, all.map { ($0.0, Int64($0.1)) }, wmesg: wmesg)
        printed.append(Printed(timeNs: nowNs, cpu: cpu, text: text))
    }

    @discardableResult
    private mutating func expect(
        _ kind: String, _ domain: Int, _ cpu: Int, _ cause: Int, _ columns: String
    ) -> Int {
        let number = expected.count + 1
        expected.append(
            "#\(number) \(kind) t=\(nowNs - Self.startNs) domain=\(domain) cpu=\(cpu) "
                + "cause=\(cause) \(columns)")
        return number
    }
}

import Foundation

/// How many intervals there were, their sum, and nearest-rank percentiles, in ns.
struct IntervalSummary: Equatable, Codable {
    var n: Int
    var sum: Int64
    var p50: Int64?
    var p99: Int64?
    var max: Int64?

    init(_ values: [Int64]) {
        let sorted = values.sorted()
        n = values.count
        sum = values.reduce(0, +)
        p50 = Self.rank(sorted, 50)
        p99 = Self.rank(sorted, 99)
        max = sorted.last
    }

    private static func rank(_ sorted: [Int64], _ percent: Int) -> Int64? {
        guard !sorted.isEmpty else { return nil }
        return sorted[Swift.max(1, (sorted.count * percent + 99) / 100) - 1]
    }

    /// Whether the intervals of the other summary, taken from a clock with ns, fit these.
    ///
    /// The kernel prints times rounded to the nearest microsecond, so each end of an interval is
    /// off by at most half of one: an interval, and with it every order statistic, by at most
    /// 1 us, and a sum of n intervals by at most n us.
    func isWithinRounding(of exact: IntervalSummary) -> Bool {
        func isNear(_ left: Int64?, _ right: Int64?) -> Bool {
            guard let left, let right else { return left == nil && right == nil }
            return abs(left - right) <= 1000
        }
        return n == exact.n && abs(sum - exact.sum) <= Int64(n) * 1000 && isNear(p50, exact.p50)
            && isNear(p99, exact.p99) && isNear(max, exact.max)
    }
}

/// The answers of `reference-answers.py` that events can give, under the script's names.
struct Answers: Equatable, Codable {
    var fail: [String: Int] = [:]
    var failComm: [String: Int] = [:]
    var oncpu: [String: IntervalSummary] = [:]
    var wakeLat: [String: IntervalSummary] = [:]
    var spuriousWakings: [String: Int] = [:]
    var switchInWithoutWaking: [String: Int] = [:]
    var missedSwitchIn: [String: Int] = [:]
    var compact: [String: IntervalSummary] = [:]
    var compactByModeStatus: [String: Int] = [:]
    var directReclaim = IntervalSummary([])
    var directReclaimPages: Int64 = 0
    var migrated: [String: [String: Int64]] = [:]
    var lruInactive: [String: [String: Int64]] = [:]
    var throttledUsec = IntervalSummary([])
    var directCompactCalls = 0
    var wakesByOrder: [String: Int] = [:]
    var unpairedEnd = 0
    var unpairedBegin = 0

    /// The intervals by a name that says which they are.
    var intervals: [(String, IntervalSummary)] {
        let groups = [("oncpu", oncpu), ("wake_lat", wakeLat), ("compact", compact)]
        return groups.flatMap { name, group in
            group.sorted { $0.key < $1.key }.map { ("\(name) \($0.key)", $0.value) }
        } + [("direct_reclaim", directReclaim)]
    }

    /// The same with all intervals left out: what does not depend on the clock.
    var withoutIntervals: Answers {
        var copy = self
        copy.oncpu = [:]
        copy.wakeLat = [:]
        copy.compact = [:]
        copy.directReclaim = IntervalSummary([])
        return copy
    }
}

/// One part of a reference file: the answers, and what the import's result must say.
struct ReferencePart: Decodable {
    struct Away: Decodable, Equatable {
        var n: Int
        var ns: Int64
    }

    let answers: Answers
    let events: Int
    let counts: [String: Int]
    let firstNs: Int64
    let lastNs: Int64
    /// Off-CPU time of `fs-*` tasks by kind of stall and state.
    let away: [String: Away]

    private enum Keys: String, CodingKey {
        case events, counts, firstNs, lastNs, offcpuInsideStall
    }

    init(from decoder: any Decoder) throws {
        answers = try Answers(from: decoder)
        let keyed = try decoder.container(keyedBy: Keys.self)
        events = try keyed.decode(Int.self, forKey: .events)
        counts = try keyed.decode([String: Int].self, forKey: .counts)
        firstNs = try keyed.decode(Int64.self, forKey: .firstNs)
        lastNs = try keyed.decode(Int64.self, forKey: .lastNs)
        away = try keyed.decode([String: Away].self, forKey: .offcpuInsideStall)
    }
}

/// A file `reference.json`.
struct Reference: Decodable {
    let windowNs: [Int64]
    let traceTxtFull: ReferencePart
    let traceTxtWindow: ReferencePart
    /// The same from the binary ring buffer, with ns; not there for fixtures.
    let rawFull: ReferencePart?
    let rawWindow: ReferencePart?
    /// The same from the two other recorders, with ns.
    let perfFull: ReferencePart?
    let perfWindow: ReferencePart?
    let tracecmdFull: ReferencePart?
    let tracecmdWindow: ReferencePart?

    /// The answers that belong to a form of the recording, for all of it and for the window.
    func parts(_ form: CaptureForm) -> (full: ReferencePart?, window: ReferencePart?) {
        switch form {
        case .text: (traceTxtFull, traceTxtWindow)
        case .raw: (rawFull, rawWindow)
        case .perfScript: (perfFull, perfWindow)
        case .traceDat6, .traceDat7, .traceCmdReport: (tracecmdFull, tracecmdWindow)
        }
    }

    init(contentsOf url: URL) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .custom { path in
            // Only the script's own keys are converted; names of tracepoints and threads are data.
            let key = path[path.count - 1].stringValue
            return AnyKey(Self.renamed[key] ?? key)
        }
        self = try decoder.decode(Reference.self, from: Data(contentsOf: url))
    }

    private static let renamed: [String: String] = [
        "window_ns": "windowNs", "trace_txt_full": "traceTxtFull",
        "trace_txt_window": "traceTxtWindow", "raw_full": "rawFull", "raw_window": "rawWindow",
        "perf_full": "perfFull", "perf_window": "perfWindow", "tracecmd_full": "tracecmdFull",
        "tracecmd_window": "tracecmdWindow", "fail_comm": "failComm", "wake_lat": "wakeLat",
        "spurious_wakings": "spuriousWakings",
        "switch_in_without_waking": "switchInWithoutWaking", "missed_switch_in": "missedSwitchIn",
        "compact_by_mode_status": "compactByModeStatus", "direct_reclaim": "directReclaim",
        "direct_reclaim_pages": "directReclaimPages", "lru_inactive": "lruInactive",
        "throttled_usec": "throttledUsec", "direct_compact_calls": "directCompactCalls",
        "wakes_by_order": "wakesByOrder", "unpaired_end": "unpairedEnd",
        "unpaired_begin": "unpairedBegin", "first_ns": "firstNs", "last_ns": "lastNs",
        "offcpu_inside_stall": "offcpuInsideStall",
    ]
}

private struct AnyKey: CodingKey {
    let stringValue: String
    let intValue: Int? = nil

    init(_ text: String) { stringValue = text }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { return nil }
}

// Measures how many control events per second of CPU time the analyzer takes, from events held in
// memory. Argument: the number of passes over them.
import Glibc
import TraceAnalysis
import TraceCore

/// Makes a cycle of events as an engine trace holds them, in flat rows of `width` values.
struct Stream {
    static let width = 24
    var headers: [EventHeader] = []
    var rows: [Int64] = []
    var time: Int64 = 0

    mutating func add(_ kind: KindID, _ values: [Int64], domain: Int32, cause: UInt64 = 0) {
        time += 1_000
        headers.append(
            EventHeader(
                sequence: UInt64(headers.count + 1), timeNs: time, kind: kind, domain: domain,
                cpu: Int32(headers.count % 8), cause: cause))
        rows.append(contentsOf: values)
        rows.append(contentsOf: [Int64](repeating: 0, count: Self.width - values.count))
    }

    /// One failure that leads to a batch, one that is suppressed, and state read in between.
    mutating func cycle(_ round: Int64) {
        let domain = Int32(round % 2)
        let thread = 100 + round % 2
        for _ in 0..<4 { add(.allocFail, [2, 16_384, 1, 2, 1_000, 1, 7], domain: domain) }
        add(.wakeSend, [thread, 0, 1], domain: domain, cause: UInt64(headers.count))
        add(.threadRun, [thread, round], domain: domain)
        add(.batchBegin, [thread, 0, 3, 2, 1024, 1039, 4096, 1_000], domain: domain)
        for option in 0..<3 {
            add(.batchPass, [thread, Int64(option), 5_000, 10, 8, 8, 900], domain: domain)
            add(.allocFail, [2, 16_384, 1, 2, 1_000, 1, 8], domain: domain)
            add(.wakeSend, [thread, 3, 1], domain: domain)
        }
        add(
            .batchEnd,
            [thread, 0, 3, 4, 3, 24, 20, 2, 1, 1, 60, 18, 2, 0, 15_000, 1024, 3_500, 0],
            domain: domain)
        add(.waitBegin, [thread, 900, 1_000, 5], domain: domain)
        add(.waitEnd, [thread, 1_100, 0, 5, 1_000], domain: domain)
        add(.threadSleep, [thread, round], domain: domain)
        add(.onCpu, [thread, 800 + round % 4_096, 6], domain: domain)
        if round % 16 == 0 {
            add(.sample, [Int64](repeating: 10, count: 22), domain: domain)
            add(.service, [Int64](repeating: round, count: 9), domain: domain)
        }
    }
}

func measure() throws(AnalysisError) {
    var stream = Stream()
    for round in 0..<320 { stream.cycle(Int64(round)) }
    let passes = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 2_000
    for _ in 0..<5 {
        var analyzer = try Analyzer(schema: StandardSchema.schema)
        let start = clock()
        let rows = stream.rows.span
        for pass in 0..<passes {
            for index in stream.headers.indices {
                var header = stream.headers[index]
                header.timeNs += Int64(pass) * stream.time
                let first = index * Stream.width
                analyzer.consume(header, rows.extracting(first..<first + Stream.width))
            }
        }
        let events = passes * stream.headers.count
        let ns = Double(clock() - start) * 1e9 / Double(CLOCKS_PER_SEC) / Double(events)
        let summary = analyzer.finish(strings: StringTable())
        print(
            "\(events) events, \(ns) ns each, \(1_000 / ns) M/s;",
            "\(summary.failures.count) failures, \(summary.wakeups.counts.woke) wakeups")
    }
}

do {
    try measure()
} catch {
    print("the options are wrong: \(error)")
}

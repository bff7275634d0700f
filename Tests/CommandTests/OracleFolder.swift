import Foundation
import Testing

/// A folder in which reports are compared with the oracle's.
struct OracleFolder {
    let folder: Folder

    init() throws { folder = try Folder() }

    /// Compares reports of one trace; each list is the options of one report.
    @discardableResult
    func check(
        _ trace: String, _ reports: [[String]], sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> [ToolResult] {
        expectFine(
            try folder.run(
                "dump", trace, "--format", "ndjson", "--preamble", "short", "-o", "0.ndjson",
                "--force"), sourceLocation: sourceLocation)
        return try reports.enumerated().map { number, options in
            let report = "\(number).json"
            let command = ["analyze", trace, "--format", "json", "-o", report, "--force"]
            expectFine(
                try Tool.run(command + options, in: folder.url), sourceLocation: sourceLocation)
            let result = try script(nil, ["0.ndjson", report] + options)
            #expect(
                result.status == 0 && result.lines.last?.hasSuffix(" 0 faults") == true,
                "\(options.joined(separator: " ")): \(result.text)\(result.error)",
                sourceLocation: sourceLocation)
            return result
        }
    }

    /// Runs the oracle, or another script beside it.
    @discardableResult
    func script(_ name: String?, _ arguments: [String]) throws -> ToolResult {
        let path = Fixtures.scripts.appending(path: "oracle").path
        return try Tool.start(
            "/usr/bin/env", ["python3", "-B", path + (name.map { "/\($0).py" } ?? "")] + arguments,
            in: folder.url
        ).result()
    }

    /// A failure and what follows it, `gapNs` apart.
    private static func cycle(domain: Int, gapNs: Int) -> String {
        let thread = 100 + domain
        let events = [
            #""kind":"thread_name","thread":\#(thread),"name":"r","role":"reclaim""#,
            #""kind":"alloc_fail","order":2"#,
            #""kind":"wake_send","target":\#(thread),"effect":"woke","cause":2"#,
            #""kind":"thread_run","thread":\#(thread),"cause":3"#,
            #""kind":"batch_begin","thread":\#(thread),"mode":"daemon","cause":4"#,
            #""kind":"batch_end","thread":\#(thread),"mode":"daemon","cause":5"#,
            #""kind":"wait_begin","thread":1"#, #""kind":"wait_end","thread":1"#,
            #""kind":"on_cpu","thread":\#(thread),"ns":\#(gapNs)"#,
            #""kind":"thread_sleep","thread":\#(thread)"#, #""kind":"alloc_fail","order":3"#,
        ]
        return events.enumerated().map { number, event in
            #"{"time_ns":\#(number * gapNs),"domain":\#(domain),\#(event)}"# + "\n"
        }.joined()
    }

    /// Unknown modes, a stretch of no known length while a wakeup waits, waits that another one
    /// replaces, and an event at the end of all times.
    private static let oddities = [
        #"0,"kind":"wake_send","target":1,"effect":"woke""#,
        #"1,"kind":"wait_begin","thread":2,"reason":"a""#,
        #"2,"kind":"on_cpu","thread":1,"ns":-5"#,
        #"3,"kind":"thread_run","thread":1"#,
        #"4,"kind":"batch_begin","thread":1,"mode":7"#,
        #"5,"kind":"wait_begin","thread":2,"reason":"b""#,
        #"6,"kind":"batch_end","thread":1,"mode":7,"cpu_ns":2,"gained_blocks":3"#,
        #"7,"kind":"batch_end","thread":1,"mode":"daemon","cpu_ns":1,"gained_blocks":1"#,
        #"9223372036854775807,"kind":"alloc_fail","order":2"#,
    ].map { #"{"domain":0,"time_ns":"# + $0 + "}\n" }.joined()

    /// No event, one event, all at one instant, one domain of 64, gaps of 2^40 ns, of 2^43 ns,
    /// a last event that no report reads, and what is seldom.
    static let edgeCases: [String] = [
        "time_ns,kind\n", #"{"time_ns":0,"kind":"alloc_fail"}"# + "\n",
        #"{"time_ns":7,"kind":"sample"}"# + "\n",
        cycle(domain: 0, gapNs: 0),
        (0..<64).map { #"{"time_ns":0,"kind":"sample","domain":\#($0)}"# + "\n" }.joined()
            + cycle(domain: 63, gapNs: 5),
        cycle(domain: 63, gapNs: 5), cycle(domain: 0, gapNs: 1 << 40),
        cycle(domain: 2, gapNs: 1 << 43),
        #"{"time_ns":100,"kind":"alloc_fail"}"# + "\n"
            + #"{"time_ns":1000,"kind":"buffer_alloc"}"# + "\n",
        oddities,
    ]
}

import Foundation
import Testing

/// Events as `dump --format ndjson` writes them.
struct DumpedEvents {
    let events: [JSON]

    init(_ trace: String, _ options: String...) throws {
        let result = try Tool.run(
            ["dump", "--format", "ndjson", "--preamble", "none", trace] + options)
        expectFine(result)
        events = try result.output.split(separator: UInt8(ascii: "\n")).map { try JSON($0) }
    }

    func of(_ kind: String) -> [JSON] { events.filter { $0["kind"].text == kind } }

    func sum(_ kind: String, _ column: String) -> Int64 {
        of(kind).reduce(0) { $0 + ($1[column].integer ?? 0) }
    }
}

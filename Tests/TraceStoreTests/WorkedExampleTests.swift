import Foundation
import Testing
import TraceCore
import TraceFormat
import TraceStore
import TraceTestSupport

/// The trace that FORMAT.md takes apart byte by byte.
@Suite struct WorkedExampleTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private static let fixture = root.appendingPathComponent(
        "Fixtures/traces/v1/worked-example.ktrace")

    private static let events: [Event] = [(1, 100, 4), (2, 150, 4), (3, 300, 9)].map {
        (sequence: UInt64, timeNs: Int64, pages: Int64) in
        Event(
            EventHeader(
                sequence: sequence, timeNs: timeNs, kind: KindID(rawValue: 1), domain: 0, cpu: 0),
            [pages])
    }

    private static func written() throws -> [UInt8] {
        let kind = EventKind(id: 1, "wait", .data, .input, [Column("pages", unit: .pages)])
        let sink = MemorySink()
        var writer = try TraceWriter(
            sink: sink,
            description: TraceDescription(
                schema: try #require(EventSchema(kinds: [kind])),
                parameters: [TextPair("source", "import")]))
        for event in events { writer.record(event) }
        _ = try writer.finish()
        return sink.bytes
    }

    @Test func theFixtureIsWrittenByteForByte() throws {
        let bytes = try Self.written()
        if ProcessInfo.processInfo.environment["KTLS_TRACE_UPDATE_GOLDEN"] == "1" {
            try Data(bytes).write(to: Self.fixture)
            Issue.record("the fixture was written anew")
        }
        #expect(try Array(Data(contentsOf: Self.fixture)) == bytes)
    }

    @Test func theFixtureHasNoCompressedByte() throws {
        let bytes = try Array(Data(contentsOf: Self.fixture))
        var dataBytes: Int64 = 0
        _ = try RecordWalk.forEachRecord(in: MemorySource(bytes)) { dataBytes += $0.dataBytes }
        #expect(dataBytes == 0)
    }

    @Test func theFixtureIsRead() throws {
        let back = try ReadBack(SourceFile.open(Self.fixture.path))
        #expect(back.events == Self.events)
        #expect(back.completeness == .complete)
    }

    @Test func theDumpInTheDocumentIsTheFixture() throws {
        let text = try String(
            contentsOf: Self.root.appendingPathComponent("Docs/FORMAT.md"), encoding: .utf8)
        var isDump = false
        var bytes: [UInt8] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("```") {
                isDump = line == "```hex"
                continue
            }
            guard isDump else { continue }
            let digits = line.split(separator: "#", omittingEmptySubsequences: false)[0]
            for word in digits.split(separator: " ") {
                bytes.append(try #require(UInt8(word, radix: 16)))
            }
        }
        #expect(try bytes == Array(Data(contentsOf: Self.fixture)))
    }
}

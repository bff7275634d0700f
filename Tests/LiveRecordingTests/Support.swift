import Foundation
import TestRandomness
import TraceCore
import TraceFormat
import TraceTestSupport

@testable import LiveRecording
@testable import TraceStore

/// An event with its texts, so that files with other numbers for them can be compared.
struct PlainEvent: Equatable {
    var header: EventHeader
    var values: [Int64]
    var texts: [String]

    init(_ event: Event, schema: EventSchema, strings: [String]) {
        header = event.header
        values = event.values
        texts = []
        let columns = schema.kind(event.header.kind)?.columns ?? []
        for (position, column) in columns.enumerated() where column.type == .text {
            texts.append(strings[Int(values[position])])
            values[position] = 0
        }
    }
}

extension RandomTrace {
    var plainEvents: [PlainEvent] {
        events.map { PlainEvent($0, schema: description.schema, strings: strings) }
    }
}

/// A file of a recording, read whole.
struct Part {
    let events: [PlainEvent]
    let reader: TraceReader
    let parameters: ParameterList

    init(_ path: String) throws {
        reader = try TraceReader(path: path)
        parameters = ParameterList(reader.description.parameters)
        var events: [Event] = []
        _ = try reader.readEvents { events.append(Event($0, $1)) }
        self.events = [Event](events).map { [reader] event in
            PlainEvent(event, schema: reader.description.schema, strings: reader.strings)
        }
    }

    var isComplete: Bool { reader.completeness == .complete }

    func note(_ key: String) -> String? {
        reader.description.notes.last { $0.key == key }?.value
    }
}

extension RecordingFiles {
    /// Files that are synchronized at their end only.
    convenience init(_ path: String, overwrites: Bool = false) {
        self.init(path: path, overwrites: overwrites) { path, overwrites throws(StoreError) in
            CommitSink(
                try FileSink(path: path, overwrites: overwrites, partial: .kept), path: path,
                policy: .atEnd, clock: { 0 })
        }
    }
}

extension LivePlan {
    init(_ shape: Shape, blockEvents: Int = 50, blockTimeNs: Int64? = nil) {
        self.init(
            shape: shape, blockTimeNs: blockTimeNs, compressionLevel: 1, blockEvents: blockEvents)
    }
}

/// Interns all strings of a trace, so that its events can be recorded as they are.
func begin(_ recorder: inout LiveRecorder, _ trace: RandomTrace) {
    for string in trace.strings { _ = recorder.intern(string) }
    for snapshot in trace.snapshots {
        recorder.addSnapshot(name: snapshot.name, snapshot.bytes)
    }
}

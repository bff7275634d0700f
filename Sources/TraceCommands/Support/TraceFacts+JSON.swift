import TraceCore
import TraceFormat
import TraceIdentity
import TraceReport
import TraceStore
import TraceSummaries

extension TraceFacts {
    /// The facts as JSON: first whether everything is there.
    func json(showsLayout: Bool) -> String {
        var json = JSONWriter()
        json.object { json in
            json.member("schema", "ktls-trace-info/0")
            head(&json)
            json.member("trace", label)
            json.member("identities") { json in
                json.member("input", ids?.input.description)
                json.member("outcome", ids?.outcome.description)
                json.member("content", ids?.content.description)
            }
            sizes(&json)
            json.member("events_by_kind", each: tally.kinds) { json, entry in
                json.object { json in
                    json.member("name", entry.kind.name)
                    json.member("count", entry.events)
                }
            }
            if showsLayout { layout(&json) }
            json.member("parameters") { json in
                for entry in parameters.entries { json.member(entry.key, entry.value) }
            }
            json.member("notes", each: notes) { json, note in
                json.object { json in
                    json.member("key", note.key)
                    json.member("value", note.value)
                }
            }
        }
        return json.text + "\n"
    }

    private func head(_ json: inout JSONWriter) {
        switch completeness {
        case .complete:
            json.member("complete", true)
            json.member("incomplete_reason", nil as String?)
        case .incomplete(reason: let reason):
            json.member("complete", false)
            json.member("incomplete_reason", reason)
        }
        json.key("closed_by_recorder")
        if let isClosedByRecorder {
            json.value(isClosedByRecorder)
        } else {
            json.value(nil as String?)
        }
        json.member("lost_events", lostEvents)
        json.member("losses", each: Array(zip(losses, lossKinds))) { json, entry in
            json.object { json in
                json.member("kind", entry.1)
                json.member("begin_ns", entry.0.beginNs)
                json.member("end_ns", entry.0.endNs)
                json.member("count", entry.0.count)
            }
        }
    }

    private func sizes(_ json: inout JSONWriter) {
        json.member("events", tally.events)
        json.member("blocks", tally.blocks)
        json.member("block_bytes", tally.blockBytes)
        json.member("row_bytes", tally.rowBytes)
        json.member("file_bytes", fileBytes)
        json.member("first_ns", tally.timesNs?.first)
        json.member("last_ns", tally.timesNs?.last)
        json.member("wall_start_ns", wallStartNs)
        json.key("domains")
        json.array(tally.domains) { json, domain in json.value(domain) }
        json.member("snapshots", each: snapshots) { json, snapshot in
            json.object { json in
                json.member("name", snapshot.name)
                json.member("bytes", snapshot.bytes)
            }
        }
    }

    private func layout(_ json: inout JSONWriter) {
        json.member("layout", each: tally.layout.sortedRows) { json, row in
            json.object { json in
                json.member("column", row.name)
                json.member("values", row.values)
                json.member("bytes", row.storedBytes)
                json.member("transforms", each: row.transforms) { json, transform in
                    json.object { json in
                        json.member("name", transform.name)
                        json.member("count", transform.values)
                    }
                }
            }
        }
    }
}

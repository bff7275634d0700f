import TraceAnalysis

/// What the script draws from: bins and longest intervals of the timeline, cells of heat maps.
enum HTMLPictures {
    /// - Parameter isEmpty: without anything to draw, where there is no room for it.
    static func json(_ summary: TraceSummary, isEmpty: Bool = false) -> String {
        var json = JSONWriter()
        let timeline = isEmpty ? TimelineSummary() : summary.timeline ?? TimelineSummary()
        let layout = TimelineLayout(timeline)
        let bins = layout.rows.reduce(0) { $0 + $1.values.count }
        let join = max(1, (bins + HTMLBounds.bins - 1) / HTMLBounds.bins)
        json.object { json in
            json.member("beginNs", timeline.beginNs)
            json.member("endNs", timeline.endNs)
            json.member("widthNs", Int64(clamping: Int128(timeline.widthNs) * Int128(join)))
            json.member("x", layout.plot.x)
            json.member("w", layout.plot.width)
            json.member("top", layout.top)
            json.member("bottom", layout.bottom)
            json.member("lanes", each: layout.rows) { lane(&$0, $1, join) }
            let threads = threads(layout)
            json.member("threads") { json in
                for thread in threads {
                    let name = TextSafe.line(summary.threadName(thread))
                    json.member(
                        String(thread),
                        String(name.unicodeScalars.prefix(HTMLBounds.names.length)))
                }
            }
            json.member("heat", each: isEmpty ? [] : HeatPicture.all(summary), heat)
        }
        return json.text
    }

    private static func threads(_ layout: TimelineLayout) -> [Int64] {
        let all = Set(layout.rows.flatMap { $0.lane?.longest.map(\.thread) ?? [] }).sorted()
        return Array(all.prefix(HTMLBounds.names.count))
    }

    private static func lane(_ json: inout JSONWriter, _ row: TimelineLayout.Row, _ join: Int) {
        let bins = stride(from: 0, to: row.values.count, by: join).map { first in
            row.values[first..<min(first + join, row.values.count)].reduce(Int64(0)) {
                let (sum, overflow) = $0.addingReportingOverflow($1)
                return overflow ? .max : sum
            }
        }
        json.object { json in
            json.member("id", row.id)
            json.member("kind", row.kind)
            let place = row.domain == -1 ? "no domain" : "domain \(row.domain)"
            json.member("title", "\(row.label), \(place)")
            json.member("y", row.y)
            json.member("h", row.height)
            json.member("bins", each: bins) { $0.value($1) }
            guard let lane = row.lane else { return }
            json.member("count", lane.count)
            json.member("spans", each: lane.longest) { json, span in
                json.array([span.beginNs, span.lengthNs, span.thread]) { $0.value($1) }
            }
        }
    }

    private static func heat(_ json: inout JSONWriter, _ picture: HeatPicture) {
        json.object { json in
            json.member("id", picture.id)
            json.member("x", picture.plot.x)
            json.member("y", picture.plot.y)
            json.member("w", picture.plot.width)
            json.member("h", picture.plot.height)
            json.member("columns", picture.columns)
            json.member("widthNs", picture.map.widthNs)
            json.member("low", picture.rows.lowerBound)
            json.member("edges", each: Array(picture.rows)) { json, row in
                json.array([HeatMap.lowest(ofRow: row), HeatMap.lowest(ofRow: row + 1)]) {
                    $0.value($1)
                }
            }
            json.member("cells", each: picture.map.cells) { json, cell in
                json.array([Int64(cell.column), Int64(cell.row), Int64(clamping: cell.count)]) {
                    $0.value($1)
                }
            }
        }
    }
}

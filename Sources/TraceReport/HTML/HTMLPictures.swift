import TraceAnalysis

/// What the script draws from: bins and longest intervals of the timeline, cells of heat maps.
enum HTMLPictures {
    static func json(_ summary: TraceSummary) -> String {
        var json = JSONWriter()
        let timeline = summary.timeline ?? TimelineSummary()
        let layout = TimelineLayout(timeline)
        json.object { json in
            json.member("beginNs", timeline.beginNs)
            json.member("endNs", timeline.endNs)
            json.member("widthNs", timeline.widthNs)
            json.member("x", layout.plot.x)
            json.member("w", layout.plot.width)
            json.member("top", layout.top)
            json.member("bottom", layout.bottom)
            json.member("lanes", each: layout.rows, lane)
            let threads = threads(layout)
            json.member("threads") { json in
                for thread in threads {
                    json.member(String(thread), TextSafe.line(summary.threadName(thread)))
                }
            }
            json.member("heat", each: HeatPicture.all(summary), heat)
        }
        return json.text
    }

    private static func threads(_ layout: TimelineLayout) -> [Int64] {
        Set(layout.rows.flatMap { $0.lane?.longest.map(\.thread) ?? [] }).sorted()
    }

    private static func lane(_ json: inout JSONWriter, _ row: TimelineLayout.Row) {
        json.object { json in
            json.member("id", row.id)
            json.member("kind", row.kind)
            let place = row.domain == -1 ? "no domain" : "domain \(row.domain)"
            json.member("title", "\(row.label), \(place)")
            json.member("y", row.y)
            json.member("h", row.height)
            json.member("bins", each: row.values) { $0.value($1) }
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

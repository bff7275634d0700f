import TraceAnalysis

/// What the script draws from: bins and longest intervals of the timeline, cells of heat maps.
enum HTMLPictures {
    static func json(
        _ layout: TimelineLayout, _ heats: [HeatPicture], threadName: (Int64) -> String
    ) -> String {
        var json = JSONWriter()
        let bins = layout.rows.reduce(0) { $0 + $1.values.count }
        let join = max(1, (bins + HTMLBounds.bins - 1) / HTMLBounds.bins)
        json.object { json in
            json.member("beginNs", layout.beginNs)
            json.member("endNs", layout.endNs)
            json.member("widthNs", Int64(clamping: Int128(layout.widthNs) * Int128(join)))
            json.member("x", layout.plot.x)
            json.member("w", layout.plot.width)
            json.member("top", layout.top)
            json.member("bottom", layout.bottom)
            json.member("lanes", each: layout.rows) { lane(&$0, $1, join) }
            let threads = threads(layout)
            json.member("threads") { json in
                for thread in threads {
                    let name = TextSafe.line(threadName(thread))
                    json.member(
                        String(thread),
                        String(name.unicodeScalars.prefix(HTMLBounds.names.length)))
                }
            }
            json.member("heat", each: heats, heat)
        }
        return json.text
    }

    private static func threads(_ layout: TimelineLayout) -> [Int64] {
        let all = Set(layout.rows.flatMap { $0.lane?.longest.map(\.thread) ?? [] }).sorted()
        return Array(all.prefix(HTMLBounds.names.count))
    }

    private static func lane(_ json: inout JSONWriter, _ row: TimelineLayout.Row, _ join: Int) {
        let bins = TimelineLayout.joined(row.values, join)
        json.object { json in
            json.member("id", row.id)
            json.member("kind", row.kind)
            json.member("scale", row.scale)
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

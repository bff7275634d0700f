import TraceAnalysis

/// What keeps the page below 2 MB whatever a trace holds.
///
/// Tables, names and pictures have bounds that keep the page itself below; what only the script and
/// other programs read is left out where it does not fit beside it.
enum HTMLBounds {
    /// The most bytes of a page.
    static let pageBytes = 1_950_000
    /// The most bytes of a text of the trace, as HTML.
    static let textBytes = 160
    /// The most bytes of a sentence with texts of the trace, as HTML.
    static let sentenceBytes = 2_000
    /// The most rows of a table, unless it says otherwise.
    static let rows = 64
    /// The most bars over all lanes of the timeline, and the fewest that a lane has for itself.
    static let bars = (all: 5_000, lane: 16)
    /// The most bins over all lanes of the timeline that the script zooms into.
    static let bins = 20_000
    /// The most threads that have a name there, and the most characters of one.
    static let names = (count: 1_500, length: 32)
    /// The most cells of a heat map.
    static let cells = 2_500

    /// A heat map in columns so wide that it has few enough cells.
    static func fitting(_ map: HeatMap) -> HeatMap {
        var result = map
        while result.cells.count > cells, result.columns > 1 {
            result = result.joined(widthNs: result.widthNs * 2)
        }
        return result
    }
}

/// What dtrace(1) says on its standard error.
enum DtraceMessage: Equatable {
    /// So many lines, or parts of them, were dropped.
    case drops(UInt64)
    /// Counts in aggregations were dropped.
    case aggregationDrops(UInt64)
    /// A clause could not be carried out.
    case probeError
    /// dtrace gave up.
    case aborted
    /// Something else.
    case other

    static let prefix = "dtrace: "

    /// Reads a message that fills a range of a line, its prefix included; `nil` where it is none.
    ///
    /// Drops are `17 drops on CPU 3`, `5 aggregation drops on CPU 0`, `2 dynamic variable drops
    /// with non-empty dirty list` and the like.
    init?(_ line: Span<UInt8>, _ range: Range<Int>) {
        guard Bytes.starts(line, at: range.lowerBound, with: Self.prefix) else { return nil }
        var position = range.lowerBound + Self.prefix.utf8.count
        let rest = position..<range.upperBound
        func says(_ text: String) -> Bool { Bytes.find(text, line, rest) != nil }
        if let count = Bytes.integer(line, &position), count > 0,
            says(" drop") || says(" failed speculation")
        {
            self = says("aggregation") ? .aggregationDrops(UInt64(count)) : .drops(UInt64(count))
        } else if says("error on enabled probe") {
            self = .probeError
        } else if says("processing aborted") {
            self = .aborted
        } else {
            self = .other
        }
    }
}

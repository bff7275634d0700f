public import TraceAnalysis
import TraceCore

extension Script {
    /// The summary of the events given in stretches of so many, as readers hand them on.
    ///
    /// Events whose kinds the analysis does not want are left out, or come without rows.
    public func summary(
        _ options: AnalysisOptions, stretch length: Int
    ) throws(AnalysisError) -> TraceSummary {
        var analyzer = try Analyzer(schema: schema, options: options)
        for start in stride(from: 0, to: list.events.count, by: length) {
            let end = min(start + length, list.events.count)
            Stretch(list.events[start..<end], analyzer.columns).give(to: &analyzer)
        }
        return analyzer.finish(strings: list.strings)
    }

    /// The summary of those events given one by one whose kinds the analysis wants.
    public func summaryOfWanted(_ options: AnalysisOptions) throws(AnalysisError) -> TraceSummary {
        var analyzer = try Analyzer(schema: schema, options: options)
        for event in list.events where analyzer.columns[event.header.kind] != nil {
            analyzer.consume(event.header, event.values.span)
        }
        return analyzer.finish(strings: list.strings)
    }
}

/// Some events in a row as a reader hands them on.
private struct Stretch {
    private struct Key: Hashable {
        var kind: KindID
        var domain: Int32
    }

    private var order: [Int64] = []
    private var timesNs: [Int64] = []
    private var sequences: [Int64] = []
    private var rows: [Int64] = []
    private var sections: [SectionRows] = []

    init(_ events: ArraySlice<Event>, _ columns: ColumnSelection) {
        var numbers: [Key: Int] = [:]
        var rowsOf: [[Int64]] = []
        for event in events {
            let header = event.header
            let wanted = columns[header.kind]
            let key = Key(kind: header.kind, domain: header.domain)
            if numbers[key] == nil {
                numbers[key] = sections.count
                rowsOf.append([])
                sections.append(
                    SectionRows(
                        kind: header.kind, domain: header.domain,
                        width: wanted == nil ? nil : event.values.count,
                        hasCPU: wanted?.hasCPU ?? true, hasCause: wanted?.hasCause ?? true))
            }
            let number = numbers[key] ?? 0
            order.append(Int64(number))
            timesNs.append(header.timeNs)
            sequences.append(Int64(header.sequence))
            guard wanted != nil else { continue }
            let distance = header.cause == 0 ? 0 : Int64(header.sequence - header.cause)
            rowsOf[number] += [Int64(header.cpu), distance] + event.values
        }
        for number in sections.indices {
            sections[number].nextRow = rows.count
            rows += rowsOf[number]
        }
    }

    func give(to analyzer: inout Analyzer) {
        var sections = sections
        var span = sections.mutableSpan
        analyzer.consume(order.span, timesNs.span, sequences.span, rows.span, &span)
    }
}

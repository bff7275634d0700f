import TraceAnalysis

/// The metrics of one trace as a table for other programs.
enum AnalysisCSV {
    /// A line of column names, and one for each metric that the trace knows.
    static func render(_ report: AnalysisReport) -> String {
        var text = "metric,domain,unit,better,value\n"
        for metric in report.summary.metrics {
            guard let value = metric.value else { continue }
            // Names and units have no comma and no quote.
            let domain = metric.domain.map(String.init) ?? ""
            text += "\(metric.name),\(domain),\(metric.unit.rawValue),"
            text += "\(metric.direction.rawValue),\(value)\n"
        }
        return text
    }
}

import TraceAnalysis
import TraceCore

extension RunFacts: SummaryPart {
    init() {
        self.init(
            label: "", parameters: ParameterList(), window: SummaryWindow(beginNs: 0, endNs: 0),
            metrics: [])
    }

    mutating func visit(_ visitor: inout some SummaryVisitor) throws(SummaryError) {
        try visitor.text(&label)
        try visitor.pairs(&parameters)
        try visitor.optional(&identities.input)
        try visitor.optional(&identities.outcome)
        try visitor.optional(&identities.content)
        var reason: String? = if case .incomplete(let reason) = completeness { reason } else { nil }
        try visitor.optional(&reason)
        completeness = reason.map { .incomplete(reason: $0) } ?? .complete
        try visitor.count(&lostEvents, .key)
        try visitor.part(&window)
        try visitor.metrics(&metrics)
    }
}

extension SummaryVisitor {
    fileprivate mutating func optional(_ text: inout String?) throws(SummaryError) {
        var isThere = text != nil
        try anyOf(&isThere)
        guard isThere else {
            text = nil
            return
        }
        var value = text ?? ""
        try self.text(&value)
        text = value
    }

    fileprivate mutating func pairs(_ parameters: inout ParameterList) throws(SummaryError) {
        let entries = parameters.entries
        var number = UInt64(entries.count)
        try count(&number, .key)
        for position in 0..<number {
            let isKnown = position < entries.count
            var key = isKnown ? entries[Int(position)].key : ""
            var value = isKnown ? entries[Int(position)].value : ""
            try text(&key)
            try text(&value)
            if !isKnown { parameters[key] = value }
        }
    }

    fileprivate mutating func metrics(_ metrics: inout [Metric]) throws(SummaryError) {
        var number = UInt64(metrics.count)
        try count(&number, .key)
        for position in 0..<number {
            let isKnown = position < metrics.count
            var name = isKnown ? metrics[Int(position)].name : ""
            var domain = isKnown ? metrics[Int(position)].domain ?? -1 : -1
            var unit = isKnown ? metrics[Int(position)].unit : .count
            var direction = isKnown ? metrics[Int(position)].direction : .neutral
            var value = isKnown ? metrics[Int(position)].value : nil
            try text(&name)
            try self.number(&domain, .key)
            try latest(&unit, of: MetricUnit.allCases, .key)
            try latest(&direction, of: MetricDirection.allCases, .key)
            var hasValue = value != nil
            try anyOf(&hasValue)
            if hasValue {
                var known = value ?? 0
                try self.number(&known, .key)
                value = known
            }
            guard !isKnown else { continue }
            metrics.append(
                Metric(name, domain: domain < 0 ? nil : domain, unit, direction, value))
        }
    }
}

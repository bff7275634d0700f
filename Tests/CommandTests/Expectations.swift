import Testing

/// The command ended with a code and exactly one line, on standard error, that names something.
func expectRefusal(
    _ result: ToolResult, _ status: Int32, naming words: String...,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(result.status == status, sourceLocation: sourceLocation)
    #expect(result.output.isEmpty, sourceLocation: sourceLocation)
    #expect(result.errorLines.count == 1, "\(result.error)", sourceLocation: sourceLocation)
    #expect(result.error.hasPrefix("ktls-trace: "), sourceLocation: sourceLocation)
    for word in words {
        #expect(result.error.contains(word), "no \(word)", sourceLocation: sourceLocation)
    }
}

/// The arguments were refused with one line that names something, and a hint at the usage.
func expectUsageError(
    _ result: ToolResult, naming words: String...,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(result.status == 64, sourceLocation: sourceLocation)
    #expect(result.output.isEmpty, sourceLocation: sourceLocation)
    let lines = result.errorLines
    let isMessage = { (line: String) in
        line.hasPrefix("Error: ") || line.hasPrefix("ktls-trace: ")
    }
    #expect(lines.first.map(isMessage) == true, "\(result.error)", sourceLocation: sourceLocation)
    let others = lines.dropFirst().filter { line in
        !["Help: ", "Usage: ", "  See "].contains { line.hasPrefix($0) }
    }
    #expect(others.isEmpty, sourceLocation: sourceLocation)
    #expect(!result.error.contains("Error: Error"), sourceLocation: sourceLocation)
    for word in words {
        #expect(
            lines.first?.contains(word) == true, "no \(word) in \(lines.first ?? "nothing")",
            sourceLocation: sourceLocation)
    }
}

/// The command ended well and said nothing on standard error.
func expectFine(_ result: ToolResult, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(result.status == 0, sourceLocation: sourceLocation)
    #expect(result.error == "", sourceLocation: sourceLocation)
}

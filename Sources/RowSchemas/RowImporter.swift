public import TraceCore

/// What is wrong with a file of rows, and where.
public struct RowError: Error, Equatable, Sendable {
    /// The row, counted from 1.
    public let row: Int
    /// Where the row starts in the file, in bytes.
    public let offset: Int64
    /// What is wrong.
    public let problem: String

    /// One line: place, what is wrong.
    ///
    /// - Parameter file: the name to show for the file.
    public func sentence(file: String) -> String {
        "\(file): row \(row) at byte \(offset): \(problem)"
    }
}

/// Turns rows of one size into events.
///
/// Nothing is allocated for a row: which bits go where is worked out once for each kind.
public struct RowImporter {
    /// Bytes that must follow the last row handed in, whatever they hold: fields are read eight
    /// bytes at a time.
    public static let paddingBytes = 8

    private let schema: RowSchema
    private let skipsUnknown: Bool
    private let plan: RowPlan
    /// The values of an event of each kind, one after the other; constants stay.
    private var cells: [Int64]
    private var texts: [RowTexts]
    private var isPrepared = false

    private var originBits: UInt64 = 0
    private var lastBits: UInt64
    private var rows = 0

    /// Events handed on so far.
    public private(set) var events: UInt64 = 0
    /// Rows left out because nothing is known of their kind.
    public private(set) var skippedRows: UInt64 = 0

    /// Makes an importer for one file.
    ///
    /// - Parameter skipsUnknown: whether rows of unknown kinds are left out and counted.
    /// - Complexity: O(schema).
    public init(_ schema: RowSchema, skipsUnknown: Bool = false) {
        self.schema = schema
        self.skipsUnknown = skipsUnknown
        plan = RowPlan(schema)
        cells = plan.constants
        texts = plan.texts
        lastBits = schema.time.field.isSigned ? 1 << 63 : 0
    }

    /// Looks at the first row, if there is one, and tells the settings of the trace: `source`, and
    /// `host.clock`, `host.start_ns` (the clock's time at time 0) and `host.wall_start_ns` where
    /// they are known.
    ///
    /// - Parameter bytes: the rows to come, with the padding.
    public mutating func begin(_ bytes: Span<UInt8>, rows: Int) -> ParameterList {
        var parameters = ParameterList([("source", "import")])
        if let origin = schema.time.origin {
            originBits = UInt64(bitPattern: origin)
            lastBits = originBits
        } else if rows > 0 {
            originBits = plan.time.bits(bytes, row: 0)
        } else {
            return parameters
        }
        let clock = schema.time.clock
        if !clock.isEmpty { parameters["host.clock"] = clock }
        guard let startNs = plan.nanoseconds(originBits), originBits <= UInt64(Int64.max) else {
            return parameters
        }
        parameters.set("host.start_ns", startNs)
        if clock == "wall" { parameters.set("host.wall_start_ns", startNs) }
        return parameters
    }

    /// Turns rows into events.
    ///
    /// - Parameters:
    ///   - bytes: whole rows, and `paddingBytes` more.
    ///   - count: how many rows.
    /// - Complexity: O(bytes).
    /// - Throws: ``RowError``; the rows before the one it names were handed on.
    public mutating func read(
        _ bytes: Span<UInt8>, rows count: Int, into sink: inout some EventSink & ~Copyable
    ) throws(RowError) {
        precondition(
            bytes.count >= count * schema.rowBytes + Self.paddingBytes,
            "rows are handed in whole and with padding")
        if !isPrepared {
            isPrepared = true
            for (cell, text) in plan.constantTexts { cells[cell] = sink.intern(text) }
        }
        // Taken out of self while they are written to.
        var values: [Int64] = []
        swap(&values, &cells)
        defer { swap(&values, &cells) }
        // A copy, so that spans of it do not keep all of self from being changed.
        let plan = plan
        let rowBytes = schema.rowBytes
        var start = 0
        for _ in 0..<count {
            let timeNs = try time(bytes, start)
            let kind = plan.kind(bytes, row: start)
            rows += 1
            if kind >= 0 {
                try take(plan, bytes, start, plan.kinds[Int(kind)], timeNs, &values, &sink)
            } else if skipsUnknown {
                skippedRows += 1
            } else {
                rows -= 1
                throw unknown(bytes, start)
            }
            start += rowBytes
        }
    }

    @inline(__always)
    private mutating func take(
        _ plan: RowPlan, _ bytes: Span<UInt8>, _ start: Int, _ kind: RowPlan.Kind,
        _ timeNs: Int64, _ values: inout [Int64], _ sink: inout some EventSink & ~Copyable
    ) throws(RowError) {
        let operations = plan.operations.span
        var row = values.mutableSpan
        for index in kind.firstOperation..<kind.endOperation {
            let operation = operations[index]
            let value = operation.field.value(bytes, row: start)
            if value < 0, operation.mustBePositive { throw tooLarge(value) }
            row[operation.cell] =
                operation.texts < 0
                ? value : number(value, Int(operation.texts), &sink)
        }
        events += 1
        let header = EventHeader(
            sequence: events, timeNs: timeNs, kind: kind.id,
            domain: try small(plan.domain.value(bytes, row: start), "domain", start),
            cpu: try small(plan.cpu.value(bytes, row: start), "cpu", start))
        sink.record(header, row.span.extracting(kind.firstCell..<kind.endCell))
    }

    @inline(__always)
    private mutating func time(
        _ bytes: Span<UInt8>, _ start: Int
    ) throws(RowError) -> Int64 {
        let bits = plan.time.bits(bytes, row: start)
        let flip = plan.timeFlip
        guard bits ^ flip >= lastBits ^ flip else { throw backwards(bits) }
        lastBits = bits
        guard let timeNs = plan.nanoseconds(bits &- originBits) else {
            throw error("its time is more than 292 years after the start")
        }
        return timeNs
    }

    @inline(__always)
    private func small(
        _ value: Int64, _ name: String, _ start: Int
    ) throws(RowError) -> Int32 {
        guard let small = Int32(exactly: value) else {
            throw RowError(
                row: rows, offset: Int64(rows - 1) * Int64(schema.rowBytes),
                problem: "its \(name) is \(value), which no trace can hold")
        }
        return small
    }

    /// The number of the text that a value stands for.
    private mutating func number(
        _ value: Int64, _ list: Int, _ sink: inout some EventSink & ~Copyable
    ) -> Int64 {
        if let known = texts[list].known(value) { return known }
        let number = sink.intern(texts[list].text(value))
        texts[list].learn(value, number)
        return number
    }

    // MARK: Errors

    private func error(_ problem: String) -> RowError {
        RowError(
            row: rows + 1, offset: Int64(rows) * Int64(schema.rowBytes), problem: problem)
    }

    private func tooLarge(_ value: Int64) -> RowError {
        RowError(
            row: rows, offset: Int64(rows - 1) * Int64(schema.rowBytes),
            problem: "\(UInt64(bitPattern: value)) does not fit into a signed number; "
                + "the column's type can be bits")
    }

    private func unknown(_ bytes: Span<UInt8>, _ start: Int) -> RowError {
        let value = plan.selector.value(bytes, row: start)
        return error("there is no kind \(value)")
    }

    private func backwards(_ bits: UInt64) -> RowError {
        func spelled(_ bits: UInt64) -> String {
            plan.timeFlip != 0 ? "\(Int64(bitPattern: bits))" : "\(bits)"
        }
        return error("time goes back from \(spelled(lastBits)) to \(spelled(bits))")
    }
}

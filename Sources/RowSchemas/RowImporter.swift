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

    /// Cells of a batch: few enough to stay in the cache.
    private static let batchCells = 4_096

    private let schema: RowSchema
    private let skipsUnknown: Bool
    private var plan: RowPlan
    private var batch: EventBatch
    private var texts: [RowTexts]

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
        batch = EventBatch(cellLimit: max(Self.batchCells, plan.eventCells))
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
        plan.setConstantTexts { sink.intern($0) }
        // Taken out of self while it is written to.
        var batch = EventBatch(cellLimit: 0)
        swap(&batch, &self.batch)
        defer { swap(&batch, &self.batch) }
        var done = 0
        var failure: RowError?
        while done < count, failure == nil {
            batch.fill { room in
                fill(&room, bytes, rows: count, &done, &sink, &failure)
            }
            // What came before a bad row counts.
            sink.record(batch)
        }
        if let failure { throw failure }
    }

    /// Turns rows into events until there is no room.
    ///
    /// - Returns: The cells used.
    private mutating func fill(
        _ cells: inout MutableSpan<Int64>, _ bytes: Span<UInt8>, rows count: Int, _ done: inout Int,
        _ sink: inout some EventSink & ~Copyable, _ failure: inout RowError?
    ) -> Int {
        let plan = plan
        let kinds = plan.kinds.span
        let loads = plan.loads.span
        let last = cells.count - plan.eventCells
        // What changes from row to row, out of self meanwhile.
        var (row, used, start) = (done, 0, done &* schema.rowBytes)
        var (lastBits, events) = (lastBits, events)
        var problem: Problem?
        while row < count, used <= last {
            let bits = plan.time.bits(bytes, row: start)
            guard bits ^ plan.timeFlip >= lastBits ^ plan.timeFlip else {
                problem = .backwards(bits)
                break
            }
            guard let timeNs = plan.nanoseconds(bits &- originBits) else {
                problem = .late
                break
            }
            let number = plan.kind(bytes, row: start)
            guard number >= 0 else {
                guard skipsUnknown else {
                    problem = .unknownKind
                    break
                }
                lastBits = bits
                skippedRows += 1
                row &+= 1
                start &+= schema.rowBytes
                continue
            }
            let kind = kinds[Int(number)]
            let first = used &+ EventBatch.headCells
            let columns = loads.extracting(kind.loads)
            let forbidden = loadCells(columns, bytes, row: start, into: &cells, at: first)
            let domain = plan.domain.value(bytes, row: start)
            let cpu = plan.cpu.value(bytes, row: start)
            guard forbidden == 0, let domain = Int32(exactly: domain),
                let cpu = Int32(exactly: cpu)
            else {
                problem = .tooLarge(kind, at: first)
                break
            }
            for text in kind.textCells { look(up: plan.textCells[text], at: first, &cells, &sink) }
            events &+= 1
            let header = EventHeader(
                sequence: events, timeNs: timeNs, kind: kind.id, domain: domain, cpu: cpu)
            EventBatch.write(header, values: columns.count, to: &cells, at: used)
            used = first &+ columns.count
            lastBits = bits
            row &+= 1
            start &+= schema.rowBytes
        }
        rows += row - done
        done = row
        (self.lastBits, self.events) = (lastBits, events)
        if let problem { failure = error(problem, bytes, start, cells.span) }
        return used
    }

    /// Replaces a value by the number of the text that it stands for.
    private mutating func look(
        up text: RowPlan.TextCell, at first: Int, _ cells: inout MutableSpan<Int64>,
        _ sink: inout some EventSink & ~Copyable
    ) {
        cells[first + text.cell] = number(cells[first + text.cell], text.list, &sink)
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

    /// What can be wrong with a row.
    private enum Problem {
        case backwards(UInt64)
        case late
        case unknownKind
        /// A number of its kind, whose values are in the cells from `first` on, its domain or CPU.
        case tooLarge(RowPlan.Kind, at: Int)
    }

    private func error(
        _ problem: Problem, _ bytes: Span<UInt8>, _ start: Int, _ cells: Span<Int64>
    ) -> RowError {
        RowError(
            row: rows + 1, offset: Int64(rows) * Int64(schema.rowBytes),
            problem: sentence(problem, bytes, start, cells))
    }

    private func sentence(
        _ problem: Problem, _ bytes: Span<UInt8>, _ start: Int, _ cells: Span<Int64>
    ) -> String {
        func spelled(_ bits: UInt64) -> String {
            plan.timeFlip != 0 ? "\(Int64(bitPattern: bits))" : "\(bits)"
        }
        switch problem {
        case .backwards(let bits):
            return "time goes back from \(spelled(lastBits)) to \(spelled(bits))"
        case .late: return "its time is more than 292 years after the start"
        case .unknownKind:
            return "there is no kind \(plan.selector.value(bytes, row: start))"
        case .tooLarge(let kind, let first):
            let loads = plan.loads.span.extracting(kind.loads)
            for cell in loads.indices
            where UInt64(bitPattern: cells[first + cell]) & loads[cell].forbidden != 0 {
                return "\(UInt64(bitPattern: cells[first + cell])) does not fit into a signed "
                    + "number; the column's type can be bits"
            }
            let domain = plan.domain.value(bytes, row: start)
            let isDomain = Int32(exactly: domain) == nil
            let value = isDomain ? domain : plan.cpu.value(bytes, row: start)
            return "its \(isDomain ? "domain" : "cpu") is \(value), which no trace can hold"
        }
    }
}

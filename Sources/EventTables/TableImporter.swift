public import TraceCore

/// Turns a table of events into events: what `EventTableWriter` writes, and tables written by
/// others.
///
/// A table begins with a preamble, or its kinds are those of `StandardSchema`. A CSV table has a
/// line with the names of its columns, in any order. `time_ns` and `kind` must be there; without
/// `sequence` events are numbered from 1. What a table says nothing about is -1, in flags and bits
/// 0, in texts empty.
///
/// Bytes are handed in as they come; memory use depends on `TableLimits` only.
public struct TableImporter {
    /// What reading some bytes has come to.
    public struct Step {
        /// Where the first byte is that was not used.
        public var end: Int
        /// A line that is no event, to be dealt with before reading goes on; `nil` where more bytes
        /// are needed.
        public var directive: TableDirective?
    }

    /// What a whole table has come to.
    public struct Result: Equatable, Sendable {
        /// Events handed on.
        public var events: UInt64
        /// Events left out because nothing is known of their kind.
        public var skippedEvents: UInt64
        /// How the table says it ends, `nil` where it does not.
        public var end: TableEnd?
        /// Whether the table begins with a preamble, and so must have an end.
        public var hasPreamble: Bool
        /// The line behind the last.
        public var line: Int
    }

    private enum State {
        case start, header, rows, ended
    }

    private let form: TableForm
    private let limits: TableLimits
    private let skipsUnknown: Bool
    private var state = State.start
    private var assembler: EventAssembler
    private var record = CSVRecord()
    private var csv = CSVRows()
    private var ndjson = NDJSONRows()
    private var end: TableEnd?
    private var hasPreamble = false
    private var line = 1

    /// Makes an importer for one table.
    ///
    /// - Parameter skipsUnknown: whether events of unknown kinds are left out and counted.
    public init(form: TableForm, skipsUnknown: Bool = false, limits: TableLimits = TableLimits()) {
        self.form = form
        self.limits = limits
        self.skipsUnknown = skipsUnknown
        assembler = EventAssembler(
            StandardSchema.schema, limits: limits, skipsUnknown: skipsUnknown)
    }

    /// Reads lines until one is no event or bytes are missing.
    ///
    /// The first step is always a preamble, the table's own or the standard one; from then on all
    /// calls must be given the same sink. What was not used comes first in the next call.
    ///
    /// - Parameter isAtEnd: whether no more bytes follow.
    /// - Complexity: O(bytes).
    /// - Throws: ``TableError``, after which the importer is of no further use.
    public mutating func read(
        _ bytes: Span<UInt8>, from start: Int, isAtEnd: Bool,
        into sink: inout some EventSink & ~Copyable
    ) throws(TableError) -> Step {
        var position = start
        while true {
            do throws(RecordFault) {
                if state == .start {
                    guard let next = try begin(bytes, position, isAtEnd) else {
                        return Step(end: position)
                    }
                    return next
                }
                if position == bytes.count { return Step(end: position) }
                guard let next = try readLine(bytes, position, isAtEnd, &sink) else {
                    try checkLength(bytes, position)
                    return Step(end: position)
                }
                line += lineEnds(bytes, position..<next.end)
                if next.directive != nil { return next }
                position = next.end
            } catch {
                throw located(error, bytes, from: position)
            }
        }
    }

    /// Ends the table.
    ///
    /// - Throws: ``TableError`` where the line with the columns' names is missing.
    public func finish() throws(TableError) -> Result {
        guard state == .rows || state == .ended else {
            throw TableError(line: line, column: 1, "the line with the columns' names is missing")
        }
        return Result(
            events: assembler.events, skippedEvents: assembler.skipped, end: end,
            hasPreamble: hasPreamble, line: line)
    }

    // MARK: The start

    /// The preamble, the table's own or the standard one; `nil` where bytes are missing.
    private mutating func begin(
        _ bytes: Span<UInt8>, _ start: Int, _ isAtEnd: Bool
    ) throws(RecordFault) -> Step? {
        guard bytes.count - start >= 3 || isAtEnd else { return nil }
        var position = start
        // Some tools put a byte order mark first.
        if bytes.count - start >= 3, bytes[start] == 0xEF, bytes[start + 1] == 0xBB,
            bytes[start + 2] == 0xBF
        {
            position += 3
        }
        guard position < bytes.count else {
            if isAtEnd { throw RecordFault(position, "the table is empty") }
            return nil
        }
        let first = bytes[position]
        let mayBeDirective = first == UInt8(ascii: form == .csv ? "#" : "{")
        if mayBeDirective {
            guard let end = lineEnd(bytes, position, isAtEnd) else {
                try checkLength(bytes, position)
                return nil
            }
            if let directive = try directive(bytes, position..<end.text) {
                guard case .preamble(let preamble) = directive else {
                    throw RecordFault(position, "the first line of its kind is not a preamble")
                }
                line += 1
                take(preamble)
                return Step(end: end.next, directive: directive)
            }
        }
        state = form == .csv ? .header : .rows
        let standard = TablePreamble(
            schema: StandardSchema.schema, parameters: [TextPair("source", "import")])
        return Step(end: position, directive: .preamble(standard))
    }

    private mutating func take(_ preamble: TablePreamble) {
        hasPreamble = true
        state = form == .csv ? .header : .rows
        assembler = EventAssembler(preamble.schema, limits: limits, skipsUnknown: skipsUnknown)
    }

    // MARK: Lines

    private mutating func readLine(
        _ bytes: Span<UInt8>, _ position: Int, _ isAtEnd: Bool,
        _ sink: inout some EventSink & ~Copyable
    ) throws(RecordFault) -> Step? {
        if form == .csv, bytes[position] != UInt8(ascii: "#") {
            return try readCSV(bytes, position, isAtEnd, &sink)
        }
        guard let end = lineEnd(bytes, position, isAtEnd) else { return nil }
        if end.text == position { return Step(end: end.next) }
        if let directive = try directive(bytes, position..<end.text) {
            if state == .ended { throw RecordFault(position, "a line behind the table's end") }
            switch directive {
            case .preamble: throw RecordFault(position, "a second preamble")
            case .end(let end):
                guard state == .rows else {
                    throw RecordFault(position, "the line with the columns' names is missing")
                }
                self.end = end
                state = .ended
            default: break
            }
            return Step(end: end.next, directive: directive)
        }
        // A comment.
        if form == .csv { return Step(end: end.next) }
        if state == .ended { throw RecordFault(position, "a line behind the table's end") }
        try ndjson.take(
            bytes.extracting(0..<end.text), from: position, &assembler, into: &sink)
        return Step(end: end.next)
    }

    private mutating func readCSV(
        _ bytes: Span<UInt8>, _ position: Int, _ isAtEnd: Bool,
        _ sink: inout some EventSink & ~Copyable
    ) throws(RecordFault) -> Step? {
        guard let next = try record.read(bytes, from: position, isAtEnd: isAtEnd) else {
            return nil
        }
        // An empty line.
        if record.count == 1, record[0].range.isEmpty, !record[0].isQuoted {
            return Step(end: next)
        }
        switch state {
        case .header, .start:
            try csv.takeHeader(bytes, record, assembler)
            state = .rows
        case .rows: try csv.take(bytes, record, at: position, &assembler, into: &sink)
        case .ended: throw RecordFault(position, "a line behind the table's end")
        }
        return Step(end: next)
    }

    /// The directive on a line, or `nil`.
    private func directive(
        _ bytes: Span<UInt8>, _ range: Range<Int>
    ) throws(RecordFault) -> TableDirective? {
        let line = bytes.extracting(0..<range.upperBound)
        guard form == .csv else {
            guard TableDirective.isDirective(line, at: range.lowerBound) else { return nil }
            return try TableDirective(line, at: range.lowerBound)
        }
        let mark = Array(directiveMark.utf8)
        let behind = range.lowerBound + mark.count
        guard behind <= range.upperBound,
            isEqual(line, range.lowerBound..<behind, mark)
        else { return nil }
        return try TableDirective(line, at: behind)
    }

    /// Where the text of a line ends and where the next line starts.
    private func lineEnd(
        _ bytes: Span<UInt8>, _ start: Int, _ isAtEnd: Bool
    ) -> (text: Int, next: Int)? {
        let newline = newlinePosition(in: bytes, from: start)
        guard newline != nil || isAtEnd else { return nil }
        let end = newline ?? bytes.count
        let hasReturn = end > start && bytes[end - 1] == UInt8(ascii: "\r")
        return (hasReturn ? end - 1 : end, newline.map { $0 + 1 } ?? end)
    }

    private func checkLength(_ bytes: Span<UInt8>, _ start: Int) throws(RecordFault) {
        guard bytes.count - start > limits.lineBytes else { return }
        throw RecordFault(start, "the line has more than \(limits.lineBytes) bytes")
    }

    // MARK: Places

    private func lineEnds(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int {
        // Nearly always the record is one line.
        if form == .ndjson || record.count == 0 { return 1 }
        var count = 0
        var position = range.lowerBound
        while let newline = newlinePosition(in: bytes, from: position),
            newline < range.upperBound
        {
            count += 1
            position = newline + 1
        }
        return count
    }

    private func located(
        _ fault: RecordFault, _ bytes: Span<UInt8>, from start: Int
    ) -> TableError {
        var line = line
        var lineStart = start
        let place = min(fault.position, bytes.count)
        while let newline = newlinePosition(in: bytes, from: lineStart), newline < place {
            line += 1
            lineStart = newline + 1
        }
        return TableError(
            line: line, column: max(0, fault.position - lineStart) + 1, field: fault.field,
            fault.problem)
    }
}

public import TraceCore

/// Writes events as lines of a table: CSV or NDJSON.
///
/// Order and spelling depend on nothing but the events, their schema and their strings. Numbers
/// are whole, times in ns. In CSV all kinds share columns of one name, and what a kind does not
/// have is empty.
public struct EventTableWriter: Sendable {
    /// The lines so far; what lies after `count` is left over.
    private var bytes = [UInt8](repeating: 0, count: 1 << 17)
    /// Length in bytes of the lines that were not taken away yet.
    public private(set) var count = 0

    private let form: TableForm
    private let columns: [String]
    /// By number of the kind; `nil` where its events are not in the table.
    private let kinds: [KindTexts?]
    private let fixed: FixedTexts
    private var strings: [UInt8] = []
    private var stringEnds: [Int] = []
    private var longestString = 0

    /// Starts a table of events of some kinds, which decide the columns of CSV.
    ///
    /// - Complexity: O(kinds x columns).
    public init(form: TableForm, kinds: [EventKind]) {
        self.form = form
        var columns: [String] = []
        var seen: Set<String> = []
        for kind in kinds {
            for column in kind.columns {
                let name = TableNames.written(column.name)
                if seen.insert(name).inserted { columns.append(name) }
            }
        }
        self.columns = columns
        var fixed = FixedTexts(form)
        let largest = kinds.map { Int($0.id.rawValue) }.max() ?? 0
        var texts = [KindTexts?](repeating: nil, count: largest + 1)
        for kind in kinds {
            texts[Int(kind.id.rawValue)] = fixed.kind(kind, columns: columns)
        }
        self.fixed = fixed
        self.kinds = texts
    }

    /// Appends the line with the names of the columns, which CSV alone has.
    ///
    /// - Complexity: O(columns).
    public mutating func appendHeader() {
        guard form == .csv else { return }
        var line: [UInt8] = []
        for name in TableNames.common + columns {
            if !line.isEmpty { line.append(UInt8(ascii: ",")) }
            TextSpelling.append(name, as: form, to: &line)
        }
        append(line + [UInt8(ascii: "\n")])
    }

    /// Appends a line that is no event.
    ///
    /// - Complexity: O(text).
    public mutating func append(_ directive: TableDirective) {
        var line = form == .csv ? Array(directiveMark.utf8) : []
        directive.append(to: &line)
        append(line + [UInt8(ascii: "\n")])
    }

    private mutating func append(_ line: [UInt8]) {
        reserve(line.count)
        for byte in line {
            bytes[count] = byte
            count += 1
        }
    }

    /// Makes the strings of the trace known; those known already are passed over.
    ///
    /// - Complexity: O(new strings).
    public mutating func learn(_ all: [String]) {
        while stringEnds.count < all.count {
            let start = strings.count
            TextSpelling.append(all[stringEnds.count], as: form, to: &strings)
            stringEnds.append(strings.count)
            longestString = max(longestString, strings.count - start)
        }
    }

    /// Appends an event.
    ///
    /// The number of a string that was not made known is written with a question mark before it.
    ///
    /// Programmer error: a kind that was not given.
    public mutating func append(_ header: EventHeader, _ values: Span<Int64>) {
        guard let kind = kinds[Int(header.kind.rawValue)] else {
            preconditionFailure("an event's kind is one of the table's")
        }
        reserve(kind.lineBytes + kind.textCount * longestString)
        // Taken out of self while it is written to.
        var buffer: [UInt8] = []
        swap(&buffer, &bytes)
        var at = count
        putLine(header, values, kind, buffer.mutableSpan, &at)
        swap(&buffer, &bytes)
        count = at
    }

    private func putLine(
        _ header: EventHeader, _ values: Span<Int64>, _ kind: KindTexts,
        _ buffer: consuming MutableSpan<UInt8>, _ at: inout Int
    ) {
        var line = buffer
        putHead(header, kind.name, &line, &at)
        let cells = kind.cells.span
        for index in cells.indices {
            let cell = cells[index]
            line.put(fixed.bytes.span, cell.before, &at)
            let value = values[cell.value]
            switch cell.spelling {
            case .integer: line.put(value, &at)
            case .bits: putBits(value, &line, &at)
            case .flag: putFlag(value, &line, &at)
            case .label(let first, let labelCount, let digits):
                putLabel(value, first, labelCount, digits, &line, &at)
            case .text: putString(value, &line, &at)
            }
        }
        line.put(fixed.bytes.span, kind.end, &at)
    }

    /// Hands the lines to `body` and forgets them.
    ///
    /// - Complexity: O(bytes).
    public mutating func takeLines<Failure: Error>(
        _ body: (ArraySlice<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        let length = count
        count = 0
        try body(bytes[0..<length])
    }

    private mutating func reserve(_ more: Int) {
        guard bytes.count - count < more else { return }
        let size = max(2 * bytes.count, count + more)
        bytes += [UInt8](repeating: 0, count: size - bytes.count)
    }

    // MARK: Parts of a line

    @inline(__always)
    private func putHead(
        _ header: EventHeader, _ name: Range<Int>, _ line: inout MutableSpan<UInt8>,
        _ at: inout Int
    ) {
        let texts = fixed.bytes.span
        line.put(texts, fixed.sequence, &at)
        line.put(header.sequence, &at)
        line.put(texts, fixed.time, &at)
        line.put(header.timeNs, &at)
        line.put(texts, name, &at)
        let hasDomain = header.domain != EventHeader.none
        if hasDomain || fixed.keepsEmpty { line.put(texts, fixed.domain, &at) }
        if hasDomain { line.put(Int64(header.domain), &at) }
        let hasCPU = header.cpu != EventHeader.none
        if hasCPU || fixed.keepsEmpty { line.put(texts, fixed.cpu, &at) }
        if hasCPU { line.put(Int64(header.cpu), &at) }
        if header.cause != 0 || fixed.keepsEmpty { line.put(texts, fixed.cause, &at) }
        if header.cause != 0 { line.put(header.cause, &at) }
    }

    private func putBits(_ value: Int64, _ line: inout MutableSpan<UInt8>, _ at: inout Int) {
        if form == .ndjson { line.put(UInt8(ascii: "\""), &at) }
        line.putHexadecimal(UInt64(bitPattern: value), &at)
        if form == .ndjson { line.put(UInt8(ascii: "\""), &at) }
    }

    private func putFlag(_ value: Int64, _ line: inout MutableSpan<UInt8>, _ at: inout Int) {
        guard form == .ndjson, value == 0 || value == 1 else {
            line.put(value, &at)
            return
        }
        for byte in (value == 1 ? "true" : "false").utf8 { line.put(byte, &at) }
    }

    private func putLabel(
        _ value: Int64, _ first: Int, _ labelCount: Int, _ digits: Int,
        _ line: inout MutableSpan<UInt8>, _ at: inout Int
    ) {
        if value >= 0, value < Int64(labelCount) {
            let place = fixed.labels[first + Int(value)]
            if !place.isEmpty {
                line.put(fixed.bytes.span, place, &at)
                return
            }
        }
        if form == .csv {
            if value < 0 { line.put(UInt8(ascii: "-"), &at) }
            let spelled = String(value.magnitude)
            for _ in 0..<max(0, digits - spelled.utf8.count) { line.put(UInt8(ascii: "0"), &at) }
            for byte in spelled.utf8 { line.put(byte, &at) }
        } else {
            line.put(value, &at)
        }
    }

    private func putString(_ number: Int64, _ line: inout MutableSpan<UInt8>, _ at: inout Int) {
        guard number >= 0, number < Int64(stringEnds.count) else {
            let isJSON = form == .ndjson
            if isJSON { line.put(UInt8(ascii: "\""), &at) }
            line.put(UInt8(ascii: "?"), &at)
            line.put(number, &at)
            if isJSON { line.put(UInt8(ascii: "\""), &at) }
            return
        }
        let start = number == 0 ? 0 : stringEnds[Int(number) - 1]
        line.put(strings.span, start..<stringEnds[Int(number)], &at)
    }
}

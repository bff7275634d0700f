import TraceCore

/// Makes events of lines with one JSON object each.
struct NDJSONRows {
    private struct Member {
        var key: Range<Int>
        var keyHasEscapes: Bool
        var value: JSONScalar
        var position: Int
    }

    /// The members of the line; those behind `count` are left over.
    private var members: [Member] = []
    private var count = 0
    /// Columns that the line has given a value.
    private var seen: [Bool] = []
    private var seenCommon: [Bool] = []

    /// Takes a line with an event, which starts with the brace at `start`.
    mutating func take(
        _ line: Span<UInt8>, from start: Int, _ assembler: inout EventAssembler,
        into sink: inout some EventSink & ~Copyable
    ) throws(RecordFault) {
        try scan(line, from: start)
        guard try begin(line, start, &assembler) else { return }
        seen.removeAll(keepingCapacity: true)
        seen.append(contentsOf: repeatElement(false, count: assembler.width))
        seenCommon.removeAll(keepingCapacity: true)
        seenCommon.append(contentsOf: repeatElement(false, count: TableNames.common.count))
        var guess = 0
        for index in 0..<count {
            let member = members[index]
            if member.keyHasEscapes {
                let key = try JSONScan.unescaped(line, member.key)
                try take(member, key.span, 0..<key.count, line, &guess, &assembler, &sink)
            } else {
                try take(member, line, member.key, line, &guess, &assembler, &sink)
            }
        }
        try assembler.end(at: start, into: &sink)
    }

    private mutating func scan(_ line: Span<UInt8>, from start: Int) throws(RecordFault) {
        count = 0
        var position = start
        try JSONScan.expect(UInt8(ascii: "{"), line, &position)
        if !JSONScan.take(UInt8(ascii: "}"), line, &position) {
            repeat {
                JSONScan.skipSpace(line, &position)
                let keyPosition = position
                let key = try JSONScan.text(line, &position)
                try JSONScan.expect(UInt8(ascii: ":"), line, &position)
                let value = try JSONScan.scalar(line, &position)
                let member = Member(
                    key: key.range, keyHasEscapes: key.hasEscapes, value: value,
                    position: keyPosition)
                if count < members.count {
                    members[count] = member
                } else {
                    members.append(member)
                }
                count += 1
            } while JSONScan.take(UInt8(ascii: ","), line, &position)
            try JSONScan.expect(UInt8(ascii: "}"), line, &position)
        }
        JSONScan.skipSpace(line, &position)
        guard position == line.count else {
            throw RecordFault(position, "text behind the object")
        }
    }

    /// Finds the kind, on which the meaning of all other members depends.
    private func begin(
        _ line: Span<UInt8>, _ start: Int, _ assembler: inout EventAssembler
    ) throws(RecordFault) -> Bool {
        for index in 0..<count {
            let member = members[index]
            guard EventAssembler.common(line, member.key) == .kind else { continue }
            guard case .text(let range, let hasEscapes) = member.value else {
                throw RecordFault(
                    member.position, field: CommonField.kind.name, "its value is not a text")
            }
            guard hasEscapes else {
                return try assembler.begin(kind: line, range, at: range.lowerBound)
            }
            let name = try JSONScan.unescaped(line, range)
            return try assembler.begin(
                kind: name.span, 0..<name.count, at: range.lowerBound)
        }
        throw RecordFault(start, field: CommonField.kind.name, "is missing")
    }

    private mutating func take(
        _ member: Member, _ key: Span<UInt8>, _ keyRange: Range<Int>, _ line: Span<UInt8>,
        _ guess: inout Int, _ assembler: inout EventAssembler,
        _ sink: inout some EventSink & ~Copyable
    ) throws(RecordFault) {
        if let column = assembler.column(key, keyRange, guess: guess) {
            guess = column + 1
            guard !seen[column] else { throw repeated(member, key, keyRange) }
            seen[column] = true
            do throws(RecordFault) {
                try set(column, member.value, line, &assembler, &sink)
            } catch {
                let isFar = error.position < member.position
                throw RecordFault(
                    isFar ? member.position : error.position, field: error.field, error.problem)
            }
            return
        }
        guard let common = EventAssembler.common(key, keyRange) else {
            // Many tools write a null for what an object does not have.
            if case .null = member.value { return }
            throw RecordFault(
                member.position, field: shown(key, keyRange),
                "\(assembler.kindName) has no such column")
        }
        guard !seenCommon[common.rawValue] else { throw repeated(member, key, keyRange) }
        seenCommon[common.rawValue] = true
        switch member.value {
        case .number(let range): try assembler.set(common, line, range)
        case .null: break
        case .text, .flag:
            guard common == .kind else {
                throw RecordFault(member.position, field: common.name, "its value is not a number")
            }
        }
    }

    private func repeated(
        _ member: Member, _ key: Span<UInt8>, _ range: Range<Int>
    ) -> RecordFault {
        RecordFault(member.position, field: shown(key, range), "is there more than once")
    }

    private func set(
        _ column: Int, _ value: JSONScalar, _ line: Span<UInt8>,
        _ assembler: inout EventAssembler, _ sink: inout some EventSink & ~Copyable
    ) throws(RecordFault) {
        switch value {
        case .null: return
        case .number(let range): try assembler.setNumber(column, line, range)
        case .flag(let flag):
            guard assembler.setFlag(column, flag) else {
                throw RecordFault(0, field: assembler.name(column), "holds no flags")
            }
        case .text(let range, let hasEscapes):
            guard hasEscapes else {
                try setText(column, line, range, at: range.lowerBound, &assembler, &sink)
                return
            }
            let text = try JSONScan.unescaped(line, range)
            try setText(
                column, text.span, 0..<text.count, at: range.lowerBound, &assembler, &sink)
        }
    }

    private func setText(
        _ column: Int, _ bytes: Span<UInt8>, _ range: Range<Int>, at position: Int,
        _ assembler: inout EventAssembler, _ sink: inout some EventSink & ~Copyable
    ) throws(RecordFault) {
        switch assembler.type(column) {
        case .text: try assembler.setText(column, bytes, range, at: position, into: &sink)
        case .bits: try assembler.setNumber(column, bytes, range)
        case .label:
            guard let label = assembler.label(column, bytes, range) else {
                throw RecordFault(
                    position, field: assembler.name(column),
                    "'\(shown(bytes, range))' is not one of its labels")
            }
            assembler.setLabel(column, label)
        case .integer, .flag:
            throw RecordFault(
                position, field: assembler.name(column), "a text where a number is expected")
        }
    }
}

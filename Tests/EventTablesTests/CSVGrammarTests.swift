import Testing

@testable import EventTables

/// RFC 4180 character by character, for comparison: the cells of all lines, or `nil`.
private func slowLines(_ text: [UInt8]) -> [[[UInt8]]]? {
    var lines: [[[UInt8]]] = []
    var line: [[UInt8]] = []
    var rest = text[...]
    func begins(_ prefix: String) -> Bool { rest.starts(with: prefix.utf8) }
    while !rest.isEmpty || !line.isEmpty {
        var cell: [UInt8] = []
        if begins("\"") {
            rest = rest.dropFirst()
            while !begins("\"") || begins("\"\"") {
                guard let byte = rest.first else { return nil }
                cell.append(byte)
                rest = rest.dropFirst(begins("\"\"") ? 2 : 1)
            }
            rest = rest.dropFirst()
        } else {
            while let byte = rest.first, byte != 44, byte != 10, byte != 13 {
                if byte == 34 { return nil }
                cell.append(byte)
                rest = rest.dropFirst()
            }
        }
        line.append(cell)
        if begins(",") {
            rest = rest.dropFirst()
            // A cell follows, though it may be empty and the last.
            if rest.isEmpty {
                lines.append(line + [[]])
                return lines
            }
            continue
        }
        if begins("\r"), rest.count == 1 {
            rest = []
        } else if begins("\r\n") {
            rest = rest.dropFirst(2)
        } else if begins("\n") {
            rest = rest.dropFirst()
        } else if !rest.isEmpty {
            return nil
        }
        lines.append(line)
        line = []
    }
    return lines
}

/// The lines that `CSVRecord` finds, or `nil`.
private func lines(_ text: [UInt8]) -> [[[UInt8]]]? {
    var record = CSVRecord()
    var lines: [[[UInt8]]] = []
    var position = 0
    while position < text.count {
        do {
            guard let next = try record.read(text.span, from: position, isAtEnd: true) else {
                return nil
            }
            position = next
        } catch {
            return nil
        }
        lines.append((0..<record.count).map { CSVRecord.unquoted(text.span, record[$0]) })
    }
    return lines
}

@Suite struct CSVGrammarTests {
    /// All texts of up to six of the bytes that matter.
    private static let texts: [[UInt8]] = {
        var all: [[UInt8]] = [[]]
        var last: [[UInt8]] = [[]]
        for _ in 0..<6 {
            last = last.flatMap { text in Array("a,\"\n\r".utf8).map { text + [$0] } }
            all += last
        }
        return all
    }()

    @Test func allShortTextsAreSplitByTheBook() {
        for text in Self.texts {
            #expect(lines(text) == slowLines(text), "\(String(decoding: text, as: UTF8.self))")
        }
    }

    /// Where the end is not there yet, a record is never found too early.
    @Test func aRecordThatMayGoOnIsWaitedFor() {
        for text in Self.texts where !text.isEmpty {
            var record = CSVRecord()
            guard let next = try? record.read(text.span, from: 0, isAtEnd: false) else { continue }
            let cells = (0..<record.count).map { CSVRecord.unquoted(text.span, record[$0]) }
            for more in ["a", ",", "\"", "\n"] {
                let longer = text + more.utf8
                let again = try? record.read(longer.span, from: 0, isAtEnd: true)
                #expect(again == next)
                #expect(
                    cells
                        == (0..<record.count).map { CSVRecord.unquoted(longer.span, record[$0]) })
            }
        }
    }

    @Test func numbersAreSpelledAsSwiftSpellsThem() {
        var numbers: [Int64] = [.min, .max, 0]
        var power: Int64 = 1
        for _ in 0..<18 {
            power *= 10
            numbers += [power - 1, power, power + 1, -power, 1 - power]
        }
        for number in numbers {
            var bytes = [UInt8](repeating: 0, count: 24)
            var end = 0
            var span = bytes.mutableSpan
            span.put(number, &end)
            #expect(String(decoding: bytes[..<end], as: UTF8.self) == "\(number)")
            end = 0
            span = bytes.mutableSpan
            span.putHexadecimal(UInt64(bitPattern: number), &end)
            let digits = String(UInt64(bitPattern: number), radix: 16)
            #expect(String(decoding: bytes[..<end], as: UTF8.self) == "0x" + digits)
            let spelled = Array("\(number)".utf8)
            #expect(CellNumbers.signed(spelled.span, 0..<spelled.count) == number)
        }
        var bytes = [UInt8](repeating: 0, count: 24)
        var end = 0
        var span = bytes.mutableSpan
        span.put(UInt64.max, &end)
        #expect(String(decoding: bytes[..<end], as: UTF8.self) == "\(UInt64.max)")
    }

    @Test(arguments: [
        "", "-", "+1", "1 ", " 1", "1.0", "1e3", "--1", "9223372036854775808",
        "-9223372036854775809", "18446744073709551616", "99999999999999999999", "0x1", "a",
    ])
    func whatIsNoSignedNumber(text: String) {
        let bytes = Array(text.utf8)
        #expect(CellNumbers.signed(bytes.span, 0..<bytes.count) == nil)
    }

    @Test func bitsAreReadInBothSpellings() {
        for (text, bits) in [
            ("0x0", 0), ("0xfF", 255), ("0xffffffffffffffff", UInt64.max), ("12", 12),
            ("-1", UInt64.max), ("18446744073709551615", UInt64.max),
        ] {
            let bytes = Array(text.utf8)
            #expect(CellNumbers.bits(bytes.span, 0..<bytes.count) == bits)
        }
        for text in ["0x", "0x10000000000000000", "0xg", "x1", "0x-1"] {
            let bytes = Array(text.utf8)
            #expect(CellNumbers.bits(bytes.span, 0..<bytes.count) == nil, "\(text)")
        }
    }

    /// The test vectors of RFC 4648, section 10.
    @Test func base64() {
        for (plain, coded) in [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
        ] {
            #expect(Base64.text(Array(plain.utf8)) == coded)
            #expect(Base64.bytes(coded) == Array(plain.utf8))
        }
        for wrong in ["Z", "Zg", "Zg=", "Zh==", "====", "Zg==Zg==", "Z===", "Zm9v\n", "Zm9-"] {
            #expect(Base64.bytes(wrong) == nil, "\(wrong)")
        }
    }
}

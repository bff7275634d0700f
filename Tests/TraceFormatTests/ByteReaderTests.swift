import Testing
import TraceCore

@testable import TraceFormat

@Suite struct ByteReaderTests {
    private func reader(_ bytes: [UInt8]) -> ByteReader {
        ByteReader(bytes, 0..<bytes.count, fileOffset: 100)
    }

    @Test(arguments: [
        0, 1, 127, 128, 16_383, 16_384, UInt64(UInt32.max), UInt64.max >> 1, UInt64.max,
    ])
    func variableLengthNumbersComeBack(value: UInt64) throws {
        var writer = ByteWriter()
        writer.appendVarint(value)
        writer.appendSignedVarint(Int64(bitPattern: value))
        var reader = reader(writer.bytes)
        #expect(try reader.varint("a") == value)
        #expect(try reader.signedVarint("b") == Int64(bitPattern: value))
        #expect(reader.remaining == 0)
    }

    @Test func integersAreLittleEndian() throws {
        var writer = ByteWriter()
        writer.append(UInt32(0x0403_0201))
        writer.append(Int64(-2))
        #expect(writer.bytes == [1, 2, 3, 4, 0xFE] + [UInt8](repeating: 0xFF, count: 7))
        var reader = reader(writer.bytes)
        #expect(try reader.integer("a", as: UInt32.self) == 0x0403_0201)
        #expect(try reader.integer("b", as: Int64.self) == -2)
    }

    @Test func aLongerSpellingOfANumberIsRefused() {
        var reader = reader([0x80, 0x00])
        #expect(throws: FormatError.invalidValue(field: "n", offset: 100, value: 0)) {
            try reader.varint("n")
        }
    }

    @Test func aNumberAbove64BitsIsRefused() {
        var reader = reader([UInt8](repeating: 0xFF, count: 9) + [2])
        #expect(throws: FormatError.invalidValue(field: "n", offset: 100, value: 2)) {
            try reader.varint("n")
        }
    }

    @Test func theEndIsNamedWithFieldAndOffset() {
        var reader = reader([1, 2, 3])
        _ = try? reader.integer("first", as: UInt8.self)
        let expected = FormatError.truncated(field: "x", offset: 101, needed: 4, available: 2)
        #expect(throws: expected) { try reader.integer("x", as: UInt32.self) }
    }

    @Test func textIsCheckedForLengthAndEncoding() throws {
        var writer = ByteWriter()
        writer.appendText("é")
        var good = reader(writer.bytes)
        #expect(try good.text("t", limit: 2) == "é")
        var long = reader(writer.bytes)
        #expect(throws: FormatError.limit(field: "t", offset: 100, value: 2, limit: 1)) {
            try long.text("t", limit: 1)
        }
        var broken = reader([2, 0xC3, 0x28])
        #expect(throws: FormatError.invalidText(field: "t", offset: 101)) {
            try broken.text("t", limit: 9)
        }
    }

    @Test func bytesThatAreLeftOverAreRefused() {
        let reader = reader([7])
        #expect(throws: FormatError.invalidValue(field: "f", offset: 100, value: 1)) {
            try reader.finish("f")
        }
    }

    @Test(arguments: [Int64.min, -3, -1, 0, 1, 2, Int64.max])
    func zigzagIsItsOwnWayBack(value: Int64) {
        #expect(Zigzag.decode(Zigzag.encode(value)) == value)
        if value > Int64.min, value < Int64.max, abs(value) < 100 {
            #expect(Zigzag.encode(value) == UInt64(value < 0 ? -2 * value - 1 : 2 * value))
        }
    }
}

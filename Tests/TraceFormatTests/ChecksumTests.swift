import CChecksum
import Testing

@testable import TraceFormat

@Suite struct ChecksumTests {
    @Test func theCheckValueOfTheCatalogueIsMet() {
        let digits = Array("123456789".utf8)
        #expect(Checksum.crc32c(digits.span) == 0xE306_9283)
        let slow = unsafe checksum_crc32c_tables(0, digits, digits.count)
        #expect(slow == 0xE306_9283)
    }

    @Test func tablesAndInstructionsAgreeAtEveryLengthAndAlignment() {
        let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ 13) }
        for start in 0..<9 {
            for end in start...bytes.count {
                let part = Array(bytes[start..<end])
                let fast = Checksum.crc32c(bytes.span.extracting(start..<end))
                let slow = unsafe checksum_crc32c_tables(0, part, part.count)
                #expect(fast == slow)
            }
        }
    }

    @Test func piecesGiveTheSumOfTheWhole() {
        let bytes = (0..<100).map { UInt8($0) }
        let whole = Checksum.crc32c(bytes.span)
        for cut in 0...bytes.count {
            let first = Checksum.crc32c(bytes.span.extracting(0..<cut))
            let both = Checksum.crc32c(
                bytes.span.extracting(cut..<bytes.count), continuing: first)
            #expect(both == whole)
        }
    }
}

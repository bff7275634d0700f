/// What is wrong with the bytes of a trace file.
///
/// Offsets are in bytes from the start of the file.
public enum FormatError: Error, Equatable, Sendable {
    /// The file does not start as a trace does.
    case notATrace
    /// The file is a summary of traces and none itself.
    case isSummary
    /// The file's major version is not one that this code reads.
    case unsupportedVersion(major: UInt16, minor: UInt16)
    /// The file needs features that this code does not know.
    case unknownFeatures(bits: UInt32)
    /// A record of an unknown type that may not be skipped.
    case unknownRecord(type: UInt8, offset: Int64)
    /// A known record where it may not stand, or a second one where one is allowed.
    case misplacedRecord(type: UInt8, offset: Int64)
    /// Bytes that are not the start of a record.
    case notARecord(offset: Int64)
    /// A field reaches past the end of what holds it.
    case truncated(field: String, offset: Int64, needed: Int64, available: Int64)
    /// Bits that must be zero are not.
    case reservedBits(field: String, offset: Int64)
    /// A checksum does not fit the bytes it covers.
    case checksum(field: String, offset: Int64, stored: UInt32, computed: UInt32)
    /// A number above the limit that the format sets.
    case limit(field: String, offset: Int64, value: UInt64, limit: UInt64)
    /// A number that its field may not have.
    case invalidValue(field: String, offset: Int64, value: UInt64)
    /// Text that is not UTF-8.
    case invalidText(field: String, offset: Int64)
    /// Two numbers that must agree do not.
    case mismatch(field: String, offset: Int64, found: UInt64, expected: UInt64)
    /// Times that go back or sequence numbers that do not rise.
    case order(field: String, offset: Int64)
    /// A compressed frame that does not decompress to its declared length.
    case frame(field: String, offset: Int64)
    /// An identity in the footer that is not the one of the events.
    case identity(name: String, offset: Int64)
    /// Bytes after the footer.
    case trailingBytes(offset: Int64, count: Int64)
}

/// The first record of a file: what it is and what a reader must know.
public struct HeaderRecord: Equatable, Sendable {
    /// Length of the body in bytes.
    public static let bodyByteCount = 20

    /// Offsets of the body's fields in bytes, for the documentation's test.
    static let fieldOffsets = [
        "magic": 0, "major": 8, "minor": 10, "mandatory features": 12, "optional features": 16,
    ]

    /// The major version.
    public var major: UInt16
    /// The minor version.
    public var minor: UInt16
    /// Features without which the file cannot be read.
    public var mandatoryFeatures: UInt32
    /// Features that a reader may ignore.
    public var optionalFeatures: UInt32

    /// Makes the header that this code writes.
    public init() {
        major = FormatVersion.major
        minor = FormatVersion.minor
        mandatoryFeatures = FormatVersion.mandatoryFeatures
        optionalFeatures = 0
    }

    /// Appends the whole record.
    public func encode(to writer: inout ByteWriter) {
        let start = writer.beginRecord(.header)
        writer.append(contentsOf: FormatVersion.magic)
        writer.append(major)
        writer.append(minor)
        writer.append(mandatoryFeatures)
        writer.append(optionalFeatures)
        writer.endRecord(at: start)
    }

    /// Reads the body.
    ///
    /// - Throws: `notATrace`, `unsupportedVersion`, `unknownFeatures` and length errors.
    public init(body: RecordBody) throws(FormatError) {
        var reader = body.reader()
        guard try reader.raw("magic", count: 8) == FormatVersion.magic else { throw .notATrace }
        major = try reader.integer("major")
        minor = try reader.integer("minor")
        mandatoryFeatures = try reader.integer("mandatory features")
        optionalFeatures = try reader.integer("optional features")
        try reader.finish("header")
        guard major == FormatVersion.major else {
            throw .unsupportedVersion(major: major, minor: minor)
        }
        let unknown = mandatoryFeatures & ~FormatVersion.mandatoryFeatures
        guard unknown == 0 else { throw .unknownFeatures(bits: unknown) }
    }
}

/// The numbers that tell a trace file and its version.
public enum FormatVersion {
    /// The first eight bytes of the first record's body.
    public static let magic: [UInt8] = [0x89, 0x4B, 0x54, 0x52, 0x43, 0x0D, 0x0A, 0x0A]
    /// The magic number of the zstd skippable frame that every record is.
    public static let frameMagic: UInt32 = 0x184D_2A5B
    /// The major version written, and the only one read.
    public static let major: UInt16 = 1
    /// The minor version written; files of a higher one only have more skippable records.
    public static let minor: UInt16 = 0
    /// The mandatory feature bits this code understands.
    public static let mandatoryFeatures: UInt32 = 0
}

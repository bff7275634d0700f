/// What the file format promises never to exceed; a reader refuses what does.
public enum FormatLimits {
    /// Most events in one block.
    public static let blockEvents = 65_536
    /// Most cells in one block; an event takes 4 cells and one for each of its columns.
    public static let blockCells = 524_288
    /// Most sections, that is pairs of kind and domain, in one lane of a block.
    public static let laneSections = 4_096
    /// Most key columns in one lane of a block.
    public static let laneLinks = 256
    /// A section of a lane with fewer events than this goes into the lane's common section.
    public static let largeSectionEvents = 64
    /// Most bytes of a block: its record and the frames that follow it.
    public static let blockBytes = 8_388_608
    /// Most bytes of the body of a record that is not a block.
    public static let recordBodyBytes = 1_048_576
    /// Most event kinds of a schema.
    public static let kinds = 1_024
    /// Most columns of a kind.
    public static let columns = 64
    /// Most labels of a column.
    public static let labels = 256
    /// Most bytes of a name in a schema, of a parameter's key or of a snapshot's name.
    public static let nameBytes = 256
    /// Most bytes of a string in the string table and of a parameter's or note's value.
    public static let textBytes = 65_535
    /// Most strings in the table, the empty string included.
    public static let strings = 65_536
    /// Most bytes of all strings in the table together.
    public static let stringTableBytes = 4_194_304
    /// Most parameters; most notes in all records together, with as many bytes as one record.
    public static let pairs = 4_096
    /// Most loss records.
    public static let losses = 65_536
    /// Most snapshots.
    public static let snapshots = 256
    /// Most bytes of all snapshots together.
    public static let snapshotBytes = 1_073_741_824
    /// Most bytes of a snapshot that one frame holds before compression.
    public static let snapshotChunkBytes = 1_048_576
    /// Most bytes of a summary.
    public static let summaryBytes = 268_435_456
    /// Most entries of one index record.
    public static let indexEntries = 16_384
    /// Most bytes of frames that a reader steps over after a record it does not know.
    public static let skippedDataBytes = 1_099_511_627_776
}

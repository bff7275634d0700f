public import TraceCore
public import TraceFormat
import TraceIdentity

/// Reads a trace: its description at once, then block after block.
///
/// Damage and cuts are not thrown: reading stops before them, and `completeness` tells. Thrown are
/// failures of the system, and a file whose description cannot be read.
///
/// A reader is a reference, so that its strings can be asked for while it hands on events.
public final class TraceReader {
    /// What the trace says of itself; notes grow as more are found.
    public internal(set) var description: TraceDescription
    /// The strings found so far, by number; all that a block uses are there before it.
    public internal(set) var strings: [String] = [""]
    /// The losses found so far.
    public internal(set) var losses: [LossRecord] = []
    /// The snapshots found so far.
    public internal(set) var snapshots: [SnapshotEntry] = []
    /// What the trace adds up to: from the start for a whole file, at the end for a stream, never
    /// where there is no footer.
    public internal(set) var totals: TraceTotals?
    /// How reading ended, `nil` as long as it has not.
    public internal(set) var completeness: Completeness?
    /// Offset and length in bytes of the current block, record and frames together.
    public internal(set) var blockPlace: (offset: Int64, length: Int64) = (0, 0)

    var input: RecordInput
    var decoder: BlockDecoder
    var codec: StoreCodec
    var content: [UInt8] = []
    var isContentLoaded = false
    var state = WalkState()
    var keptSnapshots: [(name: String, bytes: [UInt8])] = []
    let keepsSnapshots: Bool
    let checksAll: Bool
    /// Whether snapshots are decompressed and summed up as they are passed; a damaged one ends
    /// reading.
    let sumsSnapshots: Bool
    /// The sums of the snapshots found so far, where they are asked for.
    var snapshotSums: [SnapshotSum] = []
    /// What is wrong with the first damaged snapshot, and its offset; found as the trace is read,
    /// where everything is checked. Events do not depend on it, so reading goes on.
    public internal(set) var snapshotDamage: (error: FormatError, offset: Int64)?

    /// Opens the trace at a path; `-` is the standard input.
    ///
    /// - Parameters:
    ///   - keepsSnapshots: Whether to keep the snapshots of a stream in memory; those of a file
    ///     can be read at any time.
    ///   - checksAll: Whether to check the sums of snapshots and of lanes that are not asked for,
    ///     too, without decoding them.
    /// - Throws: `StoreError`.
    public convenience init(
        path: String, keepsSnapshots: Bool = false, checksAll: Bool = false
    ) throws(StoreError) {
        try self.init(
            source: SourceFile.open(path), keepsSnapshots: keepsSnapshots, checksAll: checksAll)
    }

    /// Opens the trace in a source.
    ///
    /// - Throws: `StoreError`.
    public convenience init(
        source: any ByteSource, keepsSnapshots: Bool = false, checksAll: Bool = false
    ) throws(StoreError) {
        try self.init(
            source: source, keepsSnapshots: keepsSnapshots, checksAll: checksAll,
            sumsSnapshots: false)
    }

    init(
        source: any ByteSource, keepsSnapshots: Bool, checksAll: Bool, sumsSnapshots: Bool
    ) throws(StoreError) {
        input = RecordInput(source)
        let footer = try input.probeFooter()
        description = try Preamble.read(&input)
        codec = StoreCodec()
        decoder = BlockDecoder(schema: description.schema)
        self.keepsSnapshots = keepsSnapshots
        self.checksAll = checksAll
        self.sumsSnapshots = sumsSnapshots
        state.probedFooter = footer
        totals = footer.map { TraceTotals($0, fileBytes: source.length ?? 0) }
        // On to the first block, so that strings, snapshots and notes before it are known.
        try walkToBlock()
    }

    /// The path of what is read.
    public var path: String { input.source.path }

    /// How many bytes were read so far, and how many there are; those are `nil` for a stream.
    public var bytesRead: (read: Int64, of: Int64?) { (input.bytesRead, input.source.length) }

    /// The strings found so far, as analyses take them.
    ///
    /// - Complexity: O(bytes of the strings).
    public var stringTable: StringTable {
        var table = StringTable()
        for text in strings { _ = table.intern(text) }
        return table
    }

    /// The text of a value of a text column; a number without a string gives `?` and the number.
    public func text(_ number: Int64) -> String {
        number >= 0 && number < Int64(strings.count) ? strings[Int(number)] : "?\(number)"
    }

    /// Goes to the next block.
    ///
    /// - Returns: Whether there is one; if not, `completeness` tells why.
    /// - Complexity: O(directories); O(block) for a stream.
    /// - Throws: What the source throws.
    public func nextBlock() throws(StoreError) -> Bool {
        guard completeness == nil else { return false }
        if state.hasBlock {
            if state.isBlockNew {
                state.isBlockNew = false
                return true
            }
            leaveBlock()
        }
        try walkToBlock()
        state.isBlockNew = false
        return state.hasBlock
    }

    /// Goes to the next block that has events in an interval of time, passing over the others.
    ///
    /// - Parameters:
    ///   - interval: Nanoseconds since the start of the trace.
    /// - Throws: What the source throws.
    public func nextBlock(
        overlapping interval: ClosedRange<Int64>
    ) throws(StoreError) -> Bool {
        while try nextBlock() {
            let block = decoder.summary
            if block.timeMinNs <= interval.upperBound, block.timeMaxNs >= interval.lowerBound {
                return true
            }
        }
        return false
    }

    /// What the current block holds.
    ///
    /// Programmer error: there is no current block.
    public var block: BlockSummary {
        precondition(state.hasBlock, "a block is asked for after nextBlock has given one")
        return decoder.summary
    }

    /// The sections of a lane of the current block.
    ///
    /// - Complexity: O(sections).
    public func sections(_ lane: Lane) -> [BlockSection] {
        precondition(state.hasBlock, "a block is asked for after nextBlock has given one")
        return decoder.sections(lane)
    }
}

/// A snapshot and where it is.
public struct SnapshotEntry: Equatable, Sendable {
    /// Its name, lengths and frames.
    public var record: SnapshotRecord
    /// Offset of its first frame in the file in bytes.
    public var dataOffset: Int64
}

/// What a walk through the records has seen.
struct WalkState {
    var probedFooter: FooterRecord?
    var hasBlock = false
    /// Whether the current block was reached and not yet handed out.
    var isBlockNew = false
    var stringBytes = 0
    var snapshotBytes = 0
    var noteBytes = 0
    var lastSequence: UInt64 = 0
    var lastTimeNs = Int64.min
    /// What the footer must say.
    var found = FooterRecord()
    /// Sums of the index as it must be, and as it is.
    var expectedIndex: UInt32 = 0
    var foundIndex: UInt32 = 0
    var foundIndexEntries: UInt64 = 0
    var indexOffset: Int64?
    /// Whether reading went on behind damage, so that not everything was seen.
    var isResumed = false
    /// What scans behind damage may still cost in vain.
    var scanWorkBytes: Int64?
    /// Strings that were missing where reading went on.
    var missingStrings = 0
    /// Whether the footer was reached.
    var hasFooter = false
}

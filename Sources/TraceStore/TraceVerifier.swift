import TraceCore
import TraceFormat
public import TraceIdentity

/// What a thorough check of a trace found.
public struct VerifyReport: Equatable, Sendable {
    /// How reading ended; damage found by the check counts as such.
    public var completeness: Completeness
    /// The identities of the events that were delivered.
    public var ids: TraceIDs
    /// What the footer says, where there is one.
    public var totals: TraceTotals?
    /// Blocks delivered.
    public var blocks: UInt64
    /// Events delivered.
    public var events: UInt64
}

/// What a check of a trace's sums found.
public struct CheckReport: Equatable, Sendable {
    /// How reading ended; damage found by the check counts as such.
    public var completeness: Completeness
    /// What the footer says, where there is one.
    public var totals: TraceTotals?
    /// Blocks whose sums are right.
    public var blocks: UInt64 = 0
    /// Events of those blocks.
    public var events: UInt64 = 0
}

/// Checks all that can be checked of a trace.
public enum TraceVerifier {
    /// Reads a whole trace with every checksum, every rule of order, every number of the index and
    /// footer, and compares the identities in the footer with those of the events.
    ///
    /// - Complexity: O(cells).
    /// - Throws: `StoreError` for what keeps the trace from being opened, and what the source
    ///   throws.
    public static func verify(_ source: any ByteSource) throws(StoreError) -> VerifyReport {
        let reader = try TraceReader(
            source: source, keepsSnapshots: false, checksAll: false, sumsSnapshots: true)
        var hasher = IdentityHasher(schema: reader.description.schema)
        var progress = Progress()
        repeat {
            progress.takeContext(reader, &hasher)
            guard reader.completeness == nil, try reader.nextBlock() else { break }
            progress.takeContext(reader, &hasher)
            guard try progress.takeBlock(reader, &hasher) else { break }
        } while true
        progress.takeContext(reader, &hasher)
        let parameters = reader.description.parameters.map { ($0.key, $0.value) }
        let ids = hasher.ids(parameters: parameters)
        if reader.completeness == .complete, let totals = reader.totals {
            compare(ids, totals.ids, reader)
        }
        guard let completeness = reader.completeness else {
            preconditionFailure("a trace without a next block has an end")
        }
        return VerifyReport(
            completeness: completeness, ids: ids, totals: reader.totals,
            blocks: progress.blocks, events: progress.events)
    }

    /// Reads a whole trace and checks what needs no decoding: every checksum, the directories, the
    /// succession of blocks, the index and the footer.
    ///
    /// What a wrong program wrote with right sums is not found: times or sequence numbers within a
    /// block, texts without a string, identities that are not those of the events. `verify` finds
    /// it.
    ///
    /// - Complexity: O(bytes).
    /// - Throws: `StoreError` for what keeps the trace from being opened, and what the source
    ///   throws.
    public static func checkSums(_ source: any ByteSource) throws(StoreError) -> CheckReport {
        let reader = try TraceReader(source: source, checksAll: true)
        var report = CheckReport(completeness: .complete)
        // A damaged snapshot ends the check where it stands, as it ends `verify`.
        while reader.snapshotDamage == nil, try reader.nextBlock() {
            let events = reader.block.eventCount
            guard reader.snapshotDamage == nil, try reader.checkSums() else { break }
            report.blocks += 1
            report.events += UInt64(events)
        }
        if let (error, offset) = reader.snapshotDamage {
            report.completeness = .damaged(error, offset: offset)
        } else if let completeness = reader.completeness {
            report.completeness = completeness
        }
        report.totals = reader.totals
        return report
    }

    private static func compare(
        _ found: TraceIDs, _ stored: TraceIDs, _ reader: TraceReader
    ) {
        let pairs = [
            ("input id", found.input, stored.input),
            ("outcome id", found.outcome, stored.outcome),
            ("content id", found.content, stored.content),
        ]
        let footer = Int64(FooterRecord.recordByteCount)
        let offset = (reader.totals?.fileBytes ?? footer) - footer
        for (name, one, other) in pairs where one != other {
            reader.completeness = .damaged(
                .identity(name: name, offset: offset), offset: offset)
            return
        }
    }

    /// How far a check has come.
    private struct Progress {
        var blocks: UInt64 = 0
        var events: UInt64 = 0
        private var strings = 1
        private var snapshots = 0

        /// Hashes the strings and snapshots that are new.
        mutating func takeContext(_ reader: TraceReader, _ hasher: inout IdentityHasher) {
            while strings < reader.strings.count {
                hasher.addString(reader.strings[strings])
                strings += 1
            }
            while snapshots < reader.snapshots.count {
                hasher.addSnapshot(
                    name: reader.snapshots[snapshots].record.name, reader.snapshotSums[snapshots])
                snapshots += 1
            }
        }

        mutating func takeBlock(
            _ reader: TraceReader, _ hasher: inout IdentityHasher
        ) throws(StoreError) -> Bool {
            // The strings are checked before any event counts: a block is good as a whole.
            guard try reader.decode(.both), reader.checkTexts() else { return false }
            var taken: UInt64 = 0
            _ = try reader.forEachEvent { header, values in
                let isKnown = hasher.add(header, values)
                precondition(isKnown, "text columns were checked before")
                taken += 1
            }
            blocks += 1
            events += taken
            return true
        }
    }
}

extension TraceReader {
    /// Checks that every text of the current block has a string.
    fileprivate func checkTexts() -> Bool {
        for lane in Lane.allCases {
            for (number, section) in decoder.sections(lane).enumerated() {
                let columns = description.schema.kind(section.kind)?.columns ?? []
                for (position, column) in columns.enumerated() where column.type == .text {
                    let count = Int64(strings.count)
                    let isGood = decoder.withColumn(
                        .value(section: number, column: position), of: lane
                    ) { values in
                        for index in values.indices {
                            let value = values[index]
                            if value < 0 || value >= count { return false }
                        }
                        return true
                    }
                    if !isGood {
                        damage(
                            .invalidValue(
                                field: column.name, offset: blockPlace.offset,
                                value: UInt64(strings.count)))
                        return false
                    }
                }
            }
        }
        return true
    }
}

public import TraceCore
public import TraceFormat

// From blocks to events.
extension TraceReader {
    /// Reads the head and directories of a block and makes it the current one.
    func takeBlock(_ head: RecordHead) throws(StoreError) {
        guard head.bodyBytes >= BlockDecoder.prefixByteCount - RecordHead.byteCount else {
            damage(
                .truncated(
                    field: "block", offset: input.offset,
                    needed: Int64(BlockDecoder.prefixByteCount), available: head.recordBytes))
            return
        }
        if let bytes = try input.load(BlockDecoder.prefixByteCount) {
            endOfData(ignoredBytes: bytes)
            return
        }
        let headBytes: Int
        do {
            headBytes = try BlockDecoder.headByteCount(
                input.bytes, record: head, fileOffset: input.offset)
        } catch {
            damage(error)
            return
        }
        if let bytes = try input.load(headBytes) {
            endOfData(ignoredBytes: bytes)
            return
        }
        do {
            try decoder.begin(input.bytes, record: head, fileOffset: input.offset)
            try checkSuccession(decoder.summary)
        } catch {
            damage(error)
            return
        }
        isContentLoaded = false
        // A stream cannot come back for the content, nor tell without it that the block is whole.
        if input.source.length == nil, try !loadContent() { return }
        blockPlace = (input.offset, head.extentBytes)
        count(decoder.summary)
        state.hasBlock = true
        state.isBlockNew = true
    }

    private func checkSuccession(_ block: BlockSummary) throws(FormatError) {
        guard block.firstSequence > state.lastSequence else {
            throw .order(field: "block sequence", offset: input.offset)
        }
        guard block.timeMinNs >= state.lastTimeNs else {
            throw .order(field: "block time", offset: input.offset)
        }
    }

    private func count(_ block: BlockSummary) {
        let entry = IndexEntry(
            offset: blockPlace.offset, length: blockPlace.length, block: block)
        state.expectedIndex = entry.checksum(continuing: state.expectedIndex)
        if state.found.blocks == 0 { state.found.timeMinNs = block.timeMinNs }
        state.found.timeMaxNs = block.timeMaxNs
        state.found.blocks += 1
        state.found.controlEvents += UInt64(block.controlEvents)
        state.found.dataEvents += UInt64(block.dataEvents)
        state.lastSequence = block.lastSequence
        state.lastTimeNs = block.timeMaxNs
    }

    /// Loads the whole content of the block and checks the record's sum.
    ///
    /// - Returns: Whether that went well.
    private func loadContent() throws(StoreError) -> Bool {
        guard !isContentLoaded else { return true }
        let count = decoder.contentByteCount
        reserveContent(count)
        let short = try input.load(0..<count, after: decoder.headByteCount, into: &content)
        if let short {
            endOfData(ignoredBytes: short)
            return false
        }
        do {
            try decoder.verifyRecord(input.bytes, content: content)
        } catch {
            damage(error)
            return false
        }
        isContentLoaded = true
        return true
    }

    /// Loads what columns of one lane need; the planes' own sums check it.
    private func loadContent(
        _ lane: Lane, _ columns: ColumnSelection? = nil
    ) throws(StoreError) -> Bool {
        guard !isContentLoaded else { return true }
        reserveContent(decoder.contentByteCount)
        for range in decoder.contentRanges(lane, columns) {
            let short = try input.load(range, after: decoder.headByteCount, into: &content)
            if let short {
                endOfData(ignoredBytes: short)
                return false
            }
        }
        return true
    }

    /// Checks every sum of the current block, without decoding it.
    ///
    /// - Returns: Whether they are right; if not, reading has ended and `completeness` tells why.
    /// - Complexity: O(stored bytes).
    /// - Throws: What the source throws.
    public func checkSums() throws(StoreError) -> Bool {
        guard state.hasBlock, try loadContent() else { return false }
        do {
            for lane in Lane.allCases { try decoder.verifyFrames(lane, content: content) }
        } catch {
            damage(error)
            return false
        }
        return true
    }

    private func reserveContent(_ count: Int) {
        if content.count < count {
            content = [UInt8](repeating: 0, count: count + count / 8)
        }
    }

    /// Decodes lanes of the current block; what is decoded already is kept.
    ///
    /// One lane of a file is read and checked without touching the other, and of a lane only the
    /// columns that are wanted.
    ///
    /// - Parameter columns: What is wanted of the lanes; `nil` for everything.
    /// - Returns: Whether they are good; if not, reading has ended and `completeness` tells why.
    /// - Complexity: O(cells).
    /// - Throws: What the source throws.
    public func decode(
        _ lanes: LaneSelection, _ columns: ColumnSelection? = nil
    ) throws(StoreError) -> Bool {
        guard state.hasBlock else { return false }
        if checksAll || (lanes == .both && columns == nil) {
            guard try loadContent() else { return false }
        } else {
            for lane in lanes.lanes {
                guard try loadContent(lane, columns) else { return false }
            }
        }
        do {
            if checksAll {
                for lane in Lane.allCases where !lanes.lanes.contains(lane) {
                    try decoder.verifyFrames(lane, content: content)
                }
            }
            for lane in lanes.lanes {
                try decoder.decode(lane, columns, content: content, codec: &codec)
            }
            if lanes == .both { try decoder.checkOrder() }
        } catch {
            damage(error)
            return false
        }
        return true
    }

    /// Decodes some columns of a lane of the current block, and no others.
    ///
    /// - Returns: Whether they are good; if not, reading has ended and `completeness` tells why.
    /// - Complexity: O(events of the columns).
    /// - Throws: What the source throws.
    public func decode(
        _ columns: [BlockColumn], of lane: Lane
    ) throws(StoreError) -> Bool {
        guard state.hasBlock, try loadContent(lane) else { return false }
        do {
            for column in columns {
                try decoder.decode(column, of: lane, content: content, codec: &codec)
            }
        } catch {
            damage(error)
            return false
        }
        return true
    }

    /// Hands a decoded column of the current block to `body`.
    ///
    /// Programmer error: the column is not decoded.
    public func withColumn<Result>(
        _ column: BlockColumn, of lane: Lane, _ body: (Span<Int64>) -> Result
    ) -> Result {
        precondition(state.hasBlock, "a block is asked for after nextBlock has given one")
        return decoder.withColumn(column, of: lane, body)
    }

    /// Decodes lanes of the current block and hands their events to `body`, in the order of their
    /// sequence numbers.
    ///
    /// A block is handed on as a whole or, when something in it is damaged, not at all.
    ///
    /// - Parameter columns: Which kinds' events, and which of their columns are wanted, `nil` for
    ///   all. The others' values are undefined; CPU and cause are 0 then.
    /// - Returns: Whether the block was good.
    /// - Complexity: O(cells).
    /// - Throws: What the source throws.
    public func forEachEvent(
        _ lanes: LaneSelection = .both, columns: ColumnSelection? = nil,
        _ body: (EventHeader, Span<Int64>) -> Void
    ) throws(StoreError) -> Bool {
        guard try decode(lanes, columns) else { return false }
        decoder.forEachEvent(lanes, columns, body)
        return true
    }

    /// Decodes lanes of the current block and hands their events to `body`, in the order of their
    /// sequence numbers, some at a time; otherwise as for single events.
    ///
    /// - Returns: Whether the block was good.
    /// - Complexity: O(cells).
    /// - Throws: What the source throws.
    public func forEachStretch(
        _ lanes: LaneSelection = .both, columns: ColumnSelection? = nil, _ body: EventStretch
    ) throws(StoreError) -> Bool {
        guard try decode(lanes, columns) else { return false }
        decoder.forEachStretch(lanes, columns, body)
        return true
    }

    /// Decodes lanes of the current block and hands the block to `body`.
    ///
    /// - Returns: Whether the block was good.
    /// - Complexity: O(cells).
    /// - Throws: What the source throws.
    public func withDecoded(
        _ lanes: LaneSelection, _ columns: ColumnSelection? = nil, _ body: (BlockDecoder) -> Void
    ) throws(StoreError) -> Bool {
        guard try decode(lanes, columns) else { return false }
        body(decoder)
        return true
    }

    /// Decodes what a pipeline wants of the current block and hands the block over to its thread.
    ///
    /// After that the reader cannot be asked for the block.
    ///
    /// - Returns: Whether the block was good.
    /// - Complexity: O(cells).
    /// - Throws: What the source throws.
    public func handOver(to pipeline: BlockPipeline) throws(StoreError) -> Bool {
        guard try decode(pipeline.lanes, pipeline.columns) else { return false }
        pipeline.give(&decoder)
        return true
    }

    /// Hands all events of the rest of the trace to `body`, in the order of their sequence numbers.
    ///
    /// - Returns: How reading ended.
    /// - Complexity: O(cells).
    /// - Throws: What the source throws.
    public func readEvents(
        _ lanes: LaneSelection = .both, _ body: (EventHeader, Span<Int64>) -> Void
    ) throws(StoreError) -> Completeness {
        while try nextBlock() {
            _ = try forEachEvent(lanes, body)
        }
        guard let completeness else {
            preconditionFailure("a trace without a next block has an end")
        }
        return completeness
    }
}

extension TraceReader {
    /// How a lane of the current block is stored.
    ///
    /// - Complexity: O(directory).
    public func layout(_ lane: Lane) -> LaneLayout {
        precondition(state.hasBlock, "a block is asked for after nextBlock has given one")
        return decoder.layout(lane)
    }
}

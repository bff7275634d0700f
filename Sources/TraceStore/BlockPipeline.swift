import Dispatch
import Synchronization
public import TraceCore
public import TraceFormat

/// Takes decoded blocks on another thread, while the reader decodes the next one.
///
/// Two blocks are in memory, so neither side gets ahead of the other by more than one. A block's
/// decoder goes over with its buffers and comes back when the block was taken.
public final class BlockPipeline: Sendable {
    private struct Slots: Sendable {
        /// The block to be taken, `nil` at the end.
        var given: BlockDecoder?
        /// The decoder that is free.
        var free: BlockDecoder?
    }

    private let slots: Mutex<Slots>
    private let isGiven = DispatchSemaphore(value: 0)
    private let isFree = DispatchSemaphore(value: 0)
    let lanes: LaneSelection
    let columns: ColumnSelection?

    /// Starts the other thread.
    ///
    /// - Parameters:
    ///   - schema: The schema of the trace.
    ///   - lanes: The lanes to decode.
    ///   - columns: The columns to decode, `nil` for all.
    ///   - body: What takes the blocks, in order, on the other thread.
    public init(
        schema: EventSchema, lanes: LaneSelection, columns: ColumnSelection?,
        _ body: @escaping @Sendable (BlockDecoder) -> Void
    ) {
        self.lanes = lanes
        self.columns = columns
        slots = Mutex(Slots(given: nil, free: BlockDecoder(schema: schema)))
        isFree.signal()
        DispatchQueue.global().async { [self] in
            var block: BlockDecoder?
            while take(&block) {
                if let block { body(block) }
                free(&block)
            }
            isFree.signal()
        }
    }

    // Decoders are swapped, not copied: with a second owner their buffers would be copied when
    // they are written.

    /// Hands a decoded block over, and gives the free decoder for it.
    func give(_ block: inout BlockDecoder) {
        isFree.wait()
        slots.withLock { slots in
            guard var decoder = slots.free.take() else {
                preconditionFailure("a block is taken before the next one is given")
            }
            swap(&decoder, &block)
            slots.given = decoder
        }
        isGiven.signal()
    }

    /// Waits until all blocks that were given are taken, and ends the other thread; once.
    public func finish() {
        isFree.wait()
        isGiven.signal()
        isFree.wait()
    }

    private func take(_ block: inout BlockDecoder?) -> Bool {
        isGiven.wait()
        slots.withLock { swap(&block, &$0.given) }
        return block != nil
    }

    private func free(_ block: inout BlockDecoder?) {
        slots.withLock { swap(&block, &$0.free) }
        isFree.signal()
    }
}

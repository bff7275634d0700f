/// Frames of zstd put together by hand: what they hold, and what they say that they hold.
struct ForgedFrame {
    /// How long the frame says its content is.
    enum ContentSize {
        case none
        case bytes(UInt32)
    }

    private static let runBytes = 131_072

    /// A frame of zeros: each run of up to 128 KiB takes four bytes.
    ///
    /// - Parameters:
    ///   - rawBytes: How many zeros there really are.
    ///   - contentSize: How many the frame says there are.
    ///   - windowLog: The window that a frame without a size asks for, 10 to 41.
    static func zeros(
        _ rawBytes: Int, contentSize: ContentSize, windowLog: UInt8 = 17
    ) -> [UInt8] {
        var frame: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]
        switch contentSize {
        case .none: frame += [0x00, (windowLog - 10) << 3]
        case .bytes(let count):
            // One segment, and a size of four bytes.
            frame.append(0b1010_0000)
            frame += (0..<4).map { UInt8(truncatingIfNeeded: count >> UInt32(8 * $0)) }
        }
        var left = rawBytes
        repeat {
            let run = min(left, runBytes)
            left -= run
            frame += block(type: 1, size: run, isLast: left == 0) + [0]
        } while left > 0
        return frame
    }

    /// A frame of exactly `storedBytes`, at least 16, that expands as far as these allow.
    static func bomb(storedBytes: Int) -> [UInt8] {
        var frame: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 7 << 3]
        // The last block is stored as it is, and takes what is left over.
        let runs = (storedBytes - frame.count - 3) / 4
        for _ in 0..<runs { frame += block(type: 1, size: runBytes, isLast: false) + [0] }
        let rest = storedBytes - frame.count - 3
        frame += block(type: 0, size: rest, isLast: true)
        return frame + [UInt8](repeating: 0, count: rest)
    }

    private static func block(type: UInt32, size: Int, isLast: Bool) -> [UInt8] {
        let head = (isLast ? 1 : 0) | type << 1 | UInt32(size) << 3
        return (0..<3).map { UInt8(truncatingIfNeeded: head >> UInt32(8 * $0)) }
    }
}

/// Compresses planes, each in the style that suits it.
///
/// Which style that is gets tried out in the first blocks, and then from time to time: a plane of a
/// column stays what it is for long.
struct FramePacker {
    /// What a plane is a plane of. Sections of one kind in several domains share what is known.
    struct PlaneName: Hashable {
        /// The kind, or 0 for the lane's own columns.
        var kind: UInt16 = 0
        var column: UInt8 = 0
        var transform: ColumnTransform = .offset
        var plane: UInt8 = 0
    }

    /// The latest frame, followed by what was there before.
    private(set) var frame: [UInt8] = []

    private var other: [UInt8] = []
    /// The style of each plane; `nil` for one that no style makes smaller.
    private var styles: [PlaneName: FrameStyle?] = [:]

    /// Compresses the first `count` bytes into `frame`.
    ///
    /// - Parameter isTrial: Whether to try the styles out.
    /// - Returns: The length of the frame, or `nil` where it gains less than one part in 64.
    /// - Complexity: O(count).
    /// - Throws: `CodecFault`.
    mutating func pack(
        _ bytes: [UInt8], count: Int, _ name: PlaneName, isTrial: Bool,
        codec: inout some FrameCodec & ~Copyable
    ) throws(CodecFault) -> Int? {
        if frame.count < count {
            frame = [UInt8](repeating: 0, count: max(count, FormatLimits.blockEvents))
            other = frame
        }
        let limit = count - count / 64 - 1
        if !isTrial, let known = styles[name] {
            guard let style = known else { return nil }
            return try codec.compress(bytes, 0..<count, into: &frame, limit: limit, style)
        }
        let coded = try codec.compress(bytes, 0..<count, into: &frame, limit: limit, .coded)
        let repeated = try codec.compress(bytes, 0..<count, into: &other, limit: limit, .repeating)
        // Coding alone takes less time, so repeats must gain something by theirs.
        if let repeated, repeated < (coded ?? count) - count / 64 {
            styles[name] = .repeating
            swap(&frame, &other)
            return repeated
        }
        styles[name] = .some(coded == nil ? nil : .coded)
        return coded
    }
}

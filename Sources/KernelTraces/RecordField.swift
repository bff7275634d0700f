/// One field of a record, as a `format` file describes it.
public struct RecordField: Hashable, Sendable {
    /// How the bytes of a field are to be taken.
    public enum Shape: Hashable, Sendable {
        /// A number of 1, 2, 4 or 8 bytes.
        case integer
        /// Bytes or numbers in the record itself; a size of 0 means up to the record's end.
        case array
        /// A place elsewhere in the record: 16 bits each of offset and length.
        case dataLocation
        /// The same, with the offset counted from the end of the field.
        case relativeLocation
    }

    /// The name.
    public let name: String
    /// What stands before the name: the type in words.
    public let type: String
    /// Bytes from the start of the record.
    public let offset: Int
    /// Bytes.
    public let size: Int
    /// Whether a number has a sign.
    public let isSigned: Bool
    /// How the bytes are to be taken.
    public let shape: Shape

    /// Makes a field.
    public init(
        name: String, type: String = "", offset: Int, size: Int, isSigned: Bool,
        shape: Shape = .integer
    ) {
        self.name = name
        self.type = type
        self.offset = offset
        self.size = size
        self.isSigned = isSigned
        self.shape = shape
    }

    /// Where the number is, or `nil` where the field is none.
    public var number: NumberPlace? {
        shape == .integer ? NumberPlace(offset: offset, size: size, isSigned: isSigned) : nil
    }

    /// The number in a record, or `nil` where the record is too short or the field is no number.
    public func integer(_ bytes: Span<UInt8>, _ record: Range<Int>) -> Int64? {
        number?.load(bytes, record)
    }

    /// Where the bytes of a text are, up to a zero byte, or `nil` where there is no text.
    public func text(_ bytes: Span<UInt8>, _ record: Range<Int>) -> Range<Int>? {
        guard let place = place(bytes, record) else { return nil }
        var end = place.lowerBound
        while end < place.upperBound, bytes[end] != 0 { end += 1 }
        return place.lowerBound..<end
    }

    private func place(_ bytes: Span<UInt8>, _ record: Range<Int>) -> Range<Int>? {
        guard offset + size <= record.count else { return nil }
        let start = record.lowerBound + offset
        switch shape {
        case .integer: return nil
        case .array: return start..<(size == 0 ? record.upperBound : start + size)
        case .dataLocation, .relativeLocation:
            guard size >= 4 else { return nil }
            let word = Int(loadUInt32(bytes, start))
            let base = shape == .dataLocation ? record.lowerBound : start + size
            let first = base + (word & 0xFFFF)
            let end = first + (word >> 16)
            return first <= end && end <= record.upperBound ? first..<end : nil
        }
    }
}

/// Where a number stands in a record.
public struct NumberPlace: Hashable, Sendable {
    /// Bytes from the start of the record.
    public let offset: Int
    /// Bytes: 1, 2, 4 or 8.
    public let size: Int
    /// Whether the number has a sign.
    public let isSigned: Bool

    /// Makes a place.
    public init(offset: Int, size: Int, isSigned: Bool) {
        self.offset = offset
        self.size = size
        self.isSigned = isSigned
    }

    /// The number in a record, or `nil` where the record is too short.
    @inlinable @inline(__always)
    public func load(_ bytes: Span<UInt8>, _ record: Range<Int>) -> Int64? {
        guard offset + size <= record.count else { return nil }
        return loadInteger(bytes, record.lowerBound + offset, size: size, isSigned: isSigned)
    }
}

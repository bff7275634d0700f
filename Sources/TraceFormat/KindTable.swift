import TraceCore

/// What blocks need to know of a schema, by position and without reference counts.
struct KindTable: Sendable {
    /// Numbers of the kinds, ascending.
    let numbers: [UInt16]
    /// Columns of each kind.
    let widths: [Int]
    /// Lane of each kind.
    let lanes: [Lane]
    /// Position of the kind with each number, or -1.
    let positions: [Int32]

    /// Makes the table of a schema.
    init(_ schema: EventSchema) {
        numbers = schema.kinds.map(\.id.rawValue)
        widths = schema.kinds.map(\.columns.count)
        lanes = schema.kinds.map(\.lane)
        var positions = [Int32](repeating: -1, count: Int(numbers.last ?? 0) + 1)
        for (position, number) in numbers.enumerated() { positions[Int(number)] = Int32(position) }
        self.positions = positions
    }

    /// The position of the kind with a number, or -1.
    func position(_ number: UInt16) -> Int {
        Int(number) < positions.count ? Int(positions[Int(number)]) : -1
    }
}

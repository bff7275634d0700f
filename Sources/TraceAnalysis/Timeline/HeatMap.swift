/// Counts of durations by time and by their logarithm.
///
/// Columns are bins of time, their width a power of two in ns that doubles when more than 128
/// columns would be needed. Rows are half octaves: row 0 holds 0, the others `[2^k, 1.5 x 2^k)` and
/// `[1.5 x 2^k, 2^(k+1))`.
///
/// Memory: 128 KiB at most.
public struct HeatMap: Hashable, Sendable {
    /// The most columns.
    public static let columnLimit = 128
    /// The rows that durations can have.
    public static let rowCount = 128

    /// One cell that is not empty.
    public struct Cell: Hashable, Sendable {
        /// The column.
        public let column: Int
        /// The row.
        public let row: Int
        /// How many durations fell into it.
        public let count: UInt64
    }

    /// The width of a column, ns.
    public private(set) var widthNs: Int64 = 1
    /// The durations counted.
    public private(set) var total: UInt64 = 0
    private var counts: [UInt64] = []

    /// Makes an empty map.
    public init() {}

    /// The columns up to the last that holds something.
    public var columns: Int { counts.count / Self.rowCount }

    /// Counts a duration at an offset from the window's begin, ns; one below 0 is none.
    mutating func record(_ ns: Int64, at offset: Int64) {
        guard ns >= 0 else { return }
        while offset / widthNs >= Int64(Self.columnLimit) { double() }
        let place = Int(offset / widthNs) * Self.rowCount + Self.row(of: ns)
        if place >= counts.count {
            let columns = place / Self.rowCount + 1
            counts += [UInt64](repeating: 0, count: columns * Self.rowCount - counts.count)
        }
        counts[place] += 1
        total += 1
    }

    private mutating func double() {
        let joined = (columns + 1) / 2
        for column in 0..<joined {
            for row in 0..<Self.rowCount {
                let second = (column * 2 + 1) * Self.rowCount + row
                counts[column * Self.rowCount + row] =
                    counts[column * 2 * Self.rowCount + row]
                    + (second < counts.count ? counts[second] : 0)
            }
        }
        counts.removeLast(counts.count - joined * Self.rowCount)
        widthNs *= 2
    }

    /// The same counts with columns of at least this width.
    ///
    /// - Complexity: O(cells).
    public func joined(widthNs: Int64) -> HeatMap {
        var result = self
        while result.widthNs < widthNs { result.double() }
        return result
    }

    /// The cells that are not empty, by column and row, ascending.
    ///
    /// - Complexity: O(columns x rows).
    public var cells: [Cell] {
        counts.indices.filter { counts[$0] > 0 }.map {
            Cell(column: $0 / Self.rowCount, row: $0 % Self.rowCount, count: counts[$0])
        }
    }

    /// The row of a duration, ns.
    static func row(of ns: Int64) -> Int {
        guard ns > 0 else { return 0 }
        let power = Int64.bitWidth - 1 - ns.leadingZeroBitCount
        let half = power == 0 ? 0 : Int(ns >> Int64(power - 1)) & 1
        return 1 + 2 * power + half
    }

    /// The smallest duration of a row, ns; the row above it begins where it ends.
    public static func lowest(ofRow row: Int) -> Int64 {
        guard row > 0 else { return 0 }
        let power = (row - 1) / 2
        let isUpper = (row - 1) % 2 == 1
        if power >= 63 { return .max }
        if power == 0 { return isUpper ? 2 : 1 }
        return (isUpper ? 3 : 2) << Int64(power - 1)
    }
}

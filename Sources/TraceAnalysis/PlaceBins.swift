/// Counts over time for each place, a domain and a CPU of it, in the bins of a common total.
///
/// Memory stays bounded: places beyond what fits into about a million bins share none.
struct PlaceBins {
    private static let cellLimit: Int64 = 1_048_576
    private static let placeLimit: Int64 = 4096

    /// Bins of a place.
    private let stride: Int
    private let rowLimit: Int
    /// The places' bins, one place after the other.
    private var cells: [UInt64] = []
    private var widthNs: Int64

    /// Makes bins like those of the total.
    init(like total: TimeBins) {
        stride = Int(total.limit)
        rowLimit = Int(min(Self.placeLimit, max(Self.cellLimit / total.limit, 1)))
        widthNs = total.widthNs
    }

    /// Counts events.
    ///
    /// - Parameters:
    ///   - place: number of the place; a new one has the lowest that is free.
    ///   - bin: the event's bin in the total, whose bins are `widthNs` wide.
    @inline(__always)
    mutating func add(_ place: Int, _ bin: Int, widthNs: Int64, times: UInt64) {
        guard place < rowLimit else { return }
        if widthNs != self.widthNs { widen(to: widthNs) }
        let row = place * stride
        if row == cells.count { cells.append(contentsOf: repeatElement(0, count: stride)) }
        cells[row + bin] += times
    }

    /// Joins neighbours until bins have a width; those of the total were doubled so often.
    private mutating func widen(to widthNs: Int64) {
        while self.widthNs < widthNs {
            let (width, overflow) = self.widthNs.multipliedReportingOverflow(by: 2)
            self.widthNs = overflow ? .max : width
            for row in Swift.stride(from: 0, to: cells.count, by: stride) {
                for bin in 0..<stride {
                    let first = 2 * bin
                    var sum: UInt64 = 0
                    if first < stride { sum += cells[row + first] }
                    if first + 1 < stride { sum += cells[row + first + 1] }
                    cells[row + bin] = sum
                }
            }
        }
    }

    /// The bins of all places with the same number, in the bins of the total.
    ///
    /// - Parameter numbers: a number for each place, for example of its domain.
    func marginal(of total: FailuresOverTime, _ numbers: [Int64]) -> [PlaceOverTime] {
        var bins = self
        bins.widen(to: total.widthNs)
        let numbers = numbers.prefix(cells.count / stride)
        var result = Set(numbers).sorted().map {
            PlaceOverTime(number: $0, counts: [UInt64](repeating: 0, count: total.counts.count))
        }
        for (place, number) in numbers.enumerated() {
            guard let row = result.firstIndex(where: { $0.number == number }) else { continue }
            for bin in 0..<min(stride, total.counts.count) {
                result[row].counts[bin] += bins.cells[place * stride + bin]
            }
        }
        return result
    }
}

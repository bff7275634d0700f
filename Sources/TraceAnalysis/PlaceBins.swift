/// Counts over time for each place, a domain and a CPU of it, in the bins of a common total.
///
/// Memory stays bounded: places beyond what fits into about a million bins share none.
struct PlaceBins {
    private static let cellLimit: Int64 = 1_048_576
    private static let placeLimit: Int64 = 4096

    private var places: KeyIndex
    private var bins: [TimeBins] = []
    private let empty: TimeBins

    /// Makes bins like those of the total.
    init(like total: TimeBins) {
        empty = total
        places = KeyIndex(
            limit: Int(min(Self.placeLimit, max(Self.cellLimit / total.limit, 1))))
    }

    /// Counts one event of a place; domain in the high half of the key, CPU in the low half.
    mutating func add(_ place: Int64, _ timeNs: Int64) {
        guard let index = places.index(of: place) else { return }
        if index == bins.count { bins.append(empty) }
        bins[index].add(timeNs)
    }

    /// The bins of all places with the same part of their keys, in the bins of the total.
    func marginal(
        of total: FailuresOverTime, endNs: Int64, _ part: (Int64) -> Int64
    ) -> [PlaceOverTime] {
        let numbers = places.keys.map(part)
        var result = Set(numbers).sorted().map {
            PlaceOverTime(number: $0, counts: [UInt64](repeating: 0, count: total.counts.count))
        }
        for (index, number) in numbers.enumerated() {
            let counts = bins[index].finished(endNs: endNs, widthNs: total.widthNs).counts
            guard let row = result.firstIndex(where: { $0.number == number }) else { continue }
            for (bin, count) in counts.enumerated() { result[row].counts[bin] += count }
        }
        return result
    }
}

import TraceCore

/// Estimates from samples what a column costs, each way of writing it.
///
/// Costs are in 1024ths of a bit for each event, and integers throughout: they decide what is
/// written, and the same events must always give the same choice.
struct ColumnCost {
    private var estimate = EntropyEstimate()
    private var samples = [UInt64](repeating: 0, count: EntropyEstimate.samplesMax)
    private var differences = [UInt64](repeating: 0, count: EntropyEstimate.samplesMax)

    /// Costs of a column as values less `base`, and as zigzags of differences.
    ///
    /// - Complexity: O(1): at most `EntropyEstimate.samplesMax` values are looked at.
    mutating func plain(
        _ values: [Int64], _ range: Range<Int>, base: Int64
    ) -> (offset: Int, delta: Int) {
        let (count, step) = Self.sampling(range.count)
        guard count > 0 else { return (0, 0) }
        var index = range.lowerBound + 1
        for sample in 0..<count {
            samples[sample] = UInt64(bitPattern: values[index] &- base)
            differences[sample] = Zigzag.encode(values[index] &- values[index - 1])
            index += step
        }
        return (
            estimate.cost(samples, count: count) / count,
            estimate.cost(differences, count: count) / count
        )
    }

    /// The smaller of a column's plain costs.
    ///
    /// - Complexity: O(range).
    mutating func best(_ values: [Int64], _ range: Range<Int>) -> Int {
        best(values, range, BytePlanes.bounds(values, range))
    }

    /// As the other, for a column whose bounds are known.
    mutating func best(
        _ values: [Int64], _ range: Range<Int>, _ bounds: (min: Int64, max: Int64)
    ) -> Int {
        guard bounds.min < bounds.max else { return 0 }
        let costs = plain(values, range, base: bounds.min)
        return min(costs.offset, costs.delta)
    }

    /// Cost of some places in a list.
    ///
    /// - Complexity: O(1).
    mutating func places(_ places: [UInt8], _ range: Range<Int>) -> Int {
        let (count, step) = Self.sampling(range.count)
        guard count > 0 else { return 0 }
        var index = range.lowerBound + 1
        for sample in 0..<count {
            samples[sample] = UInt64(places[index])
            index += step
        }
        return estimate.cost(samples, count: count) / count
    }

    /// Cost of a column combined with the values that it refers to.
    ///
    /// - Parameters:
    ///   - source: Position of the source's first value among the values.
    ///   - start: Position of the column's first event among the references.
    /// - Complexity: O(1).
    mutating func combined(
        _ values: [Int64], _ range: Range<Int>, source: Int, base: Int64, references: [Int32],
        at start: Int
    ) -> Int {
        let (count, step) = Self.sampling(range.count)
        guard count > 0 else { return 0 }
        var index = 1
        for sample in 0..<count {
            let event = Int(references[start + index])
            let other = event < 0 ? base : values[source + event]
            samples[sample] = UInt64(bitPattern: values[range.lowerBound + index] ^ other)
            index += step
        }
        return estimate.cost(samples, count: count) / count
    }

    /// How many samples of a column are taken, from its second value on, and how far apart.
    private static func sampling(_ events: Int) -> (count: Int, step: Int) {
        guard events >= 4 else { return (0, 1) }
        let count = min(events - 1, EntropyEstimate.samplesMax, max(64, events / 16))
        return (count, (events - 1) / count)
    }
}

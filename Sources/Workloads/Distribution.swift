/// A distribution as a table of quantiles, drawn from with integers only.
struct Distribution: Sendable {
    private let quantiles: [Int32]

    /// Exponential; its unit is the mean.
    static let exponential = Distribution(quantiles: QuantileTables.exponential)
    /// Log-normal with sigma 0.8; its unit is the median.
    static let logNormal = Distribution(quantiles: QuantileTables.logNormal)

    /// A draw, scaled: `bits` are 64 random bits, `unit` is the mean or the median.
    ///
    /// The top 12 bits choose a table entry, the next 12 interpolate towards the following one.
    func draw(_ bits: UInt64, unit: Int64) -> Int64 {
        let position = Int(bits >> 52)
        let fraction = Int64(bits >> 40 & 0xfff)
        let low = Int64(quantiles[position])
        let high = Int64(quantiles[min(position + 1, quantiles.count - 1)])
        let scaled = low + ((high - low) * fraction) >> 12
        let product = unit.multipliedFullWidth(by: scaled)
        return Int64(truncatingIfNeeded: product.high) << 44 | Int64(product.low >> 20)
    }
}

public import TraceCore

/// The range of each quantity in a recording: what a what-if on it can lean on.
public struct RecordedSupport: Sendable {
    /// The ranges, by the quantities' raw values.
    private(set) var ranges = [SupportRange](
        repeating: SupportRange(), count: SupportQuantity.allCases.count)
    private var reader: SupportReader
    let domainCount: Int

    /// Makes the ranges of a recording, before its first event.
    ///
    /// - Parameter domainCount: memory domains of the host.
    public init(domainCount: Int) {
        self.domainCount = domainCount
        reader = SupportReader(domainCount: domainCount)
    }

    /// Takes the next event of the recording; those of the control lane are enough.
    public mutating func consume(_ header: EventHeader, _ values: Span<Int64>) {
        guard let fact = reader.take(header, values) else { return }
        for (quantity, value) in fact.values { ranges[quantity.rawValue].add(value) }
    }
}

/// How much of a what-if lies outside of what its recording shows.
///
/// A value is outside when it is smaller or larger than every value of its quantity in the
/// recording. A batch or spin is outside when one of its values is.
public struct SupportReport: Sendable {
    /// One quantity.
    public struct Row: Equatable, Sendable {
        /// Which.
        public let quantity: SupportQuantity
        /// Its values in the recording.
        public let recorded: SupportRange
        /// Its values in the what-if.
        public internal(set) var whatIf = SupportRange()
        /// Values below the least recorded one, or with nothing recorded.
        public internal(set) var below: UInt64 = 0
        /// Values above the largest recorded one.
        public internal(set) var above: UInt64 = 0
        /// CPU time of the batches and spins that these belong to, in nanoseconds.
        public internal(set) var outsideCPUNs: Int64 = 0

        /// Values outside the recorded range, in millionths; `nil` without values.
        public var outsidePpm: Int64? { share(below + above, of: whatIf.count) }
    }

    /// Above this share what is outside is too much, in millionths.
    public static let warningPpm: Int64 = 50_000

    /// The quantities in their order.
    public private(set) var rows: [Row]
    /// Batches and spins of the what-if.
    public private(set) var reclaims: UInt64 = 0
    /// Those with at least one value outside.
    public private(set) var outsideReclaims: UInt64 = 0
    /// CPU time of all batches and spins, in nanoseconds.
    public private(set) var cpuNs: Int64 = 0
    /// CPU time of those with at least one value outside, in nanoseconds.
    public private(set) var outsideCPUNs: Int64 = 0

    private var reader: SupportReader

    /// Makes the report on a what-if, before its first event.
    public init(on recorded: RecordedSupport) {
        rows = SupportQuantity.allCases.map {
            Row(quantity: $0, recorded: recorded.ranges[$0.rawValue])
        }
        reader = SupportReader(domainCount: recorded.domainCount)
    }

    /// Takes the next event of the what-if.
    public mutating func consume(_ header: EventHeader, _ values: Span<Int64>) {
        guard let fact = reader.take(header, values) else { return }
        var isOutside = false
        for (quantity, value) in fact.values {
            let row = quantity.rawValue
            rows[row].whatIf.add(value)
            let recorded = rows[row].recorded
            guard !recorded.contains(value) else { continue }
            isOutside = true
            if recorded.count > 0, value > recorded.most {
                rows[row].above += 1
            } else {
                rows[row].below += 1
            }
            rows[row].outsideCPUNs &+= fact.cpuNs ?? 0
        }
        guard let factNs = fact.cpuNs else { return }
        reclaims += 1
        cpuNs &+= factNs
        if isOutside {
            outsideReclaims += 1
            outsideCPUNs &+= factNs
        }
    }

    /// Batches and spins outside, in millionths; `nil` where the what-if has none.
    public var outsidePpm: Int64? { share(outsideReclaims, of: reclaims) }

    /// CPU time outside, in millionths; `nil` where the what-if has none.
    public var outsideCPUPpm: Int64? {
        share(UInt64(max(outsideCPUNs, 0)), of: UInt64(max(cpuNs, 0)))
    }

    /// Whether more of it is outside than a result can bear.
    public var isWeak: Bool {
        max(outsidePpm ?? 0, outsideCPUPpm ?? 0) > Self.warningPpm
    }
}

/// A part in millionths, rounded up so that little is not nothing; `nil` of nothing.
private func share(_ part: UInt64, of whole: UInt64) -> Int64? {
    guard whole > 0 else { return nil }
    let scaled = UInt128(part) * 1_000_000 + UInt128(whole) - 1
    return Int64(clamping: scaled / UInt128(whole))
}

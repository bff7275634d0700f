/// Counts over time for each domain and each CPU, in the bins of a common total.
struct PlaceBins {
    private var domains: BinTable
    private var cpus: BinTable
    /// By number of a place, a domain and a CPU of it, its rows in both tables.
    private var rows: [(domain: Int, cpu: Int)] = []
    private var widthNs: Int64

    /// Makes bins like those of the total.
    init(like total: TimeBins) {
        domains = BinTable(binLimit: Int(total.limit))
        cpus = domains
        widthNs = total.widthNs
    }

    /// Takes note of a place before events are counted there; a new one has the lowest number that
    /// is free.
    mutating func meet(_ place: Int, domain: Int32, cpu: Int32) {
        guard place == rows.count else { return }
        rows.append((domains.row(of: domain), cpus.row(of: cpu)))
    }

    /// Counts events.
    ///
    /// - Parameters:
    ///   - place: number of the place.
    ///   - bin: the event's bin in the total, whose bins are `widthNs` wide.
    @inline(__always)
    mutating func add(_ place: Int, _ bin: Int, widthNs: Int64, times: UInt64) {
        if widthNs != self.widthNs { widen(to: widthNs) }
        domains.add(rows[place].domain, bin, times)
        cpus.add(rows[place].cpu, bin, times)
    }

    /// Joins neighbours until bins have a width; those of the total were doubled so often.
    private mutating func widen(to widthNs: Int64) {
        while self.widthNs < widthNs {
            let (width, overflow) = self.widthNs.multipliedReportingOverflow(by: 2)
            self.widthNs = overflow ? .max : width
            domains.joinNeighbours()
            cpus.joinNeighbours()
        }
    }

    /// Completes the bins of the total by those of places.
    ///
    /// - Parameter mostBins: the most bins of the total that there ever were.
    func finish(_ total: inout FailuresOverTime, mostBins: Int) {
        var bins = self
        bins.widen(to: total.widthNs)
        let mostBins = max(mostBins, total.counts.count)
        total.byDomain = bins.domains.finished(bins: total.counts.count, mostBins: mostBins)
        total.byCPU = bins.cpus.finished(bins: total.counts.count, mostBins: mostBins)
        total.domainsWithoutBins = UInt64(domains.count - total.byDomain.count)
        total.cpusWithoutBins = UInt64(cpus.count - total.byCPU.count)
    }
}

/// Bins of domains or of CPUs.
///
/// Memory follows the bins and rows that there are and stays bounded. The rows met first have bins:
/// so many, a power of two, as times the bins are no more than the limit. The others are counted.
private struct BinTable {
    private static let cellLimit = 1_048_576

    /// The most bins, but for the one of the last instant.
    private let binLimit: Int
    /// The domains or CPUs by their row.
    private var index = KeyIndex()
    /// The rows that have bins.
    private var rowLimit = cellLimit
    /// The rows that there are cells for, a power of two.
    private var room = 8
    /// Bin after bin with a cell for each row.
    private var cells: [UInt64] = []

    init(binLimit: Int) { self.binLimit = binLimit }

    /// How many domains or CPUs were met.
    var count: Int { index.keys.count }

    mutating func row(of number: Int32) -> Int { index.index(of: Int64(number)) ?? .max }

    @inline(__always)
    mutating func add(_ row: Int, _ bin: Int, _ times: UInt64) {
        guard row < rowLimit else { return }
        if row >= room || bin * room >= cells.count {
            makeRoom(row, bin)
            guard row < rowLimit else { return }
        }
        cells[bin * room + row] += times
    }

    @inline(never)
    private mutating func makeRoom(_ row: Int, _ bin: Int) {
        let bins = max(bin + 1, cells.count / room)
        rowLimit = min(rowLimit, Self.rows(besides: min(bins, binLimit)))
        var room = room
        while room <= row, room < rowLimit { room *= 2 }
        setRoom(min(room, rowLimit))
        let missing = bins * self.room - cells.count
        cells.append(contentsOf: repeatElement(0, count: missing))
    }

    /// How many rows fit beside so many bins: a power of two.
    private static func rows(besides bins: Int) -> Int {
        let rows = cellLimit / max(bins, 1)
        return 1 << (Int.bitWidth - 1 - rows.leadingZeroBitCount)
    }

    private mutating func setRoom(_ room: Int) {
        guard room != self.room else { return }
        var moved = [UInt64](repeating: 0, count: cells.count / self.room * room)
        for bin in 0..<cells.count / self.room {
            for row in 0..<min(room, self.room) {
                moved[bin * room + row] = cells[bin * self.room + row]
            }
        }
        cells = moved
        self.room = room
    }

    /// Joins the bins 0 and 1, 2 and 3 and so on.
    mutating func joinNeighbours() {
        let bins = cells.count / room
        for bin in 0..<bins {
            for row in 0..<room {
                let count = cells[bin * room + row]
                cells[bin * room + row] = 0
                cells[bin / 2 * room + row] += count
            }
        }
        cells.removeLast(bins / 2 * room)
    }

    /// The bins of the rows that have some, ascending by number, so many as the total has.
    func finished(bins count: Int, mostBins: Int) -> [PlaceOverTime] {
        index.keys.prefix(min(rowLimit, Self.rows(besides: mostBins))).enumerated()
            .map { row, number in
                var counts = [UInt64](repeating: 0, count: count)
                // Cells may still have a bin of its own for the last instant.
                for (bin, cell) in stride(from: row, to: cells.count, by: room).enumerated() {
                    counts[min(bin, count - 1)] += cells[cell]
                }
                return PlaceOverTime(number: number, counts: counts)
            }
            .sorted { $0.number < $1.number }
    }
}

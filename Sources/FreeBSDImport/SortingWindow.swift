/// Puts items in the order of their times; those of one time keep the order of arrival.
///
/// A binary heap.
struct SortingWindow {
    private struct Entry {
        var item: DtraceItem
        let arrival: UInt64

        func isBefore(_ other: Entry) -> Bool {
            (item.timeNs, arrival) < (other.item.timeNs, other.arrival)
        }
    }

    private var entries: [Entry] = []
    private var arrivals: UInt64 = 0

    var count: Int { entries.count }

    /// The time of the first item, or `nil` without items.
    var firstTimeNs: Int64? { entries.first?.item.timeNs }

    /// Adds an item.
    ///
    /// - Complexity: O(log n).
    mutating func add(_ item: DtraceItem) {
        arrivals += 1
        entries.append(Entry(item: item, arrival: arrivals))
        var child = entries.count - 1
        while child > 0, entries[child].isBefore(entries[(child - 1) / 2]) {
            entries.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Takes the first item out.
    ///
    /// - Complexity: O(log n).
    mutating func takeFirst() -> DtraceItem? {
        guard let first = entries.first else { return nil }
        let last = entries.removeLast()
        if !entries.isEmpty {
            entries[0] = last
            sink()
        }
        return first.item
    }

    private mutating func sink() {
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < entries.count && entries[child].isBefore(entries[least]) {
                least = child
            }
            if least == parent { return }
            entries.swapAt(least, parent)
            parent = least
        }
    }
}

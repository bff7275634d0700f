/// A binary heap of things due at a virtual time; equal times leave in the order of entry.
///
/// - Complexity: O(log n) to insert and to remove.
struct TimedQueue<Element: Sendable>: Sendable {
    private struct Entry: Sendable {
        let timeNs: Int64
        let number: UInt64
        let element: Element

        func precedes(_ other: Entry) -> Bool {
            timeNs != other.timeNs ? timeNs < other.timeNs : number < other.number
        }
    }

    private var heap: [Entry] = []
    private var nextNumber: UInt64 = 0

    var count: Int { heap.count }
    var firstTimeNs: Int64? { heap.first?.timeNs }

    mutating func insert(_ element: Element, at timeNs: Int64) {
        let entry = Entry(timeNs: timeNs, number: nextNumber, element: element)
        nextNumber += 1
        heap.append(entry)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard entry.precedes(heap[parent]) else { break }
            heap[child] = heap[parent]
            child = parent
        }
        heap[child] = entry
    }

    mutating func removeFirst() -> Element {
        let first = heap[0]
        let last = heap.removeLast()
        if !heap.isEmpty { sink(last) }
        return first.element
    }

    private mutating func sink(_ entry: Entry) {
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, heap[child + 1].precedes(heap[child]) { child += 1 }
            guard heap[child].precedes(entry) else { break }
            heap[parent] = heap[child]
            parent = child
        }
        heap[parent] = entry
    }
}

import TraceCore

/// The new sequence numbers of an input's latest events, by their old ones.
///
/// Control events are kept apart, because they are few and are what causes mostly name.
struct CauseWindow {
    /// How many events of each lane are known.
    static let eventCount = 1 << 16

    /// The latest events of one lane.
    private struct Ring {
        // A ring buffer, and in it ascending pairs.
        private var olds: [UInt64] = []
        private var news: [UInt64] = []
        private var next = 0
        private let capacity: Int

        init(capacity: Int) { self.capacity = capacity }

        mutating func append(_ old: UInt64, _ new: UInt64) {
            if olds.count < capacity {
                olds.append(old)
                news.append(new)
                return
            }
            olds[next] = old
            news[next] = new
            next = next + 1 == capacity ? 0 : next + 1
        }

        func new(_ old: UInt64) -> UInt64? {
            var low = 0
            var high = olds.count
            while low < high {
                let middle = (low + high) / 2
                if olds[place(middle)] < old { low = middle + 1 } else { high = middle }
            }
            guard low < olds.count, olds[place(low)] == old else { return nil }
            return news[place(low)]
        }

        private func place(_ position: Int) -> Int {
            let place = next + position
            return place >= olds.count ? place - olds.count : place
        }
    }

    private var control: Ring
    private var data: Ring

    init(eventCount: Int) {
        control = Ring(capacity: eventCount)
        data = Ring(capacity: eventCount)
    }

    /// Takes the next event; old numbers rise.
    mutating func append(_ old: UInt64, _ new: UInt64, _ lane: Lane) {
        if lane == .control { control.append(old, new) } else { data.append(old, new) }
    }

    /// The new number of an event, `nil` where it is too far back or was never there.
    ///
    /// - Complexity: O(log events).
    func new(_ old: UInt64) -> UInt64? { control.new(old) ?? data.new(old) }
}

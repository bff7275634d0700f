/// Numbers for the slots of new content: groups of neighbours, given out again when a whole group
/// is free.
///
/// So a recording of any length uses about as many numbers as there are slots in use. A stream of
/// requests fills one group after the other; with groups of 512 each is an extent, which a
/// reservation can hold.
struct SlotPool: Sendable {
    /// Slots of a group.
    let groupSlots: Int
    private let firstSlot: Int
    /// Slots in use by group, from the group of `firstSlot` on.
    private var inUse: [Int16] = []
    private var freeGroups: [Int32] = []
    /// By stream: the group it fills, -1 for none, and how many of its slots it has taken.
    private var open: [(group: Int, taken: Int)]

    /// - Parameter firstSlot: numbers below are not the pool's.
    init(above firstSlot: Int, groupSlots: Int, streams: Int) {
        self.groupSlots = groupSlots
        self.firstSlot = (firstSlot + groupSlots - 1) / groupSlots * groupSlots
        open = [(group: Int, taken: Int)](repeating: (-1, 0), count: streams)
    }

    /// The first of `count` neighbours in one group.
    ///
    /// Programmer error: `count` is not in 1...groupSlots.
    mutating func take(_ count: Int, stream: Int = 0) -> Int {
        precondition((1...groupSlots).contains(count), "slots are taken within a group")
        if open[stream].group < 0 || open[stream].taken + count > groupSlots {
            closeGroup(of: stream)
            open[stream] = (takeGroup(), 0)
        }
        let group = open[stream].group
        let first = firstSlot + group * groupSlots + open[stream].taken
        open[stream].taken += count
        inUse[group] += Int16(count)
        if open[stream].taken == groupSlots { closeGroup(of: stream) }
        return first
    }

    /// Gives one slot back; a slot that is not the pool's is ignored.
    mutating func giveBack(_ slot: Int) {
        guard slot >= firstSlot else { return }
        let group = (slot - firstSlot) / groupSlots
        inUse[group] -= 1
        let isOpen = open.contains { $0.group == group }
        if inUse[group] == 0, !isOpen { freeGroups.append(Int32(group)) }
    }

    private mutating func takeGroup() -> Int {
        if let free = freeGroups.popLast() { return Int(free) }
        inUse.append(0)
        return inUse.count - 1
    }

    private mutating func closeGroup(of stream: Int) {
        let group = open[stream].group
        open[stream] = (-1, 0)
        if group >= 0, inUse[group] == 0 { freeGroups.append(Int32(group)) }
    }
}

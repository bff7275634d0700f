/// Numbers for the slots of new content: groups of 64, given out again when all 64 are free.
///
/// So a recording of any length uses about as many numbers as there are slots in use.
struct SlotPool: Sendable {
    static let groupSlots = 64

    private let firstSlot: Int
    /// Slots in use by group, from the group of `firstSlot` on.
    private var inUse: [UInt8] = []
    private var freeGroups: [Int32] = []

    /// - Parameter firstSlot: numbers below are not the pool's.
    init(above firstSlot: Int) {
        self.firstSlot = (firstSlot + Self.groupSlots - 1) / Self.groupSlots * Self.groupSlots
    }

    /// The first of `count` free neighbours in one group; `count` is at most 64.
    mutating func take(_ count: Int) -> Int {
        precondition((1...Self.groupSlots).contains(count), "a group has 64 slots")
        let group: Int
        if let free = freeGroups.popLast() {
            group = Int(free)
        } else {
            group = inUse.count
            inUse.append(0)
        }
        inUse[group] = UInt8(count)
        return firstSlot + group * Self.groupSlots
    }

    /// Gives one slot back; a slot that is not the pool's is ignored.
    mutating func giveBack(_ slot: Int) {
        guard slot >= firstSlot else { return }
        let group = (slot - firstSlot) / Self.groupSlots
        inUse[group] -= 1
        if inUse[group] == 0 { freeGroups.append(Int32(group)) }
    }
}

/// A counter whose meaning its name tells, as FreeBSD names it (engine specification 10.2).
enum FreeBSDCounter: Equatable {
    case zoneFails
    case zoneAllocations
    case wakeups(domain: Int32)
    case reclaims(domain: Int32)
    case running(domain: Int32)
    case freeCount(domain: Int32)
    case freeBlocks(domain: Int32, order: Int)
    case reservationsBroken

    /// What the names of FreeBSD's counters begin with.
    static let prefixes = [
        "kern.ipc.tls.", "vm.uma.", "vm.phys_free.", "vm.domain.", "vm.reserv.", "vmstat.",
    ]

    /// The counter with a name, or `nil` where it is none that events tell of.
    init?(_ name: String) {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        switch name {
        case "vm.uma.ktls_buffers.stats.fails": self = .zoneFails
        case "vm.uma.ktls_buffers.stats.allocs": self = .zoneAllocations
        case "vm.reserv.broken": self = .reservationsBroken
        default:
            if parts.count == 5, parts[0...2] == ["kern", "ipc", "tls"],
                let domain = Self.number(parts[3], after: "domain")
            {
                switch parts[4] {
                case "wakeups": self = .wakeups(domain: domain)
                case "reclaims": self = .reclaims(domain: domain)
                case "running": self = .running(domain: domain)
                default: return nil
                }
            } else if parts.count == 5, parts[0...1] == ["vm", "domain"],
                parts[3...4] == ["stats", "free_count"],
                let domain = Self.number(parts[2], after: "")
            {
                self = .freeCount(domain: domain)
            } else if parts.count == 5, parts[0...1] == ["vm", "phys_free"],
                let domain = Self.number(parts[2], after: ""),
                Self.number(parts[3], after: "pool") != nil,
                let order = Self.number(parts[4], after: "order"), order < SampleSlot.orders
            {
                self = .freeBlocks(domain: domain, order: Int(order))
            } else {
                return nil
            }
        }
    }

    private static func number(_ text: String, after prefix: String) -> Int32? {
        guard text.hasPrefix(prefix) else { return nil }
        let digits = text.dropFirst(prefix.count)
        guard !digits.isEmpty, digits.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return nil }
        return Int32(digits)
    }

    /// Whether a name comes before another: runs of digits as numbers, the rest by bytes.
    static func isOrdered(_ left: String, _ right: String) -> Bool {
        let one = pieces(left)
        let other = pieces(right)
        for (first, second) in zip(one, other) where first != second {
            if let low = UInt64(first), let high = UInt64(second), low != high {
                return low < high
            }
            return first.utf8.lexicographicallyPrecedes(second.utf8)
        }
        return one.count < other.count
    }

    /// A name cut where digits begin and end.
    private static func pieces(_ name: String) -> [String] {
        var result: [String] = []
        var wasDigit = false
        for character in name.unicodeScalars {
            let isDigit = ("0"..."9").contains(character)
            if result.isEmpty || isDigit != wasDigit { result.append("") }
            result[result.count - 1].unicodeScalars.append(character)
            wasDigit = isDigit
        }
        return result
    }
}

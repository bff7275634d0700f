/// Free-page thresholds of one domain, in pages (engine specification 6).
public struct Thresholds: Equatable, Sendable {
    /// Pages only the interrupt class may take.
    public var interruptFreeMin: Int
    /// Pages the page daemon needs to do its work.
    public var pageoutFreeMin: Int
    /// Pages the normal class leaves untouched.
    public var reserved: Int
    /// Below it the domain is in the severe set.
    public var severe: Int
    /// Below it the domain is in the min set.
    public var min: Int
    /// What the page daemon aims for.
    public var target: Int
    /// Crossing it downward wakes the page daemon.
    public var wakeup: Int
    /// Aim for the length of the inactive queue.
    public var inactiveTarget: Int
    /// Aim of the background laundering.
    public var backgroundLaunderTarget: Int

    /// Thresholds with explicit values, for example read from a real host.
    public init(
        interruptFreeMin: Int, pageoutFreeMin: Int, reserved: Int, severe: Int, min: Int,
        target: Int, wakeup: Int, inactiveTarget: Int = 0, backgroundLaunderTarget: Int = 0
    ) {
        self.interruptFreeMin = interruptFreeMin
        self.pageoutFreeMin = pageoutFreeMin
        self.reserved = reserved
        self.severe = severe
        self.min = min
        self.target = target
        self.wakeup = wakeup
        self.inactiveTarget = inactiveTarget
        self.backgroundLaunderTarget = backgroundLaunderTarget
    }

    /// Computes the thresholds a host sets at boot.
    ///
    /// - Parameters:
    ///   - pageCount: pages of the domain.
    ///   - freeCount: free pages of the domain at boot.
    ///   - clusterPages: pages of one page-out cluster, see ``clusterPages(systemPageCount:)``.
    public init(pageCount: Int, freeCount: Int, clusterPages: Int) {
        let margin = pageCount > 1024 ? 4 + (pageCount - 1024) / 200 : 4
        let pageoutFreeMin = 2 * 65536 / MemoryGeometry.pageBytes + 2
        let reserved = clusterPages + pageoutFreeMin + pageCount / 768
        let target = 4 * margin + reserved
        self.init(
            interruptFreeMin: 2, pageoutFreeMin: pageoutFreeMin, reserved: reserved,
            severe: margin / 2 + reserved, min: margin + reserved, target: target,
            wakeup: target / 10 * 9, inactiveTarget: Swift.min(3 * target / 2, freeCount / 3),
            backgroundLaunderTarget: (target - (margin + reserved)) / 10)
    }

    /// Pages of one page-out cluster on a system with `systemPageCount` pages in all domains.
    public static func clusterPages(systemPageCount: Int) -> Int {
        systemPageCount < 2000 ? 8 : 32
    }
}

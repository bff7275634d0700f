/// The controller that tells a page daemon how many pages are missing: proportional, integral and
/// differential terms in whole numbers (engine specification 4.15 and 13, C4; `subr_pidctrl.c`).
struct PageoutController: Sendable, Equatable {
    /// The free pages to be held, `free_target`.
    let setpointPages: Int
    /// Length of an interval in kernel ticks; updates within one build on each other.
    let intervalTicks: UInt32
    /// Upper bound of the integral.
    let boundPages: Int
    /// Divisors of the three terms.
    let proportionalDivisor: Int
    let integralDivisor: Int
    let differentialDivisor: Int

    /// When the present interval began. A first update within one interval of tick 0 belongs to
    /// the interval of tick 0.
    private(set) var sampleTicks: Int32 = 0
    private(set) var error = 0
    private(set) var oldError = 0
    private(set) var integral = 0
    private(set) var derivative = 0
    /// What the updates of the present interval have asked for.
    private(set) var outputSum = 0

    /// A controller with FreeBSD's divisors and bound for a free target and a clock rate.
    init(targetPages: Int, hz: Int64) {
        self.init(
            setpointPages: targetPages, intervalTicks: UInt32(max(hz / 10, 1)),
            boundPages: 4 * 4 * targetPages, divisors: (3, 4, 8))
    }

    init(
        setpointPages: Int, intervalTicks: UInt32, boundPages: Int,
        divisors: (proportional: Int, integral: Int, differential: Int)
    ) {
        self.setpointPages = setpointPages
        self.intervalTicks = intervalTicks
        self.boundPages = boundPages
        proportionalDivisor = divisors.proportional
        integralDivisor = divisors.integral
        differentialDivisor = divisors.differential
    }

    /// Pages to be freed now.
    ///
    /// - Parameters:
    ///   - freePages: the free count of the domain.
    ///   - ticks: the kernel's clock, which wraps.
    mutating func shortagePages(freePages: Int, ticks: Int32) -> Int {
        var deviation = setpointPages - freePages
        if KernelTicks.elapsed(from: sampleTicks, to: ticks) >= intervalTicks {
            sampleTicks = ticks
            oldError = error
            outputSum = 0
        } else {
            deviation = max(deviation + error, 0)
        }
        error = deviation
        integral = min(max(integral + deviation, 0), boundPages)
        derivative = deviation - oldError
        let raw =
            deviation / proportionalDivisor + integral / integralDivisor
            + derivative / differentialDivisor
        let output = max(raw - outputSum, 0)
        outputSum += output
        return output
    }
}

/// How traffic changes with time, between its lowest share and the peak.
///
/// The raw value is what traces carry.
public enum LoadShape: Int64, Sendable, CaseIterable {
    /// Always the peak.
    case constant = 0
    /// Half of each period at the peak, the other half at the lowest share.
    case square = 1
    /// Rises evenly from the lowest share to the peak in each period, then falls at once.
    case ramp = 2
    /// A sine in each period, from the lowest share over the peak and back.
    case diurnal = 3
    /// The peak at the start of each period for the length of a burst, otherwise the lowest share.
    case burst = 4
    /// The lowest share until a point in time, the peak from then on.
    case step = 5

    /// The name in scenario files.
    public var name: String {
        switch self {
        case .constant: "constant"
        case .square: "square"
        case .ramp: "ramp"
        case .diurnal: "diurnal"
        case .burst: "burst"
        case .step: "step"
        }
    }

    /// The names in the order of their numbers.
    public static var names: [String] { allCases.map(\.name) }
}

import YAMLTrees

/// What a number counts, and so how people write it.
public enum QuantityKind: Sendable, Equatable {
    /// A plain number.
    case number
    /// Something that is on (1) or off (0).
    case onOff
    /// Nanoseconds.
    case time
    /// Millionths of a whole.
    case share
    /// Pages of 4 KiB.
    case pages
    /// Pages of 4 KiB per second.
    case pageRate
    /// Bits per second.
    case bitRate
    /// The number of a ``LoadShape``.
    case shape

    /// The kind of a setting, which the end of its name says.
    ///
    /// - Parameters:
    ///   - name: the name in the header of a trace, such as `period_ns`.
    ///   - range: its allowed values; 0 to 1 is a switch.
    public init(settingNamed name: String, range: ClosedRange<Int64>) {
        self =
            if name == "shape" {
                .shape
            } else if name.hasSuffix("_ns") {
                .time
            } else if name.hasSuffix("_ppm") {
                .share
            } else if name.hasSuffix("_pages_per_second") {
                .pageRate
            } else if name.hasSuffix("_bits_per_second") {
                .bitRate
            } else if name.hasSuffix("_pages") {
                .pages
            } else {
                range == 0...1 ? .onOff : .number
            }
    }
}

/// One unit: `value` of it are `value * numerator / denominator` of what is stored.
struct QuantityUnit: Sendable {
    let name: String
    let numerator: Int64
    let denominator: Int64
    /// Whether the tool itself writes it; others are only read.
    let isWritten: Bool

    init(_ name: String, _ numerator: Int64, over denominator: Int64 = 1, isWritten: Bool = true) {
        self.name = name
        self.numerator = numerator
        self.denominator = denominator
        self.isWritten = isWritten
    }
}

extension QuantityKind {
    /// The units in ascending order of their sizes; none for kinds without a unit.
    var units: [QuantityUnit] {
        switch self {
        case .number, .onOff, .shape: []
        case .time:
            [
                QuantityUnit("ns", 1), QuantityUnit("us", 1000), QuantityUnit("ms", 1_000_000),
                QuantityUnit("s", 1_000_000_000),
                QuantityUnit("min", 60_000_000_000, isWritten: false),
                QuantityUnit("h", 3_600_000_000_000),
            ]
        case .share: [QuantityUnit("ppm", 1, isWritten: false), QuantityUnit("%", 10_000)]
        case .pages: Self.sizes("pages", "")
        case .pageRate: Self.sizes("pages/s", "/s")
        case .bitRate:
            [
                QuantityUnit("b/s", 1), QuantityUnit("kb/s", 1000),
                QuantityUnit("Mb/s", 1_000_000), QuantityUnit("Gb/s", 1_000_000_000),
                QuantityUnit("Tb/s", 1_000_000_000_000, isWritten: false),
            ]
        }
    }

    /// The names of the units, smallest first, for messages.
    var unitNames: String { units.map(\.name).joined(separator: ", ") }

    private static func sizes(_ pages: String, _ end: String) -> [QuantityUnit] {
        [
            QuantityUnit("B" + end, 1, over: 4096, isWritten: false),
            QuantityUnit("KiB" + end, 1, over: 4, isWritten: false),
            QuantityUnit(pages, 1),
            QuantityUnit("MiB" + end, 256), QuantityUnit("GiB" + end, 262_144),
            QuantityUnit("TiB" + end, 268_435_456, isWritten: false),
        ]
    }
}

/// Why a text is not a quantity of its kind.
public enum QuantityError: Error, Sendable, Equatable {
    /// Not a number, or not one of the words that may stand there.
    case notANumber(text: String, expected: String)
    /// A number without a unit.
    case missingUnit(text: String, units: String)
    /// A unit that the kind does not have.
    case unknownUnit(unit: String, units: String)
    /// No whole number of what is counted.
    case inexact(text: String, of: String)
    /// More digits than any value can have.
    case tooLarge(text: String)
}

extension QuantityError: CustomStringConvertible {
    /// One sentence that says what is wrong.
    public var description: String {
        switch self {
        case .notANumber(let text, let expected): "'\(shown(text))' is not \(expected)"
        case .missingUnit(let text, let units): "'\(shown(text))' has no unit, one of \(units)"
        case .unknownUnit(let unit, let units):
            "'\(shown(unit))' is not one of the units \(units)"
        case .inexact(let text, let of): "'\(shown(text))' is not a whole number of \(of)"
        case .tooLarge(let text): "'\(shown(text))' is too large"
        }
    }
}

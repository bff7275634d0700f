/// Which columns of which kinds a reader of events wants.
///
/// Times and sequence numbers of a lane are always read; they are short.
public struct ColumnSelection: Equatable, Sendable {
    /// What is wanted of one kind.
    public struct Columns: Equatable, Sendable {
        /// A bit for each payload column.
        ///
        /// Those behind the 64th are always wanted.
        public var values: UInt64
        /// Whether the CPU is wanted.
        public var hasCPU: Bool
        /// Whether the cause is wanted.
        public var hasCause: Bool

        /// Makes a selection of a kind's columns.
        public init(values: UInt64, hasCPU: Bool, hasCause: Bool) {
            self.values = values
            self.hasCPU = hasCPU
            self.hasCause = hasCause
        }

        /// Whether a column of a section is wanted, counting CPU and cause as the first two.
        public func contains(_ column: Int) -> Bool {
            switch column {
            case 0: hasCPU
            case 1: hasCause
            case 2..<66: values >> UInt64(column - 2) & 1 != 0
            default: true
            }
        }
    }

    // By number of the kind.
    private var kinds: [Columns?] = []

    /// Selects nothing.
    public init() {}

    /// The columns of a kind; `nil` for one whose events are not wanted.
    public subscript(kind: KindID) -> Columns? {
        get {
            let number = Int(kind.rawValue)
            return number < kinds.count ? kinds[number] : nil
        }
        set {
            let number = Int(kind.rawValue)
            while kinds.count <= number { kinds.append(nil) }
            kinds[number] = newValue
        }
    }
}

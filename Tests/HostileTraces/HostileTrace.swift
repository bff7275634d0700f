/// A file that somebody made to do harm, and what has to come of it.
public struct HostileTrace: Sendable {
    /// What reading comes to.
    public enum Outcome: Equatable, Sendable {
        /// It cannot be opened.
        case unreadable
        /// So many events are delivered, and then it is damaged.
        case damaged(afterEvents: Int)
        /// So many events are delivered, and then it is cut off.
        case cut(afterEvents: Int)
        /// Nothing is wrong with it as a file.
        case good(events: Int)
    }

    /// What it is, in a few words.
    public let name: String
    /// The file.
    public let bytes: [UInt8]
    /// What reading it comes to.
    public let outcome: Outcome
    /// What the error says of field and place, in the words of the tool.
    public let says: String
    /// What finds it.
    public enum Check: Equatable, Sendable {
        /// Whoever opens the file and walks through its records.
        case structure
        /// Whoever decodes the lane that it is in.
        case columns
        /// Whoever decompresses snapshots.
        case snapshots
    }

    /// What finds what is wrong.
    public let foundBy: Check

    init(
        _ name: String, _ bytes: [UInt8], _ outcome: Outcome, says: String = "",
        foundBy: Check = .structure
    ) {
        self.name = name
        self.bytes = bytes
        self.outcome = outcome
        self.says = says
        self.foundBy = foundBy
    }

    /// Those that are small and quickly read.
    ///
    /// - Throws: What making them throws.
    public static func small() throws -> [HostileTrace] {
        try declaredSizes() + schemas() + tables() + bombs() + snapshots() + indexes() + blocks()
    }

    /// Those that take long to read without optimization, or are long.
    ///
    /// - Complexity: O(bytes): about 50 MB.
    /// - Throws: What making them throws.
    public static func large() throws -> [HostileTrace] {
        try masses() + fullTables() + largeBombs()
    }
}

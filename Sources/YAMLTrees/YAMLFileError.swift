/// What is wrong with a YAML file, and where.
public struct YAMLFileError: Error, Sendable, Equatable {
    /// A place in the file, counted from 1.
    public struct Position: Sendable, Equatable, Comparable {
        /// The line.
        public let line: Int
        /// The column in Unicode scalars.
        public let column: Int

        /// Whether it comes earlier in the file.
        public static func < (left: Position, right: Position) -> Bool {
            (left.line, left.column) < (right.line, right.column)
        }

        package static let start = Position(line: 1, column: 1)
    }

    /// Where.
    public let position: Position
    /// The key it is about, with the keys around it: `requests.peak`; empty for the file itself.
    public let key: String
    /// What is wrong.
    public let problem: String
    /// What would be right, if there is more to say.
    public let allowed: String?

    package init(_ position: Position, key: String = "", _ problem: String, allowed: String? = nil)
    {
        self.position = position
        self.key = key
        self.problem = problem
        self.allowed = allowed
    }

    /// One line: place, key, what is wrong, what is allowed.
    ///
    /// - Parameter file: the name to show for the file.
    public func sentence(file: String) -> String {
        let about = key.isEmpty ? "" : key + ": "
        let range = allowed.map { "; allowed: " + $0 } ?? ""
        return "\(file):\(position.line):\(position.column): \(about)\(problem)\(range)"
    }
}

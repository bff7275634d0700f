/// Reads the text of a trigger, one character after the other.
struct TriggerParser {
    private let characters: [Character]
    private var position = 0

    private static let units: [(name: String, ns: Int64)] = [
        ("ns", 1), ("us", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000),
        ("min", 60_000_000_000), ("h", 3_600_000_000_000),
    ]

    init(_ text: String) { characters = Array(text) }

    /// A length of time in its largest whole unit; a single one without its number.
    static func text(ofNs ns: Int64) -> String {
        let unit = units.last { ns % $0.ns == 0 } ?? units[0]
        return ns == unit.ns ? unit.name : "\(ns / unit.ns)\(unit.name)"
    }

    mutating func trigger() throws(LiveError) -> DumpTrigger {
        let kind = try name("the name of a kind, or exit")
        if take(".") { return try condition(kind) }
        guard take(">") else { throw needed("> and a count, or . and a column") }
        let count = try self.count()
        guard take("/") else { throw needed("/ and a length of time") }
        let windowNs = try duration()
        guard position == characters.count else { throw needed("the end") }
        return .rate(kind: kind, count: count, windowNs: windowNs)
    }

    private mutating func condition(_ kind: String) throws(LiveError) -> DumpTrigger {
        let column = try name("the name of a column")
        let comparison = try self.comparison()
        let operand = try self.operand()
        guard position == characters.count else { throw needed("the end") }
        return .condition(kind: kind, column: column, comparison, operand)
    }

    // MARK: Parts

    private mutating func name(_ what: String) throws(LiveError) -> String {
        let start = position
        while position < characters.count, Self.isOfName(characters[position]) { position += 1 }
        guard position > start else { throw needed(what) }
        return String(characters[start..<position])
    }

    private mutating func comparison() throws(LiveError) -> DumpTrigger.Comparison {
        // Those of two characters first: they begin like others.
        for length in [2, 1] where position + length <= characters.count {
            let text = String(characters[position..<position + length])
            if let comparison = DumpTrigger.Comparison(rawValue: text) {
                position += length
                return comparison
            }
        }
        throw needed("one of < <= > >= = !=")
    }

    private mutating func operand() throws(LiveError) -> DumpTrigger.Operand {
        let start = position
        let isNegative = take("-")
        let digits = self.digits()
        if !digits.isEmpty, position == characters.count {
            guard let number = Int64((isNegative ? "-" : "") + digits) else {
                position = start
                throw needed("a number of 64 bits")
            }
            return .number(number)
        }
        position = start
        return .label(try name("a number or a label"))
    }

    private mutating func count() throws(LiveError) -> Int {
        let start = position
        let digits = self.digits()
        guard !digits.isEmpty else { throw needed("a count") }
        guard let count = Int(digits), count <= DumpTrigger.countLimit else {
            position = start
            throw needed("a count of at most \(DumpTrigger.countLimit)")
        }
        return count
    }

    private mutating func duration() throws(LiveError) -> Int64 {
        let start = position
        let digits = self.digits()
        let unitStart = position
        while position < characters.count, characters[position].isLetter { position += 1 }
        let name = String(characters[unitStart..<position])
        guard let unit = Self.units.first(where: { $0.name == name }) else {
            position = unitStart
            throw needed("one of ns us ms s min h")
        }
        let number = digits.isEmpty ? 1 : Int64(digits) ?? .max
        let (ns, overflow) = number.multipliedReportingOverflow(by: unit.ns)
        guard !overflow, ns > 0 else {
            position = start
            throw needed("a length of time above 0 and of at most 292 years")
        }
        return ns
    }

    private mutating func digits() -> String {
        let start = position
        while position < characters.count, ("0"..."9").contains(characters[position]) {
            position += 1
        }
        return String(characters[start..<position])
    }

    private mutating func take(_ character: Character) -> Bool {
        guard position < characters.count, characters[position] == character else { return false }
        position += 1
        return true
    }

    private func needed(_ what: String) -> LiveError {
        .triggerSyntax(column: position + 1, needed: what)
    }

    private static func isOfName(_ character: Character) -> Bool {
        character.isLetter || ("0"..."9").contains(character) || "_-:".contains(character)
    }
}

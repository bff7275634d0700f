/// What a JSON value is; a number is told by where it stands.
enum JSONContent {
    case text(String)
    case number(Range<Int>)
    case flag(Bool)
    case null
    case list([JSONTree])
    case object([JSONMember])
}

/// A name and a value of a JSON object.
struct JSONMember {
    var key: String
    var value: JSONTree
}

/// A JSON value with the place of each part.
struct JSONTree {
    var content: JSONContent
    /// Where it starts among the bytes.
    var position: Int

    /// Deeper than any directive.
    private static let depthLimit = 8

    /// Reads the value at a position.
    ///
    /// - Complexity: O(bytes of the value).
    static func read(
        _ line: Span<UInt8>, _ position: inout Int, depth: Int = 1
    ) throws(RecordFault) -> JSONTree {
        JSONScan.skipSpace(line, &position)
        let start = position
        guard depth <= depthLimit else { throw RecordFault(start, "nested too deeply") }
        guard start < line.count else { throw RecordFault(start, "a value is missing here") }
        switch line[start] {
        case UInt8(ascii: "{"):
            return JSONTree(
                content: .object(try members(line, &position, depth)), position: start)
        case UInt8(ascii: "["):
            return JSONTree(content: .list(try items(line, &position, depth)), position: start)
        default:
            switch try JSONScan.scalar(line, &position) {
            case .text(let range, _):
                return JSONTree(content: .text(try text(line, range)), position: start)
            case .number(let range):
                return JSONTree(content: .number(range), position: start)
            case .flag(let flag): return JSONTree(content: .flag(flag), position: start)
            case .null: return JSONTree(content: .null, position: start)
            }
        }
    }

    private static func members(
        _ line: Span<UInt8>, _ position: inout Int, _ depth: Int
    ) throws(RecordFault) -> [JSONMember] {
        position += 1
        var members: [JSONMember] = []
        if JSONScan.take(UInt8(ascii: "}"), line, &position) { return members }
        repeat {
            JSONScan.skipSpace(line, &position)
            let start = position
            let key = try text(line, try JSONScan.text(line, &position).range)
            guard !members.contains(where: { $0.key.utf8.elementsEqual(key.utf8) }) else {
                throw RecordFault(start, field: key, "is there more than once")
            }
            try JSONScan.expect(UInt8(ascii: ":"), line, &position)
            members.append(
                JSONMember(key: key, value: try read(line, &position, depth: depth + 1)))
        } while JSONScan.take(UInt8(ascii: ","), line, &position)
        try JSONScan.expect(UInt8(ascii: "}"), line, &position)
        return members
    }

    private static func items(
        _ line: Span<UInt8>, _ position: inout Int, _ depth: Int
    ) throws(RecordFault) -> [JSONTree] {
        position += 1
        var items: [JSONTree] = []
        if JSONScan.take(UInt8(ascii: "]"), line, &position) { return items }
        repeat {
            items.append(try read(line, &position, depth: depth + 1))
        } while JSONScan.take(UInt8(ascii: ","), line, &position)
        try JSONScan.expect(UInt8(ascii: "]"), line, &position)
        return items
    }

    private static func text(
        _ line: Span<UInt8>, _ range: Range<Int>
    ) throws(RecordFault) -> String {
        let bytes = try JSONScan.unescaped(line, range)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw RecordFault(range.lowerBound, "not UTF-8")
        }
        return text
    }
}

/// Takes an object apart; what is asked for must be there.
struct JSONMembers {
    private let members: [JSONMember]
    private let position: Int

    init(_ tree: JSONTree, _ name: String) throws(RecordFault) {
        guard case .object(let members) = tree.content else {
            throw RecordFault(tree.position, field: name, "is not an object")
        }
        self.members = members
        position = tree.position
    }

    /// The member with a name, or `nil`.
    func optional(_ name: String) -> JSONTree? { members.first { $0.key == name }?.value }

    subscript(_ name: String) -> JSONTree {
        get throws(RecordFault) {
            guard let value = optional(name) else {
                throw RecordFault(position, field: name, "is missing")
            }
            return value
        }
    }

    func text(_ name: String) throws(RecordFault) -> String {
        let value = try self[name]
        guard case .text(let text) = value.content else {
            throw RecordFault(value.position, field: name, "is not a text")
        }
        return text
    }

    func flag(_ name: String) throws(RecordFault) -> Bool {
        let value = try self[name]
        guard case .flag(let flag) = value.content else {
            throw RecordFault(value.position, field: name, "is neither true nor false")
        }
        return flag
    }

    func list(_ name: String) throws(RecordFault) -> [JSONTree] {
        let value = try self[name]
        guard case .list(let items) = value.content else {
            throw RecordFault(value.position, field: name, "is not a list")
        }
        return items
    }

    func signed(_ name: String, _ line: Span<UInt8>) throws(RecordFault) -> Int64 {
        let value = try self[name]
        guard case .number(let range) = value.content,
            let number = CellNumbers.signed(line, range)
        else { throw RecordFault(value.position, field: name, "is not a whole number that fits") }
        return number
    }

    func unsigned(_ name: String, _ line: Span<UInt8>) throws(RecordFault) -> UInt64 {
        let value = try self[name]
        guard case .number(let range) = value.content,
            let number = CellNumbers.unsigned(line, range)
        else { throw RecordFault(value.position, field: name, "is not a whole number that fits") }
        return number
    }
}

import Yams

/// The contents of a YAML file with the place of everything: texts, lists and mappings.
package indirect enum YAMLTree {
    package typealias Position = YAMLFileError.Position
    package typealias Entry = (key: String, keyPosition: Position, value: YAMLTree)

    case text(String, Position)
    case list([YAMLTree], Position)
    case mapping([Entry], Position)

    package var position: Position {
        switch self {
        case .text(_, let position), .list(_, let position), .mapping(_, let position): position
        }
    }

    /// What it is, for messages.
    package var form: String {
        switch self {
        case .text(let text, _): text.isEmpty ? "nothing" : "a single value"
        case .list: "a list"
        case .mapping: "a group of keys"
        }
    }

    /// The largest file that is looked at, in bytes.
    package static let byteLimit = 1 << 20
    /// More levels than any file of the tool has.
    private static let depthLimit = 8

    /// Reads a file.
    ///
    /// - Throws: ``YAMLFileError`` for what is not YAML, and for YAML that no file of the tool needs:
    ///   anchors and aliases, several documents, deep nesting.
    package static func parse(_ bytes: [UInt8]) throws(YAMLFileError) -> YAMLTree {
        let text = try YAMLText.checked(bytes)
        let node: Node?
        do {
            node = try Parser(yaml: text, encoding: .utf8).singleRoot()
        } catch let error as YamlError {
            throw YAMLFileError(error)
        } catch {
            throw YAMLFileError(.start, "not YAML")
        }
        guard let node else { throw YAMLFileError(.start, "the file is empty") }
        return try tree(node, depth: 1)
    }

    private static func tree(_ node: Node, depth: Int) throws(YAMLFileError) -> YAMLTree {
        let place = Position(node.mark)
        guard depth <= depthLimit else { throw YAMLFileError(place, "nested too deeply") }
        switch node {
        case .scalar(let scalar): return .text(scalar.string, place)
        case .sequence(let sequence):
            var items: [YAMLTree] = []
            for item in sequence { items.append(try tree(item, depth: depth + 1)) }
            return .list(items, place)
        case .mapping(let mapping):
            var entries: [Entry] = []
            for (key, value) in mapping {
                guard case .scalar(let name) = key else {
                    throw YAMLFileError(Position(key.mark), "a key is not a single word")
                }
                entries.append(
                    (name.string, Position(key.mark), try tree(value, depth: depth + 1)))
            }
            return .mapping(entries, place)
        case .alias: throw YAMLFileError(place, "aliases are not allowed")
        }
    }
}

extension YAMLFileError.Position {
    fileprivate init(_ mark: Mark?) {
        self.init(line: mark?.line ?? 1, column: mark?.column ?? 1)
    }
}

extension YAMLFileError {
    /// What the YAML library says, in one line.
    fileprivate init(_ error: YamlError) {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            let isTooDeep = problem.hasPrefix("Maximum nesting")
            self.init(
                Position(mark), isTooDeep ? "nested too deeply" : "not YAML: " + problem)
        case .duplicatedKeysInMapping(let names, let context):
            let name = names.first ?? ""
            self.init(Position(context.mark), key: shown(name), "is there more than once")
        case .reader(let problem, _, _, _):
            self.init(.start, "not YAML: " + problem)
        default: self.init(.start, "not YAML")
        }
    }
}

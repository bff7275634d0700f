import ReclaimEngine
import Workloads
import YAMLTrees

/// Makes a scenario of the contents of a file, and remembers where each value stood.
struct ScenarioReader {
    typealias Position = ScenarioFileError.Position

    private var file = ScenarioFile(
        summary: "", scenario: Scenario(name: "", host: Host(domains: []), peakBitsPerSecond: 0),
        model: ModelParameters())
    /// Where keys stood, in the order of the file; the path of a section stands for its first key.
    private var places: [(path: String, position: Position)] = []

    /// Reads the contents of a file.
    mutating func read(_ tree: ScenarioTree) throws(ScenarioFileError) -> ScenarioFile {
        guard case .mapping(let entries, let start) = tree else {
            throw ScenarioFileError(tree.position, "\(tree.form) where keys are expected")
        }
        for entry in entries { try readTop(entry) }
        for key in ScenarioKeys.all where key.isRequired && !isRepeated(key) {
            guard place(of: key.path) == nil else { continue }
            let position = key.section.flatMap { place(of: $0) } ?? start
            throw ScenarioFileError(position, key: key.path, "is missing", allowed: form(of: key))
        }
        guard place(of: "domains") != nil else {
            throw ScenarioFileError(start, key: "domains", "is missing", allowed: Self.domainForm)
        }
        try check()
        return file
    }

    private static let domainForm = "a list of 1 to 64 domains with memory and cpus"

    private mutating func readTop(_ entry: ScenarioTree.Entry) throws(ScenarioFileError) {
        note(entry.key, entry.keyPosition)
        switch entry.key {
        case "name": file.scenario.name = try text(entry.value, "name", ScenarioKeys.nameLimit)
        case "summary": file.summary = try text(entry.value, "summary", ScenarioKeys.summaryLimit)
        case "domains": try readDomains(entry.value)
        case "settings": try readSettings(entry.value)
        case let name where ScenarioKeys.sections.contains(name):
            for inner in try group(entry.value, name) { try readKey(inner, in: name) }
        default: try readKey(entry, in: nil)
        }
    }

    private mutating func readKey(
        _ entry: ScenarioTree.Entry, in section: String?
    ) throws(ScenarioFileError) {
        let key = try self.key(entry, in: section)
        if section != nil { note(key.path, entry.keyPosition) }
        if key.path == "fragmentation.free_blocks" {
            file.scenario.freeBlocks = try freeBlocks(entry.value)
            return
        }
        key.set(try number(entry.value, key), in: &file)
    }

    /// The key of an entry, which must be one of its section.
    private func key(
        _ entry: ScenarioTree.Entry, in section: String?
    ) throws(ScenarioFileError) -> ScenarioKey {
        let keys = ScenarioKeys.keys(in: section)
        if let key = keys.first(where: { $0.name == entry.key }) { return key }
        let known = keys.map(\.name) + (section == nil ? ScenarioKeys.sections : [])
        let nearest = nearestName(to: entry.key, among: known)
        let path = (section.map { $0 + "." } ?? "") + shown(entry.key)
        throw ScenarioFileError(
            entry.keyPosition, key: path,
            "unknown key" + (nearest.map { ", did you mean \($0)?" } ?? ""),
            allowed: known.joined(separator: ", "))
    }

    // MARK: Lists

    private mutating func readDomains(_ tree: ScenarioTree) throws(ScenarioFileError) {
        guard case .list(let items, let position) = tree, (1...64).contains(items.count) else {
            throw ScenarioFileError(
                tree.position, key: "domains", "\(count(tree))", allowed: Self.domainForm)
        }
        var domains: [Host.Domain] = []
        var nextPage: Int64 = 65_536
        for item in items {
            let values = try numbers(item, in: "domains", ["memory", "cpus", "first_page"])
            guard let pages = values[0], let cpus = values[1] else { continue }
            let firstPage = values[2] ?? nextPage
            if let before = domains.last, firstPage < Int64(before.firstPage + before.pageCount) {
                throw ScenarioFileError(
                    item.position, key: "domains.first_page",
                    "domain \(domains.count) begins at page \(firstPage), before the end of the "
                        + "one before it", allowed: "from \(before.firstPage + before.pageCount)")
            }
            domains.append(
                Host.Domain(
                    firstPage: Int(firstPage), pageCount: Int(pages), cpuCount: Int(cpus)))
            // The next one begins at a whole 256 MiB.
            nextPage = (firstPage + pages + 65_535) / 65_536 * 65_536
        }
        guard domains.count == items.count else {
            throw ScenarioFileError(position, key: "domains", "is incomplete")
        }
        file.scenario.host = Host(domains: domains)
    }

    private mutating func readSettings(_ tree: ScenarioTree) throws(ScenarioFileError) {
        guard case .list(let items, _) = tree, items.count <= ScenarioKeys.settingLimit else {
            throw ScenarioFileError(
                tree.position, key: "settings", "\(count(tree))",
                allowed: "a list of at most \(ScenarioKeys.settingLimit) with at, name and value")
        }
        for item in items {
            var name = ""
            var nameText: ScenarioTree?
            for entry in try group(item, "settings") where entry.key == "name" {
                name = try text(entry.value, "settings.name", 200)
                nameText = entry.value
            }
            let values = try numbers(item, in: "settings", ["at", "value"])
            guard let position = nameText?.position, let timeNs = values[0],
                let value = values[1]
            else {
                throw ScenarioFileError(item.position, key: "settings.name", "is missing")
            }
            do {
                file.scenario.settings.append(
                    try TimedSetting(checking: name, value, timeNs: timeNs))
            } catch {
                throw ScenarioFileError(position, key: "settings.name", "\(error)")
            }
        }
    }

    /// The numbers of a group in a list, in the order of `names`; those it need not have may be
    /// `nil`.
    private func numbers(
        _ tree: ScenarioTree, in section: String, _ names: [String]
    ) throws(ScenarioFileError) -> [Int64?] {
        var values = [Int64?](repeating: nil, count: names.count)
        for entry in try group(tree, section) {
            let key = try self.key(entry, in: section)
            guard let position = names.firstIndex(of: key.name) else { continue }
            values[position] = try number(entry.value, key)
        }
        for (name, value) in zip(names, values) where value == nil {
            for key in ScenarioKeys.keys(in: section) where key.name == name && key.isRequired {
                throw ScenarioFileError(
                    tree.position, key: key.path, "is missing", allowed: form(of: key))
            }
        }
        return values
    }

    private func freeBlocks(_ tree: ScenarioTree) throws(ScenarioFileError) -> [[Int]] {
        let path = "fragmentation.free_blocks"
        let form = "for each domain a list of 13 numbers, blocks of order 0 to 12"
        guard case .list(let lists, _) = tree, (1...64).contains(lists.count) else {
            throw ScenarioFileError(tree.position, key: path, "\(count(tree))", allowed: form)
        }
        let key = ScenarioKeys.keys(in: "fragmentation").first { $0.path == path }
        guard let key else { preconditionFailure("there is a key \(path)") }
        var blocks: [[Int]] = []
        for list in lists {
            guard case .list(let items, _) = list, items.count == 13 else {
                throw ScenarioFileError(list.position, key: path, "\(count(list))", allowed: form)
            }
            var counts: [Int] = []
            for item in items { counts.append(Int(try number(item, key))) }
            blocks.append(counts)
        }
        return blocks
    }

    // MARK: Single values

    private func number(
        _ tree: ScenarioTree, _ key: ScenarioKey
    ) throws(ScenarioFileError) -> Int64 {
        guard case .text(let text, let position) = tree, !text.isEmpty else {
            throw ScenarioFileError(
                tree.position, key: key.path, "\(tree.form) where one value is expected",
                allowed: key.allowed)
        }
        let value: Int64
        do {
            value = try key.kind.value(of: text, needsUnit: true)
        } catch {
            throw ScenarioFileError(position, key: key.path, "\(error)", allowed: key.allowed)
        }
        guard key.range.contains(value) else {
            throw ScenarioFileError(
                position, key: key.path, "\(shown(text)) is out of range", allowed: key.allowed)
        }
        return value
    }

    private func text(
        _ tree: ScenarioTree, _ path: String, _ byteLimit: Int64
    ) throws(ScenarioFileError) -> String {
        let isName = path != "summary"
        let form = "one line of at most \(byteLimit) bytes"
        guard case .text(let text, let position) = tree, !(isName && text.isEmpty) else {
            throw ScenarioFileError(
                tree.position, key: path, "\(tree.form) where a text is expected", allowed: form)
        }
        let isLine = text.unicodeScalars.allSatisfy {
            switch $0.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: false
            default: true
            }
        }
        guard isLine, text.utf8.count <= byteLimit else {
            throw ScenarioFileError(
                position, key: path, isLine ? "is too long" : "is not one line", allowed: form)
        }
        return text
    }

    private func group(
        _ tree: ScenarioTree, _ path: String
    ) throws(ScenarioFileError) -> [ScenarioTree.Entry] {
        if case .mapping(let entries, _) = tree { return entries }
        // A section whose keys are all commented out.
        if case .text("", _) = tree { return [] }
        throw ScenarioFileError(
            tree.position, key: path, "\(tree.form) where keys are expected",
            allowed: ScenarioKeys.keys(in: path).map(\.name).joined(separator: ", "))
    }

    /// What a value is, with the number of its items.
    private func count(_ tree: ScenarioTree) -> String {
        if case .list(let items, _) = tree { return "a list of \(items.count)" }
        return "\(tree.form) where a list is expected"
    }

    // MARK: The whole

    private mutating func check() throws(ScenarioFileError) {
        if !file.scenario.freeBlocks.isEmpty {
            if let position = place(of: "fragmentation.free") {
                throw ScenarioFileError(
                    position, key: "fragmentation.free",
                    "contradicts free_blocks, which say how much is free",
                    allowed: "one of the two")
            }
            file.scenario.setFreeBlocks(file.scenario.freeBlocks)
        }
        guard let contradiction = file.scenario.contradiction else { return }
        // The one that stands last in the file is named: what stood there before was right.
        let paths = contradiction.fields.map { ScenarioKeys.scenarioKey(named: $0)?.path ?? $0 }
            .map { $0 == "free_blocks" ? "fragmentation.free_blocks" : $0 }
        let last = places.filter { paths.contains($0.path) }.max { $0.position < $1.position }
        throw ScenarioFileError(
            last?.position ?? .start, key: last?.path ?? paths[0], contradiction.problem)
    }

    private mutating func note(_ path: String, _ position: Position) {
        places.append((path, position))
    }

    private func place(of path: String) -> Position? {
        places.first { $0.path == path }?.position
    }

    /// Whether a key stands in each group of a list.
    private func isRepeated(_ key: ScenarioKey) -> Bool {
        key.section == "domains" || key.section == "settings"
    }

    private func form(of key: ScenarioKey) -> String {
        ScenarioKeys.texts.contains(key.path) ? "a text of one line" : key.allowed
    }
}

extension TimedSetting {
    /// A setting that some policy has.
    ///
    /// - Throws: `ParameterError.unknown`, `.outOfRange`.
    init(checking name: String, _ value: Int64, timeNs: Int64) throws(ParameterError) {
        let tunables = PolicyCatalog.all.flatMap(\.tunables).filter { $0.name == name }
        guard let first = tunables.first else { throw .unknown(name: name) }
        guard tunables.contains(where: { $0.range.contains(value) }) else {
            throw .outOfRange(name: name, value: String(value), allowed: first.range)
        }
        self.init(timeNs: timeNs, name: name, value: value)
    }
}

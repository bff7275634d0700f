import TraceStore

/// Names of the files of one recording: `run.ktrace` gives `run.0001.ktrace` and so on.
public struct NumberedNames: Equatable, Sendable {
    private let stem: String
    private let ending: String

    /// Takes the path that was asked for.
    public init(_ path: String) {
        let start = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        if let dot = path.lastIndex(of: "."), dot > start {
            stem = String(path[..<dot])
            ending = String(path[dot...])
        } else {
            stem = path
            ending = ""
        }
    }

    /// The path with a number, of at least four digits.
    public func path(_ number: Int) -> String {
        let digits = String(number)
        let zeros = String(repeating: "0", count: max(0, 4 - digits.count))
        return "\(stem).\(zeros)\(digits)\(ending)"
    }

    /// The number of a path of this recording, whether it is whole or partial; `nil` for others.
    public func number(of path: String) -> Int? {
        var name = Substring(path)
        if name.hasSuffix(PartialFile.suffix) { name = name.dropLast(PartialFile.suffix.count) }
        guard name.hasPrefix(stem + "."), name.hasSuffix(ending) else { return nil }
        let digits = name.dropFirst(stem.count + 1).dropLast(ending.count)
        guard digits.count >= 4, digits.allSatisfy({ ("0"..."9").contains($0) }),
            let number = Int(digits), self.path(number) == name
        else { return nil }
        return number
    }
}

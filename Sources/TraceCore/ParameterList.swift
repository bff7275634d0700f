/// Named settings in ascending order of their names: what a trace says about how it was made.
///
/// The part of a name before the first dot is its group: `scenario` (what arrives, and the host it
/// arrives at), `model` (how the engine computes), `policy`, `host`, `recording`, `source`.
public struct ParameterList: Hashable, Sendable {
    /// The settings, ascending by the bytes of their names, each name once; integers in decimal.
    public private(set) var entries: [TextPair] = []

    /// Makes an empty list.
    public init() {}

    /// Makes a list from pairs; a later pair replaces an earlier one of the same name.
    public init(_ pairs: [(String, String)]) {
        for (name, value) in pairs { self[name] = value }
    }

    /// Makes a list from pairs; a later pair replaces an earlier one of the same name.
    public init(_ pairs: [TextPair]) {
        for pair in pairs { self[pair.key] = pair.value }
    }

    /// The value with a name; setting `nil` removes it.
    ///
    /// - Complexity: O(log n) to read, O(n) to change.
    public subscript(name: String) -> String? {
        get {
            let position = lowerBound(name)
            guard position < entries.count, entries[position].key == name else { return nil }
            return entries[position].value
        }
        set {
            let position = lowerBound(name)
            let exists = position < entries.count && entries[position].key == name
            switch (exists, newValue) {
            case (true, let value?): entries[position] = TextPair(name, value)
            case (true, nil): entries.remove(at: position)
            case (false, let value?):
                entries.insert(TextPair(name, value), at: position)
            case (false, nil): break
            }
        }
    }

    /// The value with a name as an integer, or `nil` when it is missing or not a decimal number.
    public func integer(_ name: String) -> Int64? { self[name].flatMap { Int64($0) } }

    /// Sets an integer.
    public mutating func set(_ name: String, _ value: Int64) { self[name] = String(value) }

    /// The settings of one group, for example `"scenario"`.
    public func group(_ group: String) -> [TextPair] {
        entries.filter { $0.key.hasPrefix(group + ".") }
    }

    private func lowerBound(_ name: String) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            // Bytes, not Unicode collation: the order is part of the file format.
            if entries[middle].key.utf8.lexicographicallyPrecedes(name.utf8) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }
}

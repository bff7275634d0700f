import TraceCore

extension EventSchema {
    /// The kinds with these names, in the order of the schema.
    ///
    /// - Throws: A usage error for a name that no kind has.
    func kinds(named names: [String]) throws(CommandFailure) -> [EventKind] {
        for name in names where kind(named: name) == nil {
            let all = kinds.map(\.name).joined(separator: ", ")
            throw CommandFailure(.usage, "there is no kind \(name); there are: \(all)")
        }
        return kinds.filter { names.contains($0.name) }
    }
}

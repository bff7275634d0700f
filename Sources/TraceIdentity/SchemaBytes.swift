import TraceCore

/// The canonical bytes of a schema, or of its kinds with one role.
enum SchemaBytes {
    /// Adds the kinds with the wanted roles to a digest.
    ///
    /// - Complexity: O(schema).
    static func add(_ schema: EventSchema, roles: [Role], to digest: inout Digest) {
        let kinds = schema.kinds.filter { roles.contains($0.role) }
        digest.update(UInt64(kinds.count))
        for kind in kinds {
            digest.update(UInt64(kind.id.rawValue))
            digest.update(UInt64(kind.lane.rawValue))
            digest.update(UInt64(kind.role.rawValue))
            digest.update(kind.name)
            digest.update(kind.meaning)
            digest.update(UInt64(kind.columns.count))
            for column in kind.columns { add(column, to: &digest) }
        }
    }

    private static func add(_ column: Column, to digest: inout Digest) {
        digest.update(column.name)
        digest.update(UInt64(column.unit.rawValue))
        switch column.type {
        case .integer: digest.update(0 as UInt64)
        case .flag: digest.update(1 as UInt64)
        case .bits: digest.update(2 as UInt64)
        case .label(let labels):
            digest.update(3 as UInt64)
            digest.update(UInt64(labels.count))
            for label in labels { digest.update(label) }
        case .text: digest.update(4 as UInt64)
        }
    }
}

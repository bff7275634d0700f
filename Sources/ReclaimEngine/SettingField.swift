/// One number of a group of settings, by its name.
public struct SettingField<Owner>: Sendable {
    /// The name without the group; its end says the unit (`_ns`, `_ppm`, `_pages`).
    public let name: String
    /// Where the value is stored.
    public let path: any WritableKeyPath<Owner, Int64> & Sendable
    /// The allowed values.
    public let range: ClosedRange<Int64>
    /// One line on what it is.
    public let summary: String

    /// Names a number.
    public init(
        _ name: String, _ path: any WritableKeyPath<Owner, Int64> & Sendable,
        _ range: ClosedRange<Int64>, _ summary: String
    ) {
        self.name = name
        self.path = path
        self.range = range
        self.summary = summary
    }

    /// Changes a number of a group by its name.
    ///
    /// - Throws: `ParameterError.unknown`, `.outOfRange`.
    public static func change(
        _ name: String, to value: Int64, of owner: inout Owner, fields: [Self], group: String
    ) throws(ParameterError) {
        let fullName = group + "." + name
        guard let field = fields.first(where: { $0.name == name }) else {
            throw .unknown(name: fullName)
        }
        guard field.range.contains(value) else {
            throw .outOfRange(name: fullName, value: String(value), allowed: field.range)
        }
        owner[keyPath: field.path] = value
    }
}

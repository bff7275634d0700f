/// What a kernel says about one of its tracepoints: a tracefs file `events/SYSTEM/NAME/format`.
public struct EventFormat: Sendable {
    /// No kernel's file is longer.
    public static let bytesMax = 1 << 20
    /// No kernel's event has more.
    public static let fieldsMax = 512

    /// The tracepoint's name.
    public let name: String
    /// The number that stands in records of this boot.
    public let id: Int
    /// All fields, those that all events share first.
    public let fields: [RecordField]
    /// How the kernel prints a record.
    public let print: PrintFormat

    /// Reads the file.
    ///
    /// What its `print fmt` has that is not understood leaves single arguments without a value; it
    /// is no error.
    ///
    /// - Parameter constants: values of names that the kernel does not export; see
    ///   `KernelConstants`.
    /// - Complexity: O(bytes).
    /// - Throws: `description`.
    public init(
        _ bytes: [UInt8], constants: [String: Int64] = KernelConstants.unexported
    ) throws(KernelTraceError) {
        var name = ""
        var id: Int?
        var fields: [RecordField] = []
        var print: ArraySlice<UInt8> = []
        var lines = TextLines(bytes)
        func fail(_ problem: DescriptionProblem) -> KernelTraceError {
            .description(name: name, line: max(1, lines.number), problem: problem)
        }
        guard bytes.count <= Self.bytesMax else { throw fail(.tooLong) }
        while let line = lines.next().map(trimmed) {
            if let text = rest(line, after: "name:") {
                name = string(trimmed(text).prefix(128))
            } else if let text = rest(line, after: "ID:") {
                id = decimal(trimmed(text), atMost: Int(UInt16.max))
                guard id != nil else { throw fail(.noNumber) }
            } else if line.starts(with: "field:".utf8) {
                guard let field = FieldLine.read(line) else { throw fail(.badField) }
                guard fields.count < Self.fieldsMax else { throw fail(.tooManyFields) }
                fields.append(field)
            } else if let text = rest(line, after: "print fmt:") {
                // The rest of the file: some formats are broken over several lines.
                print = bytes[text.startIndex...]
                break
            }
        }
        guard !name.isEmpty else { throw fail(.noName) }
        guard let id else { throw fail(.noNumber) }
        self.name = name
        self.id = id
        self.fields = fields
        self.print = PrintFormat(print, fields: fields, constants: constants)
    }

    /// The field of a name, or `nil`.
    ///
    /// - Complexity: O(fields).
    public func field(_ name: String) -> RecordField? { fields.first { $0.name == name } }
}

/// The formats of all events of a recording.
public struct EventFormats: Sendable {
    /// The formats in the order in which they were added.
    public private(set) var list: [EventFormat] = []
    /// Where the number of an event stands in every record.
    public private(set) var typePlace = NumberPlace(offset: 0, size: 2, isSigned: false)
    /// Where the process number stands in every record, or `nil` where no format has it.
    public private(set) var pidPlace: NumberPlace?
    private var positions: [Int32] = []

    /// Makes an empty set.
    public init() {}

    /// Adds a format.
    ///
    /// The same event may come twice; it is kept once.
    ///
    /// - Throws: `description` where another event has the same number.
    public mutating func add(_ format: EventFormat) throws(KernelTraceError) {
        if let position = position(format.id) {
            guard list[position].name == format.name else {
                throw .description(name: format.name, line: 1, problem: .sameNumber(format.id))
            }
            return
        }
        if let place = format.field("common_type")?.number { typePlace = place }
        if let place = format.field("common_pid")?.number { pidPlace = place }
        if positions.count <= format.id {
            positions += [Int32](repeating: -1, count: format.id + 1 - positions.count)
        }
        positions[format.id] = Int32(list.count)
        list.append(format)
    }

    /// The position of an event's format in `list`, or `nil` for a number that no format has.
    public func position(_ id: Int) -> Int? {
        guard positions.indices.contains(id), positions[id] >= 0 else { return nil }
        return Int(positions[id])
    }
}

/// Names in `print fmt` texts whose values no kernel exports.
public enum KernelConstants {
    /// The reasons of throttling (`enum vmscan_throttle_state`, the same since Linux 5.16): the
    /// kernel prints their names, but its format file holds the names in place of the numbers.
    public static let unexported: [String: Int64] = [
        "VMSCAN_THROTTLE_WRITEBACK": 0, "VMSCAN_THROTTLE_ISOLATED": 1,
        "VMSCAN_THROTTLE_NOPROGRESS": 2, "VMSCAN_THROTTLE_CONGESTED": 3,
    ]
}

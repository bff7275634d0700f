public import TraceCore
public import YAMLTrees

/// What the bytes of a row mean, for files of rows of one size.
public struct RowSchema: Sendable, Equatable {
    /// Its name.
    public var name: String
    /// One line on where such rows come from.
    public var summary: String
    /// Length of a row in bytes.
    public var rowBytes: Int
    /// The kinds of events that rows become.
    public var events: EventSchema

    var time: RowTime
    var domain: RowNumber
    var cpu: RowNumber
    /// The field that tells the kind; `nil` where there is one kind only.
    var selector: RowField?
    var kinds: [RowKind]

    /// Reads a schema file.
    ///
    /// - Complexity: O(bytes).
    /// - Throws: ``YAMLFileError``.
    public init(yaml bytes: [UInt8]) throws(YAMLFileError) {
        var reader = RowSchemaReader()
        self = try reader.read(try YAMLTree.parse(bytes))
    }

    init(
        name: String, summary: String, rowBytes: Int, events: EventSchema, time: RowTime,
        domain: RowNumber, cpu: RowNumber, selector: RowField?, kinds: [RowKind]
    ) {
        self.name = name
        self.summary = summary
        self.rowBytes = rowBytes
        self.events = events
        self.time = time
        self.domain = domain
        self.cpu = cpu
        self.selector = selector
        self.kinds = kinds
    }

    /// The schemas that come with the tool.
    public static let all: [RowSchema] = [file(PackageResources.neutral_stream_yaml)]

    /// The schema of the tool with a name, or `nil`.
    public static func named(_ name: String) -> RowSchema? { all.first { $0.name == name } }

    /// A file that is part of the program; tests read each of them.
    private static func file(_ bytes: [UInt8]) -> RowSchema {
        do {
            return try RowSchema(yaml: bytes)
        } catch {
            preconditionFailure(error.sentence(file: "row schema"))
        }
    }
}

/// An integer at a fixed place of every row, little endian.
struct RowField: Sendable, Equatable {
    /// Where it starts in the row, in bytes.
    var offset: Int
    /// Length in bytes: 1, 2, 4 or 8.
    var width: Int
    var isSigned: Bool

    /// The types as schema files name them.
    static let types: [(name: String, width: Int, isSigned: Bool)] = [
        ("u8", 1, false), ("u16", 2, false), ("u32", 4, false), ("u64", 8, false),
        ("i8", 1, true), ("i16", 2, true), ("i32", 4, true), ("i64", 8, true),
    ]
}

/// A number that a row holds, or that is the same for all.
enum RowNumber: Sendable, Equatable {
    case field(RowField)
    case constant(Int64)
}

/// Where a row's time is, and how it becomes ns since the start of the trace.
struct RowTime: Sendable, Equatable {
    /// How clock units become ns.
    enum Scale: Sendable, Equatable {
        case multiply(UInt64)
        case hertz(UInt64)
    }

    var field: RowField
    var scale: Scale
    /// The clock's time at the start of the trace, in its own units; `nil` for the first row's.
    var origin: Int64?
    /// What the clock is, such as `mono` or `wall`; empty where it is not known.
    var clock: String
}

/// One kind of rows and the events that they become.
struct RowKind: Sendable, Equatable {
    /// What a column of the events holds.
    enum Source: Sendable, Equatable {
        case number(RowNumber)
        /// A text that is the same for all.
        case text(String)
        /// The text at the field's position in a list; other numbers become decimal texts.
        case texts(RowField, [String])
    }

    /// The selector's values; empty where there is no selector.
    var values: [Int64]
    var number: UInt16
    var sources: [Source]
    /// For each column whether it holds unsigned bits.
    var isBits: [Bool]
}

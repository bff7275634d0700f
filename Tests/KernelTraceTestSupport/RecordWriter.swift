/// Makes the format file and the records of one tracepoint.
public struct RecordWriter: Sendable {
    /// One field: its declaration without the name, the name, and its place.
    public struct Field: Sendable {
        let type: String
        let name: String
        let offset: Int
        let size: Int
        let isSigned: Bool

        /// Makes a field; `char` arrays have their length in the name.
        public init(
            _ type: String, _ name: String, _ offset: Int, _ size: Int,
            signed isSigned: Bool = false
        ) {
            self.type = type
            self.name = name
            self.offset = offset
            self.size = size
            self.isSigned = isSigned
        }

        var bareName: String { String(name.prefix { $0 != "[" }) }
        var isText: Bool { type.hasPrefix("__data_loc") || name.hasSuffix("]") }
    }

    /// The tracepoint's name and number.
    public let name: String
    /// The number in its records.
    public let id: Int
    private let fields: [Field]
    private let print: String
    private let pidOffset: Int

    /// Makes a tracepoint whose records begin with the usual common fields.
    ///
    /// - Parameter pidOffset: where `common_pid` is; old kernels have further fields.
    public init(
        _ name: String, id: Int, _ fields: [Field], print: String, pidOffset: Int = 4
    ) {
        self.name = name
        self.id = id
        self.fields = fields
        self.print = print
        self.pidOffset = pidOffset
    }

    /// The names of fields that are numbers, the common ones left out.
    public var numbers: [String] { fields.filter { !$0.isText }.map(\.bareName) }
    /// The names of fields that are texts.
    public var texts: [String] { fields.filter(\.isText).map(\.bareName) }

    /// The file `format`.
    public var format: [UInt8] {
        let common = [
            Field("unsigned short", "common_type", 0, 2),
            Field("unsigned char", "common_flags", 2, 1),
            Field("unsigned char", "common_preempt_count", 3, 1),
            Field("int", "common_pid", pidOffset, 4, signed: true),
        ]
        let lines = (common + fields).map { field in
            "\tfield:\(field.type) \(field.name);\toffset:\(field.offset);\tsize:\(field.size);"
                + "\tsigned:\(field.isSigned ? 1 : 0);"
        }
        return Array(
            "name: \(name)\nID: \(id)\nformat:\n\(lines.joined(separator: "\n"))\n\nprint fmt: \(print)\n"
                .utf8)
    }

    /// A record; numbers and texts by field name, the name's length in brackets left out.
    public func record(
        pid: Int32, _ numbers: [String: Int64], texts: [String: String] = [:]
    ) -> [UInt8] {
        let end = fields.map { $0.offset + $0.size }.max() ?? 0
        var bytes = [UInt8](repeating: 0, count: max(pidOffset + 4, end))
        put(Int64(id), at: 0, 2, &bytes)
        put(Int64(pid), at: pidOffset, 4, &bytes)
        for field in fields {
            let name = field.bareName
            if let number = numbers[name] { put(number, at: field.offset, field.size, &bytes) }
            guard let text = texts[name] else { continue }
            if field.type.hasPrefix("__data_loc") {
                put(
                    Int64(text.utf8.count + 1) << 16 | Int64(bytes.count), at: field.offset, 4,
                    &bytes)
                bytes += Array(text.utf8) + [0]
            } else if field.size == 0 {
                bytes += Array(text.utf8) + [0]
            } else {
                for (place, byte) in text.utf8.prefix(field.size).enumerated() {
                    bytes[field.offset + place] = byte
                }
            }
        }
        return bytes
    }

    private func put(_ value: Int64, at offset: Int, _ size: Int, _ bytes: inout [UInt8]) {
        for byte in 0..<size {
            bytes[offset + byte] = UInt8(truncatingIfNeeded: value >> Int64(byte * 8))
        }
    }
}

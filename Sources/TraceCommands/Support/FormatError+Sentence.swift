import TraceFormat

extension FormatError {
    /// What is wrong with a file, in words, with the place.
    var sentence: String {
        switch self {
        case .notATrace: "not a ktls-trace file"
        case .isSummary: "is a summary, not a trace; analyze, diff and merge take it"
        case .unsupportedVersion(let major, let minor):
            "format version \(major).\(minor); this version reads \(FormatVersion.major) only"
        case .unknownFeatures(let bits):
            "needs features this version does not have (bits 0x\(String(bits, radix: 16)))"
        case .unknownRecord(let type, let offset):
            "record of unknown type \(type) at offset \(offset)"
        case .misplacedRecord(let type, let offset):
            "record of type \(type) in the wrong place at offset \(offset)"
        case .notARecord(let offset): "no record at offset \(offset)"
        case .truncated(let field, let offset, let needed, let available):
            "\(field) at offset \(offset) needs \(needed) bytes, \(available) are there"
        case .reservedBits(let field, let offset):
            "reserved bits set in \(field) at offset \(offset)"
        case .checksum(let field, let offset, let stored, let computed):
            "checksum of \(field) at offset \(offset) is \(hex(computed)), stored \(hex(stored))"
        case .limit(let field, let offset, let value, let limit):
            "\(field) at offset \(offset) is \(value), above the limit of \(limit)"
        case .invalidValue(let field, let offset, let value):
            "\(field) at offset \(offset) may not be \(value)"
        case .invalidText(let field, let offset):
            "\(field) at offset \(offset) is not UTF-8 text"
        case .mismatch(let field, let offset, let found, let expected):
            "\(field) at offset \(offset) is \(found), must be \(expected)"
        case .order(let field, let offset): "\(field) goes back at offset \(offset)"
        case .frame(let field, let offset):
            "\(field) at offset \(offset) does not decompress to its length"
        case .identity(let name, let offset):
            "the \(name) in the footer at offset \(offset) is not that of the events"
        case .trailingBytes(let offset, let count):
            "\(count) bytes follow the footer at offset \(offset)"
        }
    }

    /// Whether the file is a trace of a version read here, with something wrong inside.
    var isDamage: Bool {
        switch self {
        case .notATrace, .isSummary, .unsupportedVersion, .unknownFeatures, .unknownRecord: false
        default: true
        }
    }

    private func hex(_ value: UInt32) -> String { "0x" + String(value, radix: 16) }
}

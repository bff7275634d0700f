import TraceCore

// How the schema's choices are spelled in preambles.
extension Lane {
    var word: String { self == .control ? "control" : "data" }
}

extension Role {
    var word: String {
        switch self {
        case .input: "input"
        case .derived: "derived"
        case .sample: "sample"
        case .note: "note"
        }
    }
}

extension ColumnType {
    var word: String {
        switch self {
        case .integer: "integer"
        case .flag: "flag"
        case .bits: "bits"
        case .label: "label"
        case .text: "text"
        }
    }
}

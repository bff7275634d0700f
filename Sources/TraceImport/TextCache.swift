import TraceCore

/// String numbers of names and texts that occur again and again.
struct TextCache {
    /// Texts that are found without their bytes; further ones are looked up each time.
    private static let textsMax = 1 << 16
    /// Bytes of a text that are kept; longer ones are cut.
    private static let textBytesMax = 512

    private var names: [TaskName: Int64] = [:]
    private var texts = ByteTable(capacity: textsMax)
    private var numbers: [Int64] = []
    private var rendered: [RenderedKey: Int64] = [:]
    /// Numbers of the fixed texts, -1 for those that have none yet.
    private var fixed = [Int64](repeating: -1, count: FixedText.allCases.count)
    /// All texts by number.
    private(set) var strings = StringTable()

    /// The number of one of the mapper's own texts.
    mutating func number(_ text: FixedText) -> Int64 {
        if fixed[text.rawValue] < 0 { fixed[text.rawValue] = strings.intern(text.text) }
        return fixed[text.rawValue]
    }

    /// The number of a task name.
    mutating func number(_ name: TaskName) -> Int64 {
        if let number = names[name] { return number }
        let number = strings.intern(name.text)
        if names.count < Self.textsMax { names[name] = number }
        return number
    }

    /// The number of an event's text, or of the empty text.
    mutating func number(_ bytes: Span<UInt8>, _ text: (some HostText)?) -> Int64 {
        guard let text else { return strings.intern("") }
        return text.number(in: bytes, &self)
    }

    /// The number of a part of a line.
    mutating func number(_ line: Span<UInt8>, _ range: Range<Int>) -> Int64 {
        guard !range.isEmpty else { return strings.intern("") }
        let cut = range.prefix(Self.textBytesMax)
        guard let entry = texts.number(line, cut) else {
            return strings.intern(lineText(line, cut))
        }
        if entry == numbers.count { numbers.append(strings.intern(texts.text(entry))) }
        return numbers[entry]
    }

    /// The number of a text that a value of a record stands for, or `nil` where it is new.
    func known(_ key: RenderedKey) -> Int64? { rendered[key] }

    /// Takes in the text that a value of a record stands for.
    mutating func add(_ key: RenderedKey, _ text: String) -> Int64 {
        let number = number(text)
        if rendered.count < Self.textsMax { rendered[key] = number }
        return number
    }

    /// The number of a text that is not expected to come again, or is one of a few.
    mutating func number(_ text: String) -> Int64 { strings.intern(cut(text)) }

    private func cut(_ text: String) -> String {
        text.utf8.count <= Self.textBytesMax
            ? text : String(decoding: text.utf8.prefix(Self.textBytesMax), as: UTF8.self)
    }
}

/// Texts that the mapper itself puts into events.
enum FixedText: Int, CaseIterable {
    case compaction, kswapd, directReclaim
    case nextRound, sleep, reclaimed, nothing
    case deferred, deferCompaction, deferReset

    var text: String {
        switch self {
        case .compaction: "compaction"
        case .kswapd: "kswapd"
        case .directReclaim: "direct_reclaim"
        case .nextRound: "next_round"
        case .sleep: "sleep"
        case .reclaimed: "reclaimed"
        case .nothing: "nothing"
        case .deferred: "deferred"
        case .deferCompaction: "defer_compaction"
        case .deferReset: "defer_reset"
        }
    }
}

/// A value of a record that is shown as a text: which event, which field, and the value.
struct RenderedKey: Hashable {
    let event: Int32
    let key: Int32
    let value: Int64
}

/// A part of a line as a string.
func lineText(_ line: Span<UInt8>, _ range: Range<Int>) -> String {
    String(decoding: range.map { line[$0] }, as: UTF8.self)
}

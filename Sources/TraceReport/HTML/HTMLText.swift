import TraceAnalysis

/// Text and numbers as HTML shows them.
enum HTMLText {
    /// Text of a trace, whatever it holds, as text of an element or of a quoted attribute; cut
    /// where it is longer than a table can show.
    ///
    /// - Parameter breaksAtBars: whether a line may break behind `|`, as in sets of flags.
    /// - Complexity: O(bytes).
    static func escaped(
        _ text: String, bytes: Int = HTMLBounds.textBytes, breaksAtBars: Bool = false
    ) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            let piece = escaped(scalar, breaksAtBars)
            guard result.utf8.count + piece.utf8.count <= bytes else { return result + "\u{2026}" }
            result += piece
        }
        return result
    }

    private static func escaped(_ scalar: Unicode.Scalar, _ breaksAtBars: Bool) -> String {
        switch scalar {
        case "&": "&amp;"
        case "<": "&lt;"
        case ">": "&gt;"
        case "\"": "&quot;"
        case "'": "&#39;"
        case "|" where breaksAtBars: "|<wbr>"
        // Marks that reverse what is shown after them.
        case "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}": "?"
        default: TextSafe.isControl(scalar) ? "?" : String(scalar)
        }
    }

    /// JSON as the content of a script element: no end of the element, no begin of a comment, and
    /// without indentation.
    ///
    /// Both stay the same JSON: `<` stands only inside of strings there, and so may be escaped;
    /// line breaks stand only outside of them.
    ///
    /// - Complexity: O(length).
    static func embedded(_ json: String) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(json.utf8.count)
        var isIndent = false
        for byte in json.utf8 {
            switch byte {
            case UInt8(ascii: "\n"): isIndent = true
            case UInt8(ascii: " ") where isIndent: break
            case UInt8(ascii: "<"):
                isIndent = false
                result += Array(#"\u003c"#.utf8)
            default:
                isIndent = false
                result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// A time with a narrow space before its unit.
    static func time(_ ns: Int64, digits: Int = 4, trimsZeros: Bool = false) -> String {
        if ns == 0 { return "0" }
        let text = ScaledText.time(ns, digits: digits, trimsZeros: trimsZeros)
        guard let unit = text.firstIndex(where: \.isLetter) else { return text }
        let name = text[unit...] == "us" ? "\u{B5}s" : String(text[unit...])
        return text[..<unit] + "\u{202F}" + name
    }

    /// A rate given per 1000 s as a rate per second, with decimals where it is small.
    static func rate(_ per1000Seconds: Int64) -> String {
        per1000Seconds < 100_000
            ? ScaledText.rate(per1000Seconds) : count(per1000Seconds / 1_000) + "/s"
    }

    /// A number in the unit of a metric.
    static func metric(_ value: Int64, _ unit: MetricUnit) -> String {
        switch unit {
        case .nanoseconds: time(value)
        case .count, .pages, .blocks: count(value)
        case .millionths, .per1000Seconds, .pageMicroseconds: ComparisonText.value(value, unit)
        }
    }

    /// A change in the unit of a metric, with its sign.
    static func change(_ value: Int64, _ unit: MetricUnit) -> String {
        (value > 0 ? "+" : "") + metric(value, unit)
    }

    /// A number with its digits in groups of three.
    static func count(_ number: some BinaryInteger) -> String {
        let digits = Array(String(number).reversed())
        var result = ""
        for (position, digit) in digits.enumerated() {
            if position > 0, position % 3 == 0, digit != "-" { result.append("\u{202F}") }
            result.append(digit)
        }
        return String(result.reversed())
    }
}

/// A cell of a table, or any other number: what is shown, and where the JSON report has it.
struct HTMLValue {
    /// HTML.
    var shown: String
    /// The way to the number in the JSON report; `nil` for what is no number of it.
    var path: String? = nil
    /// The number as the JSON report has it; empty for null.
    var value = ""
    var isNumber = true
    /// Whether it is long and may break into lines.
    var isSentence = false

    /// Text that is no number.
    static func text(_ text: String) -> HTMLValue {
        HTMLValue(
            shown: text.isEmpty
                ? "(none)" : HTMLText.escaped(text, breaksAtBars: true),
            path: nil, isNumber: false)
    }

    /// HTML made here.
    static func html(_ html: String) -> HTMLValue {
        HTMLValue(shown: html, path: nil, isNumber: false)
    }

    /// A number; a dash where it is not known.
    static func number(
        _ value: Int64?, _ path: String, _ show: (Int64) -> String = { HTMLText.count($0) }
    ) -> HTMLValue {
        HTMLValue(
            shown: value.map(show) ?? "\u{2013}", path: path,
            value: value.map { String($0) } ?? "")
    }

    /// A count.
    static func count(_ value: some BinaryInteger, _ path: String) -> HTMLValue {
        HTMLValue(shown: HTMLText.count(value), path: path, value: String(value))
    }

    /// A duration or instant in ns.
    static func time(_ ns: Int64?, _ path: String) -> HTMLValue {
        number(ns, path) { HTMLText.time($0) }
    }

    /// A number in the unit of a metric.
    static func metric(_ value: Int64?, _ unit: MetricUnit, _ path: String) -> HTMLValue {
        number(value, path) { HTMLText.metric($0, unit) }
    }

    /// A change in the unit of a metric, with its sign.
    static func change(_ value: Int64?, _ unit: MetricUnit, _ path: String) -> HTMLValue {
        number(value, path) { HTMLText.change($0, unit) }
    }

    /// The attributes that a test reads, and a reader under the pointer.
    var attributes: String {
        guard let path else { return "" }
        return " data-path=\"\(path)\" data-value=\"\(value)\""
    }

    /// As part of a text.
    var inline: String {
        path == nil ? shown : "<span\(attributes)>\(shown)</span>"
    }
}

/// HTML under construction.
struct HTMLWriter {
    private(set) var text = ""

    /// Adds HTML as a line of its own.
    mutating func line(_ html: String) { text += html + "\n" }

    /// A heading that can be linked to.
    mutating func heading(_ title: String, id: String) {
        line("<h2 id=\"\(id)\">\(title)</h2>")
    }

    /// A short explanation.
    mutating func note(_ html: String) { line("<p class=\"note\">\(html)</p>") }

    /// A table, where it has rows; the first cell of a row is its heading. Its caption says how many
    /// rows are not shown.
    ///
    /// - Complexity: O(cells).
    mutating func table(
        _ caption: String, _ titles: [String], _ rows: [[HTMLValue]], most: Int = HTMLBounds.rows
    ) {
        guard let first = rows.first else { return }
        let cut = rows.count > most ? ", the first \(most) of \(rows.count)" : ""
        line("<div class=\"scroll\"><table><caption>\(caption)\(cut)</caption><thead><tr>")
        for (title, cell) in zip(titles, first) {
            line("<th scope=\"col\"\(cell.isNumber ? " class=\"n\"" : "")>\(title)</th>")
        }
        line("</tr></thead><tbody>")
        for row in rows.prefix(most) {
            text += "<tr>"
            for (position, cell) in row.enumerated() {
                let tag = position == 0 ? "th scope=\"row\"" : "td"
                let style =
                    cell.isNumber ? " class=\"n\"" : cell.isSentence ? " class=\"text\"" : ""
                text += "<\(tag)\(style)\(cell.attributes)>\(cell.shown)</\(tag.prefix(2))>"
            }
            line("</tr>")
        }
        line("</tbody></table></div>")
    }

    /// Terms with their values in a row.
    mutating func facts(_ facts: [(String, HTMLValue)]) {
        line("<dl class=\"facts\">")
        for (term, value) in facts {
            line("<div><dt>\(term)</dt><dd\(value.attributes)>\(value.shown)</dd></div>")
        }
        line("</dl>")
    }

    /// A list of what stands for what: a line or a filled box, by its class, and its meaning.
    mutating func legend(_ entries: [(kind: String, label: String)]) {
        line("<ul class=\"legend\">")
        for (kind, label) in entries {
            let mark =
                kind.hasPrefix("curve")
                ? "<path class=\"\(kind)\" d=\"M0 5H30\"/>"
                : "<rect class=\"\(kind)\" width=\"30\" height=\"10\"/>"
            line(
                "<li><svg viewBox=\"0 0 30 10\" aria-hidden=\"true\">\(mark)</svg>"
                    + "\(label)</li>")
        }
        line("</ul>")
    }

    /// Something that opens on request.
    mutating func details(_ title: String, hint: String, _ body: (inout HTMLWriter) -> Void) {
        line("<details><summary>\(title)<span class=\"hint\">\(hint)</span></summary>")
        body(&self)
        line("</details>")
    }
}

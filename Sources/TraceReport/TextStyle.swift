/// How a text report looks.
public struct TextStyle: Sendable, Equatable {
    /// The width of bars and timelines together with their labels, characters.
    public var width: Int
    /// Whether headings are set off with ANSI escapes, which carry no meaning of their own.
    public var usesColor: Bool
    /// The most rows of a table of names.
    public var topCount: Int

    /// The smallest width that bars fit into.
    public static let narrowest = 40

    /// Makes a style; by default 80 columns, no color, the 10 most frequent names.
    public init(width: Int = 80, usesColor: Bool = false, topCount: Int = 10) {
        self.width = max(width, Self.narrowest)
        self.usesColor = usesColor
        self.topCount = max(topCount, 1)
    }

    func heading(_ text: String) -> String {
        usesColor ? "\u{1B}[1m\(text)\u{1B}[0m" : text
    }
}

/// Lines under construction.
struct TextLines {
    private(set) var text = ""
    let style: TextStyle

    init(_ style: TextStyle) { self.style = style }

    mutating func line(_ line: String = "") {
        var line = line
        while line.hasSuffix(" ") { line.removeLast() }
        text += line + "\n"
    }

    /// A heading with an empty line before it.
    mutating func heading(_ title: String) {
        line()
        line(style.heading(title))
    }

    mutating func lines(_ lines: [String]) {
        for entry in lines { line(entry) }
    }
}

/// How a text report looks.
public struct TextStyle: Sendable, Equatable {
    /// The width of bars and timelines together with their labels, characters.
    public var width: Int
    /// Whether headings are set off with ANSI escapes, which carry no meaning of their own.
    public var usesColor: Bool
    /// Whether shades of pictures have one of 256 colors as well, where color is used.
    public var usesPalette: Bool
    /// The most rows of a table of names.
    public var topCount: Int

    /// The smallest width that bars fit into.
    public static let narrowest = 40

    /// Makes a style; by default 80 columns, no color, the 10 most frequent names.
    public init(
        width: Int = 80, usesColor: Bool = false, usesPalette: Bool = false, topCount: Int = 10
    ) {
        self.width = max(width, Self.narrowest)
        self.usesColor = usesColor
        self.usesPalette = usesColor && usesPalette
        self.topCount = max(topCount, 1)
    }

    /// Shades from the lightest to the darkest; the first stands for nothing.
    static let shades = Array(" .:-=+*#%@")
    /// Their colors in the palette of 256: blue over green to yellow, bright on dark and light.
    private static let palette = [0, 61, 67, 73, 72, 71, 107, 143, 178, 214]

    /// Shades by their numbers in `shades`, as characters and where wanted in color.
    func shaded(_ levels: [Int]) -> String {
        guard usesPalette else { return String(levels.map { Self.shades[$0] }) }
        var text = ""
        var color = 0
        for level in levels {
            if Self.palette[level] != color {
                color = Self.palette[level]
                text += color == 0 ? "\u{1B}[0m" : "\u{1B}[38;5;\(color)m"
            }
            text.append(Self.shades[level])
        }
        return color == 0 ? text : text + "\u{1B}[0m"
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

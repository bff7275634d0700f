/// A foreign text as messages show it: short, without control characters.
package func shown(_ text: String) -> String {
    let limit = 40
    var short = String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit)).map(visible))
    if text.unicodeScalars.count > limit { short += "..." }
    return short
}

private func visible(_ scalar: Unicode.Scalar) -> Character {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: "?"
    default: Character(scalar)
    }
}

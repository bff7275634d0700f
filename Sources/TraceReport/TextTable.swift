/// A table with aligned columns: the first ones to the left, the others to the right.
package struct TextTable {
    private var rows: [[String]]
    private let leftColumns: Int

    /// Starts a table with its column titles.
    package init(_ titles: [String], leftColumns: Int = 1) {
        rows = [titles]
        self.leftColumns = leftColumns
    }

    /// Whether it has rows besides the titles.
    package var isEmpty: Bool { rows.count == 1 }

    /// Adds a row with as many cells as there are titles.
    package mutating func row(_ cells: [String]) {
        precondition(cells.count == rows[0].count, "a row has as many cells as the table titles")
        rows.append(cells)
    }

    /// The lines, indented by two; none when the table is empty.
    ///
    /// - Complexity: O(cells).
    package var lines: [String] {
        guard !isEmpty else { return [] }
        let widths = rows[0].indices.map { column in
            rows.map { $0[column].count }.max() ?? 0
        }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                return column < leftColumns ? cell + padding : padding + cell
            }
            return "  " + cells.joined(separator: "  ")
        }
    }
}

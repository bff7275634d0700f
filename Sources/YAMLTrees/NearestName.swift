/// The name most like a wrong one, or `nil` when none is near: at most a third of its letters may
/// have to change.
///
/// - Complexity: O(names * length of both).
package func nearestName(to wrong: String, among names: [String]) -> String? {
    let wrong = Array(wrong.utf8.prefix(40))
    var nearest: (distance: Int, name: String)?
    for name in names {
        let distance = editDistance(wrong, Array(name.utf8))
        guard distance <= max(wrong.count, name.utf8.count) / 3 + 1 else { continue }
        if distance < nearest?.distance ?? Int.max { nearest = (distance, name) }
    }
    return nearest?.name
}

/// Bytes to insert, remove or replace to make one text of the other.
private func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var row = Array(0...right.count)
    for (position, byte) in left.enumerated() {
        var diagonal = row[0]
        row[0] = position + 1
        for (column, other) in right.enumerated() {
            let replaced = diagonal + (byte == other ? 0 : 1)
            diagonal = row[column + 1]
            row[column + 1] = min(replaced, row[column] + 1, diagonal + 1)
        }
    }
    return row[right.count]
}

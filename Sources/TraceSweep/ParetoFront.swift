/// Which of several choices no other one beats.
public enum ParetoFront {
    /// For each point whether it is on the front: no other point is at least as good in every
    /// coordinate and better in one.
    ///
    /// - Parameter points: Coordinates of which less is better; `nil` is worse than any number. All
    ///   points have as many.
    /// - Complexity: O(points^2 x coordinates).
    public static func members(_ points: [[Int64?]]) -> [Bool] {
        points.map { point in !points.contains { beats($0, point) } }
    }

    private static func beats(_ one: [Int64?], _ other: [Int64?]) -> Bool {
        precondition(one.count == other.count, "points have the same coordinates")
        var isBetter = false
        for (left, right) in zip(one, other) {
            switch (left, right) {
            case (nil, nil): break
            case (nil, _): return false
            case (_, nil): isBetter = true
            case (let left?, let right?):
                if left > right { return false }
                if left < right { isBetter = true }
            }
        }
        return isBetter
    }
}

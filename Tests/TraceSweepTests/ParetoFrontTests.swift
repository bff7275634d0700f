import Testing
import TraceSweep

@Suite struct ParetoFrontTests {
    /// Every set of three points with coordinates 0, 1, 2 and unknown, against the definition.
    @Test func allSmallSets() {
        let values: [Int64?] = [0, 1, 2, nil]
        let points = values.flatMap { x in values.map { [x, $0] } }
        func key(_ value: Int64?) -> Int64 { value ?? .max }
        for a in points {
            for b in points {
                for c in points {
                    let all = [a, b, c]
                    let expected = all.map { point in
                        !all.contains { other in
                            let pairs = zip(other, point).map { (key($0), key($1)) }
                            return pairs.allSatisfy { $0.0 <= $0.1 }
                                && pairs.contains { $0.0 < $0.1 }
                        }
                    }
                    #expect(ParetoFront.members(all) == expected, "\(all)")
                }
            }
        }
    }

    @Test func equalPointsAreOnTheFrontTogether() {
        #expect(ParetoFront.members([[1, 1], [1, 1], [2, 1]]) == [true, true, false])
        #expect(ParetoFront.members([[nil, nil]]) == [true])
        #expect(ParetoFront.members([]).isEmpty)
    }
}

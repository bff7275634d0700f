/// The inner loops between 64-bit values and byte planes.
///
/// A plane holds one byte of each value: plane 0 the lowest. Every function checks its ranges
/// first; the pointers inside then stay within them and do not leave the closure.
enum BytePlanes {
    /// The smallest and the largest of some values.
    ///
    /// - Complexity: O(range).
    static func bounds(_ values: [Int64], _ range: Range<Int>) -> (min: Int64, max: Int64) {
        check(range, values.count)
        return unsafe values.withUnsafeBufferPointer { all in
            var low = unsafe all[range.lowerBound]
            var high = low
            // Pairs, and both of a pair against each other first: so the steps that must wait for
            // one another are half as many.
            var index = range.lowerBound &+ range.count % 2
            while index < range.upperBound {
                let (one, two) = unsafe (all[index], all[index &+ 1])
                low = min(low, min(one, two))
                high = max(high, max(one, two))
                index &+= 2
            }
            return (low, high)
        }
    }

    /// All bits that any value of a range has.
    ///
    /// - Complexity: O(range).
    static func union(_ values: [Int64], _ range: Range<Int>) -> UInt64 {
        check(range, values.count)
        return unsafe values.withUnsafeBufferPointer { all in
            var bits: Int64 = 0
            for index in range { bits |= unsafe all[index] }
            return UInt64(bitPattern: bits)
        }
    }

    /// Writes byte `plane` of every value less `base` to the start of `planes`.
    ///
    /// - Complexity: O(range).
    static func split(
        _ values: [Int64], _ range: Range<Int>, base: Int64, plane: Int,
        into planes: inout [UInt8]
    ) {
        check(range, values.count)
        check(0..<range.count, planes.count)
        let shift = Int64(8 * plane)
        unsafe values.withUnsafeBufferPointer { all in
            unsafe planes.withUnsafeMutableBufferPointer { out in
                for index in 0..<range.count {
                    let value = unsafe all[range.lowerBound &+ index] &- base
                    unsafe out[index] = UInt8(truncatingIfNeeded: value &>> shift)
                }
            }
        }
    }

    /// Whether the first `count` bytes are all the same.
    ///
    /// - Complexity: O(count).
    static func isConstant(_ plane: [UInt8], count: Int) -> Bool {
        check(0..<count, plane.count)
        return unsafe plane.withUnsafeBufferPointer { bytes in
            guard count > 0 else { return true }
            let first = unsafe bytes[0]
            var start = 0
            while start < count {
                // In stretches, so that the loop has no exit and yet a varied plane is left early.
                let end = min(start + 256, count)
                var difference: UInt8 = 0
                for index in start..<end { unsafe difference |= bytes[index] ^ first }
                if difference != 0 { return false }
                start = end
            }
            return true
        }
    }

    /// Copies bytes from `start` on to `target`, from `place` on.
    ///
    /// - Complexity: O(count).
    static func copy(
        _ bytes: [UInt8], at start: Int, count: Int, into target: inout [UInt8], at place: Int
    ) {
        check(start..<start + count, bytes.count)
        check(place..<place + count, target.count)
        unsafe bytes.withUnsafeBufferPointer { source in
            unsafe target.withUnsafeMutableBufferPointer { out in
                for index in 0..<count { unsafe out[place &+ index] = source[start &+ index] }
            }
        }
    }

    /// Writes the zigzags of the differences between neighbours to the start of `deltas`; the
    /// first one repeats the second.
    ///
    /// - Complexity: O(range).
    static func differences(
        _ values: [Int64], _ range: Range<Int>, into deltas: inout [Int64]
    ) {
        check(range, values.count)
        check(0..<range.count, deltas.count)
        guard range.count > 1 else { return }
        unsafe values.withUnsafeBufferPointer { all in
            unsafe deltas.withUnsafeMutableBufferPointer { out in
                var before = unsafe all[range.lowerBound]
                for index in 1..<range.count {
                    let value = unsafe all[range.lowerBound &+ index]
                    let delta = value &- before
                    unsafe out[index] = (delta &<< 1) ^ (delta &>> 63)
                    before = value
                }
                unsafe out[0] = out[1]
            }
        }
    }

    /// Room for values that are written before they are read: what is never written takes no
    /// memory where the system gives pages when they are touched.
    ///
    /// - Parameter kept: So many values are copied from the start of `values`.
    /// - Complexity: O(kept).
    static func room(for count: Int, keeping kept: Int, of values: [Int64]) -> [Int64] {
        check(0..<kept, min(count, values.count))
        return unsafe [Int64](unsafeUninitializedCapacity: count) { room, initialized in
            // Any bits are a value, and the buffer has so many.
            for index in 0..<kept { unsafe room[index] = values[index] }
            initialized = count
        }
    }

    /// Sets a range of values to `base`.
    ///
    /// - Complexity: O(range).
    static func fill(_ base: Int64, _ values: inout [Int64], _ range: Range<Int>) {
        check(range, values.count)
        unsafe values.withUnsafeMutableBufferPointer { all in
            for index in range { unsafe all[index] = base }
        }
    }

    /// Sums distances up: each value becomes the one before, plus `step`, plus its distance; the
    /// first becomes `first` plus its distance.
    ///
    /// - Returns: Whether no distance was negative and no sum above `first` by more than `span`.
    /// - Complexity: O(range).
    static func sum(
        _ values: inout [Int64], _ range: Range<Int>, from first: Int64, within span: UInt64,
        step: UInt64
    ) -> Bool {
        check(range, values.count)
        // Distances so short cannot overflow together, so that the last sum tells of all.
        let isShort = range.count <= 1 << 16 && union(values, range) < 1 << 46 && step <= 1
        return unsafe values.withUnsafeMutableBufferPointer { all in
            var value = first
            if isShort, let last = range.last {
                value &-= Int64(bitPattern: step)
                for index in range {
                    unsafe value &+= all[index] &+ Int64(bitPattern: step)
                    unsafe all[index] = value
                }
                return unsafe UInt64(bitPattern: all[last] &- first) <= span
            }
            var left = span
            var isWrong = false
            // The step before the first value does not count.
            var skipped: UInt64 = 0
            for index in range {
                let distance = unsafe UInt64(bitPattern: all[index])
                isWrong = isWrong || left < skipped || left &- skipped < distance
                left &-= skipped &+ distance
                value &+= Int64(bitPattern: skipped &+ distance)
                unsafe all[index] = value
                skipped = step
            }
            return !isWrong
        }
    }

    /// Adds how often each number occurs among some values to `counts`.
    ///
    /// - Returns: Whether all values have a place in `counts`; otherwise the counts mean nothing.
    /// - Complexity: O(range).
    static func count(_ values: [Int64], _ range: Range<Int>, into counts: inout [Int]) -> Bool {
        check(range, values.count)
        let limit = UInt64(counts.count)
        return unsafe values.withUnsafeBufferPointer { all in
            unsafe counts.withUnsafeMutableBufferPointer { places in
                for index in range {
                    let value = unsafe UInt64(bitPattern: all[index])
                    guard value < limit else { return false }
                    unsafe places[Int(truncatingIfNeeded: value)] &+= 1
                }
                return true
            }
        }
    }

    /// Sets a range of values to the numbers from `first` on that another range lacks.
    ///
    /// - Parameters:
    ///   - taken: Where the numbers to leave out are: rising, from `first` on, and at most as many
    ///     left out before the last of them as the range has room for.
    /// - Complexity: O(range + taken).
    static func complement(
        from first: UInt64, without taken: Range<Int>, _ values: inout [Int64],
        _ range: Range<Int>
    ) {
        check(range, values.count)
        check(taken, values.count)
        unsafe values.withUnsafeMutableBufferPointer { all in
            var next = range.lowerBound
            var number = first
            for index in taken {
                let end = unsafe UInt64(bitPattern: all[index])
                let stop = next &+ Int(truncatingIfNeeded: end &- number)
                precondition(stop >= next && stop <= range.upperBound, "the numbers fit the range")
                // Stretches are short: four at once, and what is too much is written over.
                while next < stop {
                    if next &+ 4 <= range.upperBound {
                        for step in 0..<4 {
                            unsafe all[next &+ step] = Int64(bitPattern: number) &+ Int64(step)
                        }
                    } else {
                        for step in 0..<stop &- next {
                            unsafe all[next &+ step] = Int64(bitPattern: number) &+ Int64(step)
                        }
                    }
                    next &+= 4
                    number &+= 4
                }
                next = stop
                number = end &+ 1
            }
            while next < range.upperBound {
                unsafe all[next] = Int64(bitPattern: number)
                next &+= 1
                number &+= 1
            }
        }
    }

    /// Sets a range of values to `base` plus a plane's bytes, shifted to their place.
    ///
    /// - Complexity: O(range).
    static func assign(
        _ bytes: [UInt8], at start: Int, plane: Int, base: Int64, _ values: inout [Int64],
        _ range: Range<Int>
    ) {
        check(start..<start + range.count, bytes.count)
        check(range, values.count)
        let shift = Int64(8 * plane)
        unsafe bytes.withUnsafeBufferPointer { source in
            unsafe values.withUnsafeMutableBufferPointer { all in
                for index in 0..<range.count {
                    let byte = unsafe Int64(source[start &+ index])
                    unsafe all[range.lowerBound &+ index] = base &+ (byte &<< shift)
                }
            }
        }
    }

    /// Adds a plane's bytes, shifted to their place, to a range of values.
    ///
    /// - Complexity: O(range).
    static func accumulate(
        _ bytes: [UInt8], at start: Int, plane: Int, _ values: inout [Int64], _ range: Range<Int>
    ) {
        check(start..<start + range.count, bytes.count)
        check(range, values.count)
        let shift = Int64(8 * plane)
        unsafe bytes.withUnsafeBufferPointer { source in
            unsafe values.withUnsafeMutableBufferPointer { all in
                for index in 0..<range.count {
                    let byte = unsafe Int64(source[start &+ index])
                    unsafe all[range.lowerBound &+ index] &+= byte &<< shift
                }
            }
        }
    }

    /// Turns zigzags of differences into values, the first one `base` plus the first difference.
    ///
    /// - Complexity: O(range).
    static func integrate(_ values: inout [Int64], _ range: Range<Int>, base: Int64) {
        check(range, values.count)
        unsafe values.withUnsafeMutableBufferPointer { all in
            var value = base
            for index in range {
                let code = unsafe UInt64(bitPattern: all[index])
                value &+= Int64(bitPattern: (code &>> 1) ^ (0 &- (code & 1)))
                unsafe all[index] = value
            }
        }
    }

    /// Copies a range of values to every `stride`-th place of `target`, from `start` on.
    ///
    /// - Complexity: O(range).
    static func spread(
        _ values: [Int64], _ range: Range<Int>, into target: inout [Int64], at start: Int,
        stride: Int
    ) {
        guard !range.isEmpty else { return }
        check(range, values.count)
        check(start..<start + (range.count - 1) * stride + 1, target.count)
        unsafe values.withUnsafeBufferPointer { all in
            unsafe target.withUnsafeMutableBufferPointer { out in
                var place = start
                for index in range {
                    unsafe out[place] = all[index]
                    place &+= stride
                }
            }
        }
    }

    /// Copies cells of some rows to columns of `target`, four columns at a time.
    ///
    /// - Parameters:
    ///   - rows: Where the rows start, ascending.
    ///   - cells: Which cells of each row.
    ///   - start: Where the first column's values go; the other columns follow `stride` apart.
    /// - Complexity: O(range * cells).
    static func gather(
        _ values: [Int64], _ rows: [Int], _ range: Range<Int>, cells: Range<Int>,
        into target: inout [Int64], at start: Int, stride: Int
    ) {
        guard !range.isEmpty, !cells.isEmpty else { return }
        check(range, rows.count)
        check(start..<start + (cells.count - 1) * stride + range.count, target.count)
        // Rows ascend, so the first and the last bound all.
        precondition(
            stride >= 0 && rows[range.lowerBound] + cells.lowerBound >= 0
                && rows[range.upperBound - 1] + cells.upperBound <= values.count,
            "a row's cells lie within the values")
        unsafe values.withUnsafeBufferPointer { all in
            unsafe rows.withUnsafeBufferPointer { places in
                unsafe target.withUnsafeMutableBufferPointer { out in
                    var cell = cells.lowerBound
                    var first = start
                    while cell &+ 4 <= cells.upperBound {
                        for index in 0..<range.count {
                            let place = unsafe places[range.lowerBound &+ index] &+ cell
                            let next = first &+ index
                            unsafe out[next] = all[place]
                            unsafe out[next &+ stride] = all[place &+ 1]
                            unsafe out[next &+ 2 &* stride] = all[place &+ 2]
                            unsafe out[next &+ 3 &* stride] = all[place &+ 3]
                        }
                        cell &+= 4
                        first &+= 4 &* stride
                    }
                    while cell < cells.upperBound {
                        for index in 0..<range.count {
                            let place = unsafe places[range.lowerBound &+ index] &+ cell
                            unsafe out[first &+ index] = all[place]
                        }
                        cell &+= 1
                        first &+= stride
                    }
                }
            }
        }
    }

    /// Replaces a range of values by the signed numbers in their low 32 bits.
    ///
    /// - Complexity: O(range).
    static func keepLowHalf(_ values: inout [Int64], _ range: Range<Int>) {
        check(range, values.count)
        unsafe values.withUnsafeMutableBufferPointer { all in
            for index in range {
                unsafe all[index] = Int64(Int32(truncatingIfNeeded: all[index]))
            }
        }
    }

    private static func check(_ range: Range<Int>, _ count: Int) {
        precondition(
            range.lowerBound >= 0 && range.upperBound <= count,
            "a plane's range lies within its values")
    }
}

/// Sizes of the buckets of a zone (engine specification 4.3).
public enum BucketSize {
    /// Items of each bucket class and the largest item size in bytes it serves.
    private static func classes() -> InlineArray<8, (entries: Int, itemBytesMax: Int)> {
        [
            (2, 4096), (4, 3072), (8, 2048), (16, 1024), (30, 512), (62, 256), (126, 128),
            (254, 64),
        ]
    }

    /// Largest number of items in a bucket.
    public static let entriesMax = 254

    /// Number of bucket classes.
    static let classCount = 8

    /// Initial bucket size of a zone of items of `itemBytes` bytes.
    public static func initial(itemBytes: Int) -> Int {
        precondition(itemBytes > 0, "An item has at least one byte.")
        let classes = classes()
        if itemBytes > classes[0].itemBytesMax { return max(2 * 4096 / itemBytes, 1) }
        var number = classCount - 1
        while classes[number].itemBytesMax < itemBytes { number -= 1 }
        return classes[number].entries
    }

    /// Items of the smallest bucket class that holds `wanted` items, the largest if none does.
    public static func entries(wanted: Int) -> Int {
        entries(classNumber: classNumber(wanted: wanted))
    }

    /// The smallest bucket class that holds `wanted` items, the largest if none does.
    static func classNumber(wanted: Int) -> Int {
        let classes = classes()
        for number in 0..<classCount where classes[number].entries >= wanted { return number }
        return classCount - 1
    }

    /// Items a bucket of a class holds.
    static func entries(classNumber: Int) -> Int { classes()[classNumber].entries }
}

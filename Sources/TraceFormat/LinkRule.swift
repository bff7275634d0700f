/// That events of one kind tend to name what events of another kind named before: a free the
/// address of its allocation, an allocation that of a free.
///
/// Columns are counted as in a block: 0 the CPU, 1 the cause, then the payload.
struct LinkRule: Equatable, Sendable {
    /// The kind that takes values, and its column.
    var kind: UInt16
    var key: Int
    /// The kind whose values are taken, and its column.
    var source: UInt16
    var sourceKey: Int
    /// Other columns of the kind that repeat those of the event referred to.
    var columns: [Pair] = []

    /// A column and the one of the source that it repeats.
    struct Pair: Equatable, Sendable {
        var column: Int
        var sourceColumn: Int
    }
}

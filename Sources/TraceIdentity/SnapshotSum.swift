/// The sum of a snapshot, piece by piece: a snapshot may be larger than memory.
public struct SnapshotSum: Sendable {
    private(set) var digest = Digest()

    /// Starts the sum of a snapshot.
    public init() {}

    /// Takes the next piece.
    ///
    /// - Complexity: O(bytes).
    public mutating func add(_ bytes: [UInt8]) { digest.update(bytes) }
}

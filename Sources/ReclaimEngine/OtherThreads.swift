import TraceCore

/// Threads outside the model: each takes a CPU for one stretch in each window, by a draw.
///
/// A stretch has half to one and a half times the mean length and a random place in its window;
/// above two thirds of load the idle time is drawn that way instead, so that it fits.
struct OtherThreads: Sendable {
    private static let lengthPurpose: UInt64 = 0x6f74_6865_726c
    private static let startPurpose: UInt64 = 0x6f74_6865_7273

    private let loadPpm: Int64
    private let windowNs: Int64
    private let length: KeyedRandom
    private let start: KeyedRandom

    init(_ model: ModelParameters) {
        let salt = UInt64(bitPattern: model.salt)
        loadPpm = model.otherLoadPpm
        windowNs = model.otherWindowNs
        length = KeyedRandom(seed: salt, purpose: Self.lengthPurpose)
        start = KeyedRandom(seed: salt, purpose: Self.startPurpose)
    }

    /// The end of the stretch that occupies a CPU at an instant, or `nil` where none does.
    func stretchEndNs(cpu: Int, at timeNs: Int64) -> Int64? {
        guard loadPpm > 0 else { return nil }
        let window = timeNs / windowNs
        let entity = UInt64(cpu)
        let index = UInt64(bitPattern: window)
        let spread = Int64(length.number(below: 1_000_000, entity: entity, index: index))
        func drawn(_ ppm: Int64) -> Int64 {
            windowNs * ppm / 1_000_000 * (500_000 + spread) / 1_000_000
        }
        let lengthNs =
            loadPpm <= 666_666 ? drawn(loadPpm) : windowNs - drawn(1_000_000 - loadPpm)
        let room = UInt64(max(windowNs - lengthNs, 1))
        let startNs =
            window * windowNs + Int64(start.number(below: room, entity: entity, index: index))
        guard timeNs >= startNs, timeNs < startNs + lengthNs else { return nil }
        return startNs + lengthNs
    }
}

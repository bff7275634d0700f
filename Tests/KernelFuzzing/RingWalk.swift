import KernelTraces

/// The records of one CPU, read by a walk of its own: no merge, and all bytes at once.
struct RingWalk {
    private(set) var records = 0
    private(set) var lost = LostEvents()
    private(set) var hasFault = false

    private static let stepBackNsMax: Int64 = 1_000_000

    init(_ bytes: [UInt8], _ layout: RingLayout) {
        let size = layout.subBufferBytes
        var cursor = SubBufferCursor(layout, cpu: 0)
        var lastNs: Int64 = 0
        hasFault = bytes.count % size != 0
        for start in stride(from: 0, to: bytes.count - size + 1, by: size) {
            do {
                try cursor.begin(bytes.span, at: start, offset: Int64(start))
                lost.add(cursor.lost)
                while let record = try cursor.next(bytes.span) {
                    guard record.timeNs >= lastNs - Self.stepBackNsMax else {
                        hasFault = true
                        return
                    }
                    lastNs = record.timeNs
                    records += 1
                }
            } catch {
                hasFault = true
                return
            }
        }
    }
}

/// How long tasks waited for memory so far, as `/proc/pressure/memory` tells.
struct MemoryPressure: Equatable {
    /// Microseconds in which at least one task waited; `nil` where the text does not say.
    var someUs: Int64?
    /// Microseconds in which all tasks waited that could have run.
    var fullUs: Int64?

    init(_ bytes: [UInt8]) {
        var scan = TextScan(bytes)
        while var line = scan.line() {
            let which = line.text()
            while let word = line.text() {
                guard word.hasPrefix("total="), let total = Int64(word.dropFirst(6)), total >= 0
                else { continue }
                switch which {
                case "some": someUs = total
                case "full": fullUs = total
                default: break
                }
            }
        }
    }
}

import TraceCore

/// Counts the kinds that no other report follows.
struct TotalsTracker {
    private static let levelNames = ["min", "severe", "unknown"]
    private static let trimNames = ["idle", "pressure", "drain", "unknown"]

    private struct Level {
        var level: Int
        var domain: Int32
        var sinceNs: Int64 = -1
        var wasSeen = false
        var reached: UInt64 = 0
        var timeNs: Int64 = 0
    }

    private struct Range {
        var first: Int64
        var last: Int64
        var samples: UInt64
    }

    /// First and last values per name.
    private struct Ranges {
        var index = KeyIndex()
        var ranges: [Range] = []

        mutating func add(_ key: TextKey, _ value: Int64) {
            guard let position = index.index(of: key.raw) else { return }
            if position == ranges.count {
                ranges.append(Range(first: value, last: value, samples: 0))
            }
            ranges[position].last = value
            ranges[position].samples += 1
        }

        func finish(_ text: (TextKey) -> String) -> [CounterRange] {
            zip(index.keys, ranges)
                .map {
                    CounterRange(
                        name: text(TextKey(raw: $0)), first: $1.first, last: $1.last,
                        samples: $1.samples)
                }
                .sorted { $0.name < $1.name }
        }
    }

    private let window: Window
    private var requestsByTarget = KeyCounts()
    private var requestsByOrder = KeyCounts()
    private var fallbacksByOrder = KeyCounts()
    private var pageouts = BatchMode.allCases.map { PageoutTotals(mode: $0) }
    private var levels: [Level] = []
    private var trimmed = [UInt64](repeating: 0, count: 4)
    private var bucketChanges: UInt64 = 0
    private var breaks = KeyCounts()
    private var populated = KnownSum()
    private var settings = Ranges()

    init(_ window: Window) { self.window = window }

    mutating func wakeRequest(_ kind: BoundKind, _ values: Span<Int64>) {
        requestsByTarget.add(kind.text(RequestSlot.target, values).raw)
        requestsByOrder.add(kind.number(RequestSlot.order, values, default: -1))
    }

    mutating func fallback(_ kind: BoundKind, _ values: Span<Int64>) {
        fallbacksByOrder.add(kind.number(FallbackSlot.order, values, default: -1))
    }

    mutating func pageout(_ kind: BoundKind, _ values: Span<Int64>) {
        let mode = BatchMode(label: kind.label(PageoutSlot.mode, values, default: 0)).rawValue
        pageouts[mode].events += 1
        pageouts[mode].scannedPages.add(kind.number(PageoutSlot.scanned, values, default: -1))
        pageouts[mode].freedPages.add(kind.number(PageoutSlot.freed, values, default: -1))
        pageouts[mode].shortagePages.add(kind.number(PageoutSlot.shortage, values, default: -1))
    }

    private mutating func levelIndex(
        _ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>
    ) -> Int? {
        let label = kind.label(LevelSlot.level, values, default: -1)
        let number = label < 0 ? 2 : label
        let found = levels.firstIndex { $0.level == number && $0.domain == header.domain }
        guard found == nil else { return found }
        guard levels.count < 8_192 else { return nil }
        levels.append(Level(level: number, domain: header.domain))
        return levels.count - 1
    }

    /// Takes a level reached or left before the window.
    mutating func levelBefore(_ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>) {
        guard let index = levelIndex(header, kind, values) else { return }
        let isOn = kind.number(LevelSlot.isOn, values, default: 1) != 0
        levels[index].sinceNs = isOn ? window.beginNs : -1
    }

    mutating func level(_ header: EventHeader, _ kind: BoundKind, _ values: Span<Int64>) {
        guard let index = levelIndex(header, kind, values) else { return }
        let isOn = kind.number(LevelSlot.isOn, values, default: 1) != 0
        if isOn {
            levels[index].reached += 1
            if levels[index].sinceNs < 0 { levels[index].sinceNs = header.timeNs }
        } else {
            var sinceNs = levels[index].sinceNs
            if sinceNs < 0, window.isCutAtBegin, !levels[index].wasSeen { sinceNs = window.beginNs }
            if sinceNs >= 0 {
                levels[index].timeNs = levels[index].timeNs
                    .addingClamped(max(0, header.timeNs - sinceNs))
            }
            levels[index].sinceNs = -1
        }
        levels[index].wasSeen = true
    }

    mutating func trim(_ kind: BoundKind, _ values: Span<Int64>) {
        let why = kind.label(TrimSlot.why, values, default: 3)
        let buffers = kind.number(TrimSlot.buffers, values, default: 0)
        let (sum, overflow) = trimmed[why < 0 ? 3 : why]
            .addingReportingOverflow(UInt64(max(0, buffers)))
        trimmed[why < 0 ? 3 : why] = overflow ? .max : sum
    }

    mutating func bucketChange() { bucketChanges += 1 }

    mutating func reservationBreak(_ kind: BoundKind, _ values: Span<Int64>) {
        breaks.add(kind.text(BreakSlot.why, values).raw)
        populated.add(kind.number(BreakSlot.populated, values, default: -1))
    }

    mutating func setting(_ kind: BoundKind, _ values: Span<Int64>) {
        settings.add(
            kind.text(CounterSlot.name, values),
            kind.number(CounterSlot.value, values, default: 0))
    }

    func finish(endNs: Int64, _ text: (TextKey) -> String) -> TotalsSummary {
        var result = TotalsSummary()
        result.wakeRequestsByTarget = requestsByTarget.named(text)
        result.wakeRequestsByOrder = requestsByOrder.ascending
        result.pageout = pageouts.filter { $0.events > 0 }
        result.fallbacksByOrder = fallbacksByOrder.ascending
        result.levels = levels.filter { $0.wasSeen || $0.sinceNs >= 0 }
            .sorted { ($0.level, $0.domain) < ($1.level, $1.domain) }
            .map { level in
                let openNs = level.sinceNs >= 0 ? max(0, endNs - level.sinceNs) : 0
                return LevelTime(
                    level: Self.levelNames[level.level], domain: level.domain,
                    reached: level.reached, timeNs: level.timeNs.addingClamped(openNs))
            }
        result.trimmedBuffers = zip(Self.trimNames, trimmed).filter { $0.1 > 0 }
            .map { NamedCount(name: $0.0, count: $0.1) }
        result.bucketChanges = bucketChanges
        result.reservationBreaks = breaks.named(text)
        result.populatedPages = populated
        result.settings = settings.finish(text)
        return result
    }
}

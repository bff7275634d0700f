import TraceCore

/// Where a number is in a row, or one that is the same for all, without a branch between them.
struct FieldLoad {
    private let offset: Int
    /// The field's bits; none for a constant.
    private let mask: UInt64
    /// The field's sign bit; none for an unsigned one.
    private let sign: UInt64
    private let constant: UInt64
    /// The top bit where it would make a number negative that is not.
    let forbidden: UInt64

    init(_ number: RowNumber, isBits: Bool = true) {
        switch number {
        case .field(let field):
            offset = field.offset
            mask = UInt64.max >> UInt64(64 - 8 * field.width)
            sign = field.isSigned ? 1 << UInt64(8 * field.width - 1) : 0
            constant = 0
            forbidden = isBits || field.isSigned || field.width < 8 ? 0 : 1 << 63
        case .constant(let value):
            offset = 0
            mask = 0
            sign = 0
            constant = UInt64(bitPattern: value)
            forbidden = 0
        }
    }

    /// The value's 64 bits, with its sign where it has one.
    @inline(__always)
    func bits(_ bytes: Span<UInt8>, row: Int) -> UInt64 {
        // Flipping the sign and taking it away again spreads it over the bits above.
        ((load(bytes, at: row &+ offset) & mask) ^ sign) &- sign &+ constant
    }

    @inline(__always)
    func value(_ bytes: Span<UInt8>, row: Int) -> Int64 {
        Int64(bitPattern: bits(bytes, row: row))
    }
}

/// What is done with each row, worked out once.
struct RowPlan {
    /// A cell whose value is looked up in a list of texts.
    struct TextCell {
        var cell: Int
        var list: Int
    }

    /// Where the parts of one kind are.
    struct Kind {
        var id: KindID
        /// Its values among `loads`.
        var loads: Range<Int>
        /// Its texts among `textCells`, whose cells count from the kind's first.
        var textCells: Range<Int>
    }

    let time: FieldLoad
    /// The top bit where the time is signed: flipped, an unsigned comparison is a signed one.
    let timeFlip: UInt64
    let domain: FieldLoad
    let cpu: FieldLoad
    let selector: FieldLoad
    private let scale: RowTime.Scale

    private(set) var kinds: [Kind] = []
    private(set) var loads: [FieldLoad] = []
    private(set) var textCells: [TextCell] = []
    /// Texts that are the same for all rows of a kind, by position among the loads.
    private(set) var constantTexts: [(load: Int, text: String)] = []
    private(set) var texts: [RowTexts] = []

    /// The kind by selector value, for small ones; -1 where there is none.
    private var smallKinds = [Int32](repeating: -1, count: 256)
    /// The other values, ascending.
    private var largeValues: [(value: Int64, kind: Int32)] = []
    private let hasSelector: Bool

    init(_ schema: RowSchema) {
        time = FieldLoad(.field(schema.time.field))
        timeFlip = schema.time.field.isSigned ? 1 << 63 : 0
        scale = schema.time.scale
        domain = FieldLoad(schema.domain)
        cpu = FieldLoad(schema.cpu)
        hasSelector = schema.selector != nil
        selector = FieldLoad(schema.selector.map { .field($0) } ?? .constant(0))
        for (position, kind) in schema.kinds.enumerated() {
            add(kind)
            for value in kind.values {
                if 0..<256 ~= value {
                    smallKinds[Int(value)] = Int32(position)
                } else {
                    largeValues.append((value, Int32(position)))
                }
            }
        }
        largeValues.sort { $0.value < $1.value }
    }

    private mutating func add(_ kind: RowKind) {
        let firstLoad = loads.count
        let firstText = textCells.count
        for (cell, source) in kind.sources.enumerated() {
            switch source {
            case .number(let number):
                loads.append(FieldLoad(number, isBits: kind.isBits[cell]))
            case .text(let text):
                constantTexts.append((loads.count, text))
                loads.append(FieldLoad(.constant(0)))
            case .texts(let field, let list):
                textCells.append(TextCell(cell: cell, list: texts.count))
                texts.append(RowTexts(list))
                loads.append(FieldLoad(.field(field)))
            }
        }
        eventCells = max(eventCells, EventBatch.headCells + kind.sources.count)
        kinds.append(
            Kind(
                id: KindID(rawValue: kind.number), loads: firstLoad..<loads.count,
                textCells: firstText..<textCells.count))
    }

    /// Cells of the largest event in a batch.
    private(set) var eventCells = EventBatch.headCells

    /// Puts the numbers of constant texts in their places, once they are known.
    mutating func setConstantTexts(_ number: (String) -> Int64) {
        for (load, text) in constantTexts { loads[load] = FieldLoad(.constant(number(text))) }
        constantTexts = []
    }

    /// The position of a row's kind, or -1.
    @inline(__always)
    func kind(_ bytes: Span<UInt8>, row: Int) -> Int32 {
        guard hasSelector else { return 0 }
        let value = selector.value(bytes, row: row)
        if UInt64(bitPattern: value) < 256 { return smallKinds[Int(value)] }
        return largeKind(value)
    }

    private func largeKind(_ value: Int64) -> Int32 {
        var low = 0
        var high = largeValues.count
        while low < high {
            let middle = (low + high) / 2
            if largeValues[middle].value < value { low = middle + 1 } else { high = middle }
        }
        guard low < largeValues.count, largeValues[low].value == value else { return -1 }
        return largeValues[low].kind
    }

    /// Clock units as ns, or `nil` where they are too many.
    @inline(__always)
    func nanoseconds(_ units: UInt64) -> Int64? {
        switch scale {
        case .multiply(let factor):
            let (product, isLarge) = units.multipliedReportingOverflow(by: factor)
            return isLarge || product > UInt64(Int64.max) ? nil : Int64(bitPattern: product)
        case .hertz(let hertz):
            let product = units.multipliedFullWidth(by: 1_000_000_000)
            guard product.high < hertz else { return nil }
            return Int64(exactly: hertz.dividingFullWidth(product).quotient)
        }
    }
}

/// Texts that numbers stand for, and their numbers in the trace's table.
struct RowTexts {
    private let texts: [String]
    /// The numbers of small values' texts, -1 where not known yet.
    private var small = [Int64](repeating: -1, count: 1_024)
    private var last: (value: Int64, number: Int64)?

    init(_ texts: [String]) { self.texts = texts }

    func known(_ value: Int64) -> Int64? {
        if 0..<1_024 ~= value {
            return small[Int(value)] < 0 ? nil : small[Int(value)]
        }
        return last.flatMap { $0.value == value ? $0.number : nil }
    }

    func text(_ value: Int64) -> String {
        value >= 0 && value < Int64(texts.count) ? texts[Int(value)] : String(value)
    }

    mutating func learn(_ value: Int64, _ number: Int64) {
        if 0..<1_024 ~= value { small[Int(value)] = number } else { last = (value, number) }
    }
}

import TraceCore
import TraceFormat

/// One input of a merge: its events with the numbers they have in the output.
struct MergeInput {
    let reader: TraceReader
    /// Position among the inputs.
    let number: Int
    /// What is added to its times, in nanoseconds.
    let offsetNs: Int64
    /// Time of the next event on the common clock; `nil` at the end.
    private(set) var nextTimeNs: Int64?
    /// Causes that were given up, because the event is too far back or not there.
    private(set) var lostCauses: UInt64 = 0
    /// Events taken.
    private(set) var events: UInt64 = 0

    private let ranges: NumberRanges
    private let kinds: [UInt16]
    private let texts: [UInt64]
    private let identifiers: [UInt64]
    private let lanes: [Lane]
    private var translation = StringTranslation()
    private var causes = CauseWindow(eventCount: CauseWindow.eventCount)
    private var rows = BlockRows()
    private var row: [Int64] = []
    private var losses = 0

    init(
        _ reader: TraceReader, number: Int, offsetNs: Int64, kinds: [UInt16],
        ranges: NumberRanges
    ) {
        self.reader = reader
        self.number = number
        self.offsetNs = offsetNs
        self.kinds = kinds
        self.ranges = ranges
        let schema = reader.description.schema
        texts = EventCopier.textColumns(schema)
        var identifiers = [UInt64](repeating: 0, count: kinds.count)
        var lanes = [Lane](repeating: .control, count: kinds.count)
        for kind in schema.kinds {
            lanes[Int(kind.id.rawValue)] = kind.lane
            for (position, column) in kind.columns.enumerated()
            where column.unit == .identifier && column.type == .integer {
                identifiers[Int(kind.id.rawValue)] |= 1 << UInt64(position)
            }
        }
        self.identifiers = identifiers
        self.lanes = lanes
    }

    /// Makes the next event ready, of the next block if need be.
    ///
    /// - Throws: `MergeFailure`.
    mutating func prepare() throws(MergeFailure) {
        while rows.isEmpty {
            guard try loadBlock() else {
                nextTimeNs = nil
                return
            }
        }
        nextTimeNs = try time(rows.header.timeNs)
    }

    private mutating func loadBlock() throws(MergeFailure) -> Bool {
        rows.removeAll()
        do {
            while try reader.nextBlock() {
                guard try reader.forEachEvent(.both, { rows.append($0, $1) }) else { return false }
                translation.update(reader.strings)
                return true
            }
            return false
        } catch {
            throw .store(error, input: number)
        }
    }

    private func time(_ timeNs: Int64) throws(MergeFailure) -> Int64 {
        let (moved, overflow) = timeNs.addingReportingOverflow(offsetNs)
        guard !overflow else { throw .merge(.timeOutOfRange(input: number, timeNs: timeNs)) }
        return moved
    }

    /// Hands the next event on under a new sequence number.
    mutating func take(
        as sequence: UInt64, _ timeNs: Int64, to sink: inout some EventSink & ~Copyable
    ) throws(MergeFailure) {
        var header = rows.header
        rows.take(&row)
        let kind = Int(header.kind.rawValue)
        causes.append(header.sequence, sequence, lanes[kind])
        if header.cause != 0 {
            let cause = causes.new(header.cause)
            if cause == nil { lostCauses += 1 }
            header.cause = cause ?? 0
        }
        header.sequence = sequence
        header.timeNs = timeNs
        header.kind = KindID(rawValue: kinds[kind])
        do {
            header.domain = try ranges.domain(header.domain, of: number)
            header.cpu = try ranges.cpu(header.cpu, of: number)
        } catch {
            throw .merge(error)
        }
        var rest = identifiers[kind]
        while rest != 0 {
            let column = rest.trailingZeroBitCount
            row[column] = ranges.identifier(row[column], of: number)
            rest &= rest - 1
        }
        rest = texts[kind]
        while rest != 0 {
            let column = rest.trailingZeroBitCount
            row[column] = translation.number(of: row[column], in: &sink)
            rest &= rest - 1
        }
        events += 1
        sink.record(header, row.span)
    }

    /// The losses that were found and not taken yet, as the output tells them.
    mutating func takeLosses() throws(MergeFailure) -> [LossRecord] {
        var moved: [LossRecord] = []
        for loss in reader.losses.dropFirst(losses) {
            let kind = loss.kind.map { Int($0.rawValue) } ?? 0
            let number = kind < kinds.count ? kinds[kind] : 0
            moved.append(
                LossRecord(
                    kind: number == 0 ? nil : KindID(rawValue: number),
                    beginNs: try time(loss.beginNs), endNs: try time(loss.endNs),
                    count: loss.count))
        }
        losses = reader.losses.count
        return moved
    }
}

/// How the inputs of a merge are kept apart: each has its own range of domains, CPUs and
/// identifiers.
public struct NumberRanges: Equatable, Sendable {
    /// Domain `d` of input `n` becomes `n * 1000 + d`.
    public static let domainsPerInput: Int32 = 1_000
    /// CPU `c` of input `n` becomes `n * 10000 + c`.
    public static let cpusPerInput: Int32 = 10_000
    /// Identifier `i` of input `n` becomes `n * 10^12 + i`; larger and negative ones stay.
    public static let identifiersPerInput: Int64 = 1_000_000_000_000

    /// Whether all inputs are of one host, so that equal numbers mean the same.
    public let isOneHost: Bool

    /// Makes the rule.
    public init(isOneHost: Bool = false) { self.isOneHost = isOneHost }

    func domain(_ domain: Int32, of input: Int) throws(MergeError) -> Int32 {
        try moved(domain, of: input, Self.domainsPerInput, "domain")
    }

    func cpu(_ cpu: Int32, of input: Int) throws(MergeError) -> Int32 {
        try moved(cpu, of: input, Self.cpusPerInput, "CPU")
    }

    func identifier(_ value: Int64, of input: Int) -> Int64 {
        guard !isOneHost, value >= 0, value < Self.identifiersPerInput else { return value }
        return Int64(input) * Self.identifiersPerInput + value
    }

    private func moved(
        _ number: Int32, of input: Int, _ size: Int32, _ what: String
    ) throws(MergeError) -> Int32 {
        // Numbers below zero say that there is none.
        if isOneHost || number < 0 { return number }
        guard number < size, input < Int(Int32.max / size) else {
            throw .numberOutOfRange(
                input: input, what: what, number: Int64(number), limit: Int64(size - 1))
        }
        return Int32(input) * size + number
    }
}

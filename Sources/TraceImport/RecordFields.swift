import KernelTraces
import TraceCore

/// The fields of one record of a ring buffer.
@safe struct RecordFields: HostFields {
    /// Belongs to the importer, which outlives the event: a plan that every event held on to would
    /// cost as much as reading the event.
    private let plan: Unmanaged<EventPlan>
    private let record: Range<Int>

    /// - Parameter plan: has to live as long as the fields.
    init(_ plan: EventPlan, _ record: Range<Int>) {
        unsafe self.plan = .passUnretained(plan)
        self.record = record
    }

    func integer(_ key: FieldKey, in bytes: Span<UInt8>) -> Int64? {
        unsafe plan._withUnsafeGuaranteedRef { $0.integer(key.slot, bytes, record) }
    }

    func text(_ key: FieldKey, in bytes: Span<UInt8>) -> RecordText? {
        unsafe plan._withUnsafeGuaranteedRef { $0.text(key.slot, bytes, record) }
    }

    func hasNoPage(in bytes: Span<UInt8>) -> Bool? {
        unsafe plan._withUnsafeGuaranteedRef { $0.hasNoPage(bytes, record) }
    }

    func contextSwitch(in bytes: Span<UInt8>) -> ContextSwitch<RecordText>? {
        unsafe plan._withUnsafeGuaranteedRef { $0.contextSwitch(bytes, record) }
    }

    func wokenTask(in bytes: Span<UInt8>) -> SwitchedTask? {
        unsafe plan._withUnsafeGuaranteedRef { $0.wokenTask(bytes, record) }
    }
}

extension RecordText {
    func string(in bytes: Span<UInt8>) -> String {
        plan.format.text(argument, bytes, record) ?? ""
    }

    func firstByte(in bytes: Span<UInt8>) -> UInt8? { string(in: bytes).utf8.first }

    func number(in bytes: Span<UInt8>, _ cache: inout TextCache) -> Int64 {
        guard let value else { return cache.number(string(in: bytes)) }
        let key = RenderedKey(event: plan.position, key: Int32(slot), value: value)
        if let number = cache.known(key) { return number }
        return cache.add(key, string(in: bytes))
    }
}

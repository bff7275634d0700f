import KernelTraces
import TraceCore

/// The fields of one record of a ring buffer.
struct RecordFields: HostFields {
    let plan: EventPlan
    let record: Range<Int>

    func integer(_ key: FieldKey, in bytes: Span<UInt8>) -> Int64? {
        plan.integer(key.slot, bytes, record)
    }

    func text(_ key: FieldKey, in bytes: Span<UInt8>) -> RecordText? {
        plan.text(key.slot, bytes, record)
    }

    func hasNoPage(in bytes: Span<UInt8>) -> Bool? { plan.hasNoPage(bytes, record) }

    func contextSwitch(in bytes: Span<UInt8>) -> ContextSwitch<RecordText>? {
        plan.contextSwitch(bytes, record)
    }

    func wokenTask(in bytes: Span<UInt8>) -> SwitchedTask? { plan.wokenTask(bytes, record) }
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

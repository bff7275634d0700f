import TraceCore

/// Failed and fallen-back page allocations.
extension HostEventMapper {
    private static let pageBytes: Int64 = 4096
    /// Orders beyond this do not exist on any kernel; their size is not computed.
    private static let orderMax: Int64 = 40

    /// `mm_page_alloc` without a page becomes `alloc_fail`; a successful one says nothing.
    mutating func pageAlloc(_ line: MappedLine<some HostFields>, _ bytes: Span<UInt8>) -> Bool {
        var fields = line.fields
        guard let isFailure = fields.hasNoPage(in: bytes) else { return false }
        guard isFailure else { return true }
        guard let order = fields.integer(FieldKey.order, in: bytes) else { return false }
        let gfp = fields.text(FieldKey.gfpFlags, in: bytes)
        let position = runningThread(line)
        let size = order >= 0 && order <= Self.orderMax ? Self.pageBytes << order : -1
        let values: [7 of Int64] = [
            order, size, texts.number(line.task),
            texts.number(bytes, gfp), -1, -1,
            Int64(table.threads[position].pid),
        ]
        emitter.emit(.allocFail, line.moment, domain: domain(), values)
        return true
    }

    /// `mm_page_alloc_extfrag`: a block was taken from another migrate type.
    mutating func pageAllocFallback(
        _ line: MappedLine<some HostFields>, _ bytes: Span<UInt8>
    ) -> Bool {
        var fields = line.fields
        guard let order = fields.integer(FieldKey.allocOrder, in: bytes),
            let fallbackOrder = fields.integer(FieldKey.fallbackOrder, in: bytes)
        else { return false }
        let type = fields.integer(FieldKey.allocType, in: bytes) ?? -1
        let fallbackType = fields.integer(FieldKey.fallbackType, in: bytes) ?? -1
        let position = runningThread(line)
        let values: [5 of Int64] = [
            order, fallbackOrder, type, fallbackType, Int64(table.threads[position].pid),
        ]
        emitter.emit(.allocFallback, line.moment, domain: domain(), values)
        return true
    }
}
